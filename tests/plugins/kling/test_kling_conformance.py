from __future__ import annotations

from typing import ClassVar

from simulators.kling import KlingSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestKling(ProviderSuite):
    plugin, simulator = "kling", KlingSimulator
    exceptions: ClassVar = {"maps_a_minimal_request": Unsupported("effects and lip sync take no prompt")}
