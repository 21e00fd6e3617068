from __future__ import annotations

from typing import ClassVar

from simulators.luma import DreamMachineSimulator, LumaSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestAgents(ProviderSuite):
    plugin, simulator = "luma", LumaSimulator
    exceptions: ClassVar = {"cancels_a_running_job": Unsupported("the Agents API has no cancel")}


class TestDreamMachine(ProviderSuite):
    plugin, simulator = "luma", DreamMachineSimulator
    exceptions: ClassVar = {
        "cancels_a_running_job": Unsupported(
            "Dream Machine deletes a running job, but nobody says that this stops it: the outcome is unconfirmed"
        )
    }
