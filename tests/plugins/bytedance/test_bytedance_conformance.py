from __future__ import annotations

from simulators.bytedance import ByteDanceSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestByteDance(ProviderSuite):
    plugin, simulator = "bytedance", ByteDanceSimulator
