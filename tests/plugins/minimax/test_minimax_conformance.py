from __future__ import annotations

from typing import ClassVar

from simulators.minimax import MiniMaxSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestMiniMax(ProviderSuite):
    plugin, simulator = "minimax", MiniMaxSimulator
    exceptions: ClassVar = {
        "the_simulator_refuses_an_unknown_field": Unsupported(
            "the API reference does not say that MiniMax refuses an unknown field"
        ),
    }
