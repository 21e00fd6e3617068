from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from simulators.openai import AzureOpenAISimulator
from tarash.tarash_gateway.testing import Example, ProviderSuite, Unsupported

NO_WEBHOOKS = dict.fromkeys(
    (
        "a_signed_delivery_is_read",
        "a_forged_delivery_is_refused",
        "an_unsigned_delivery_is_refused",
        "a_replayed_delivery_is_refused",
        "a_failed_delivery_is_read",
        "a_delivery_without_a_configured_secret_is_refused",
    ),
    Unsupported("Azure OpenAI has webhooks for background responses only"),
)
NO_CANCEL = {"cancels_a_running_job": Unsupported("the videos API has no cancel")}


class TestUndatedUrls(ProviderSuite):
    plugin, simulator = "azure_openai", AzureOpenAISimulator
    exceptions: ClassVar = NO_WEBHOOKS | NO_CANCEL


class DatedSimulator(AzureOpenAISimulator):
    """Looked at as someone does who names an API version by its date."""

    cases = replace(AzureOpenAISimulator.cases, api_version="2025-04-01-preview")


class TestDatedUrls(ProviderSuite):
    plugin, simulator = "azure_openai", DatedSimulator
    exceptions: ClassVar = NO_WEBHOOKS | NO_CANCEL


class DeployedImagesSimulator(DatedSimulator):
    """Looked at as someone does who renders images only, by the URL of their deployment."""

    cases = replace(DatedSimulator.cases, video_model="", frame_model="", poll_route="")


class TestDeployedImages(ProviderSuite):
    plugin, simulator = "azure_openai", DeployedImagesSimulator
    exceptions: ClassVar = NO_WEBHOOKS


class BackgroundSimulator(AzureOpenAISimulator):
    """Looked at as someone does who has images rendered in the background."""

    cases = replace(
        AzureOpenAISimulator.cases,
        video_model="",
        frame_model="",
        cancel_route="cancel",
        provider_config={**AzureOpenAISimulator.cases.provider_config, "responses_model": "gpt-5.5"},
        examples=(
            Example({"size": "1024x1536", "quality": "high"}, sent={"tools.size": "1024x1536"}, usd=0.165),
            Example({"aspect_ratio": "16:9", "size": "1k"}, sent={"tools.size": "1536x864"}),
        ),
    )


class TestBackgroundImages(ProviderSuite):
    plugin, simulator = "azure_openai", BackgroundSimulator
