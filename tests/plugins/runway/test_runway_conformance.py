from __future__ import annotations

from typing import ClassVar

from simulators.runway import RunwaySimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestRunway(ProviderSuite):
    plugin, simulator = "runway", RunwaySimulator
    exceptions: ClassVar = {
        "every_duration_is_bounded": Unsupported("Runway's SDK takes any whole duration for kling_4")
    }
