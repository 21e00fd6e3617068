from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from simulators.openai import OpenAISimulator
from tarash.tarash_gateway.testing import Example, ProviderSuite, Unsupported


class TestVideosAndImages(ProviderSuite):
    plugin, simulator = "openai", OpenAISimulator
    exceptions: ClassVar = {"cancels_a_running_job": Unsupported("OpenAI's videos API has no cancel")}


class BackgroundSimulator(OpenAISimulator):
    """Looked at as someone does who has images rendered in the background."""

    cases = replace(
        OpenAISimulator.cases,
        video_model="",
        frame_model="",
        cancel_route="cancel",
        provider_config={**OpenAISimulator.cases.provider_config, "responses_model": "gpt-5.5"},
        examples=(
            Example({"size": "1536x1024", "quality": "high"}, sent={"tools.size": "1536x1024"}, usd=0.165),
            Example({"aspect_ratio": "16:9", "size": "1k"}, sent={"tools.size": "1536x864"}),
        ),
    )


class TestBackgroundImages(ProviderSuite):
    plugin, simulator = "openai", BackgroundSimulator
