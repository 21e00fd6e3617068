from __future__ import annotations

from typing import ClassVar

from simulators.alibaba import AlibabaSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestAlibaba(ProviderSuite):
    plugin, simulator = "alibaba", AlibabaSimulator
    exceptions: ClassVar = {
        "a_job_stays_at_its_server": NotYet(
            "a job is asked for in the region of the settings, not in its own"
        )
    }
