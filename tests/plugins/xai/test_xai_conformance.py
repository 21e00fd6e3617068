from __future__ import annotations

from simulators.xai import XaiSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestXai(ProviderSuite):
    plugin, simulator = "xai", XaiSimulator
