from __future__ import annotations

from typing import ClassVar

from simulators.alibaba import AlibabaSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestAlibaba(ProviderSuite):
    plugin, simulator = "alibaba", AlibabaSimulator
    exceptions: ClassVar = {
        "cancels_a_running_job": Unsupported("only a task that still waits can be cancelled"),
    }
