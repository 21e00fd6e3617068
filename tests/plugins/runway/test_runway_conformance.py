from __future__ import annotations

from simulators.runway import RunwaySimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestRunway(ProviderSuite):
    plugin, simulator = "runway", RunwaySimulator
