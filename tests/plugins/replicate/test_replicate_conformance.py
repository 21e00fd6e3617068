from __future__ import annotations

from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestReplicate(ProviderSuite):
    plugin, simulator = "replicate", ReplicateSimulator
