"""What will not call `webhook_url` says so, a provider or one of its models: whoever relied on the call would wait for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.acme import Acme, AcmeServer, acme, generation, registry, reply
from tarash.tarash_gateway import ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.models import GenerationResponse
from tarash.tarash_gateway.plugin import Call, GenerationRequest, Mapped, ProviderInfo, default_map, hookimpl
from tarash.tarash_gateway.testing import VirtualTime

HOOK = "https://me.example/hooks/tok-in-path"


class Silent(Acme):
    """Calls nobody."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), takes_webhook_url=False)


class HalfSilent(Acme):
    """Calls nobody about its model "plain"."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return replace(default_map(call, request), takes_webhook_url=call.model != "plain")


def _run(config: VideoGenerationConfig, server: AcmeServer, plugin: Acme | None = None) -> GenerationResponse:
    providers = registry("other")
    providers.register("acme", plugin or Silent())
    return VirtualTime(server).run(generation(config, providers=providers).generate())


@pytest.mark.parametrize("unsupported", ["nearest", "error"])
def test_it_is_refused_before_anything_is_sent(unsupported: str) -> None:
    server = AcmeServer()
    with pytest.raises(ValidationError, match=r"^acme/plain: Acme takes no webhook_url") as caught:
        _run(acme(webhook_url=HOOK, unsupported=unsupported), server)
    assert server.seen == []
    assert "tok-in-path" not in str(caught.value)


def test_adjusted_it_is_left_out_and_listed_without_its_token() -> None:
    response = _run(acme(webhook_url=HOOK, unsupported="adjust"), AcmeServer())
    (change,) = response.execution_metadata.adjustments
    assert (change.field, change.requested, change.used, change.provider) == (
        "webhook_url",
        "***",
        None,
        "acme",
    )


def test_a_fallback_leaves_it_out() -> None:
    server = AcmeServer()
    server.answers["status"] = [reply(200, {"state": "failed"})]
    response = _run(acme("other", webhook_url=HOOK, fallback_configs=[acme(webhook_url=HOOK)]), server)
    assert response.provider == "acme"
    assert [change.field for change in response.execution_metadata.adjustments] == ["webhook_url"]


def test_a_provider_that_calls_it_takes_it() -> None:
    assert _run(acme("other", webhook_url=HOOK), AcmeServer()).execution_metadata.adjustments == ()


def test_a_model_that_none_is_called_about_refuses_it() -> None:
    server = AcmeServer()
    with pytest.raises(ValidationError, match="takes no webhook_url with this request to plain") as caught:
        _run(acme(webhook_url=HOOK), server, HalfSilent())
    assert server.seen == []
    assert "tok-in-path" not in str(caught.value)


def test_a_model_that_none_is_called_about_leaves_it_out_if_it_may() -> None:
    response = _run(acme(webhook_url=HOOK, unsupported="adjust"), AcmeServer(), HalfSilent())
    (change,) = response.execution_metadata.adjustments
    assert (change.field, change.requested, change.used) == ("webhook_url", "***", None)


def test_another_model_of_the_provider_takes_it() -> None:
    response = _run(acme(model="paced", webhook_url=HOOK), AcmeServer(), HalfSilent())
    assert response.execution_metadata.adjustments == ()
