"""Runs the conformance kit on the Stability AI plugin."""

from __future__ import annotations

from simulators.stability import StabilitySimulator
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported

# `test_stability_models` maps every row with what its endpoint demands besides
DEMANDS = Unsupported(
    "three editors want a parameter that no unified field has, and three others take no prompt at all"
)


class TestStability(ProviderSuite):
    plugin, simulator = "stability", StabilitySimulator
    exceptions = dict.fromkeys(
        (
            "maps_a_minimal_request",
            "maps_every_declared_value",
            "adjusts_a_maximal_request",
            "mapping_is_pure_and_repeatable",
        ),
        DEMANDS,
    )
