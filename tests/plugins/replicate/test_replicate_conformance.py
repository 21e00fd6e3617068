from __future__ import annotations

from typing import ClassVar

from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported


class TestReplicate(ProviderSuite):
    plugin, simulator = "replicate", ReplicateSimulator
    exceptions: ClassVar = {
        "every_duration_is_bounded": Unsupported(
            "the pages of alibaba/wan-3 and black-forest-labs/flux-3 name no longest duration"
        ),
    }
