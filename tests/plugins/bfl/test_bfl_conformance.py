from __future__ import annotations

from typing import ClassVar

from simulators.bfl import BflSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported

SHARED_SECRET = Unsupported(
    "the webhook carries a secret, which proves the sender, but no signature and no time"
)


class TestBfl(ProviderSuite):
    plugin, simulator = "bfl", BflSimulator
    exceptions: ClassVar = {
        "a_forged_delivery_is_refused": SHARED_SECRET,
        "a_replayed_delivery_is_refused": SHARED_SECRET,
        "a_job_stays_at_its_server": Unsupported(
            "a job is polled at the address in its acceptance, which the simulator cannot give at a server of the provider"
        ),
    }
