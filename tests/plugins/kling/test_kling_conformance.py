from __future__ import annotations

from simulators.kling import KlingSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestKling(ProviderSuite):
    plugin, simulator = "kling", KlingSimulator
