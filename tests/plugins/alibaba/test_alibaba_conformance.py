from __future__ import annotations

from typing import ClassVar

from simulators.alibaba import AlibabaSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestAlibaba(ProviderSuite):
    plugin, simulator = "alibaba", AlibabaSimulator
    exceptions: ClassVar = {
        "a_job_stays_at_its_server": Unsupported(
            "a key works in its own region only, so the key of another region cannot read the job anywhere"
        )
    }
