from __future__ import annotations

from simulators.minimax import MiniMaxSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestMiniMax(ProviderSuite):
    plugin, simulator = "minimax", MiniMaxSimulator
