from __future__ import annotations

from dataclasses import replace

from simulators.stability import StabilitySimulator
from tarash.tarash_gateway.testing import Example, ProviderSuite


class TestPictures(ProviderSuite):
    plugin, simulator = "stability", StabilitySimulator


class JobSimulator(StabilitySimulator):
    """Looked at as someone does who uses an endpoint that answers with a job."""

    cases = replace(
        StabilitySimulator.cases,
        image_model="upscale/creative",
        poll_route="status",
        examples=(Example({}, usd=60 * 0.01),),  # credits a picture, Stability's API reference
    )


class TestJobs(ProviderSuite):
    plugin, simulator = "stability", JobSimulator
