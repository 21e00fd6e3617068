from __future__ import annotations

from simulators.alibaba import AlibabaSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestAlibaba(ProviderSuite):
    plugin, simulator = "alibaba", AlibabaSimulator
