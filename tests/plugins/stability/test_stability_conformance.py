from __future__ import annotations

from simulators.stability import StabilitySimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestStability(ProviderSuite):
    plugin, simulator = "stability", StabilitySimulator
