from __future__ import annotations

from typing import ClassVar

from simulators.fal import FalSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestFal(ProviderSuite):
    plugin, simulator = "fal", FalSimulator
    exceptions: ClassVar = {
        "the_simulator_refuses_an_unknown_field": Unsupported(
            "one simulator plays every endpoint of fal, and each has fields of its own"
        ),
        "every_duration_is_bounded": Unsupported(
            "fal's schemas state no longest duration for LTX and the extensions of Grok videos"
        ),
    }
