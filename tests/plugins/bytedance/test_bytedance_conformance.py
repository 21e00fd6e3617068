from __future__ import annotations

from typing import ClassVar

from simulators.bytedance import ByteDanceSimulator
from tarash.tarash_gateway.testing import NotYet, ProviderSuite


class TestByteDance(ProviderSuite):
    plugin, simulator = "bytedance", ByteDanceSimulator
    exceptions: ClassVar = {
        "a_job_stays_at_its_server": NotYet(
            "a job is asked for in the region of the settings, not in its own"
        )
    }
