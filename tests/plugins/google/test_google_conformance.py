from __future__ import annotations

from simulators.google import GoogleSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestGoogle(ProviderSuite):
    plugin, simulator = "google", GoogleSimulator
