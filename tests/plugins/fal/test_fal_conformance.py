from __future__ import annotations

from simulators.fal import FalSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestFal(ProviderSuite):
    plugin, simulator = "fal", FalSimulator
