"""What will not call `webhook_url` says so, a provider or one of its models: whoever relied on the call would wait forever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.acme import Acme, AcmeServer, acme, generation, registry, reply
from tarash.tarash_gateway import Gateway, ValidationError, VideoGenerationConfig, VideoGenerationRequest
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


class Nested(Acme):
    """Takes the address deep in the body, next to other members."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return replace(
            default_map(call, request), webhook_members={"notify": {"on": {"urls": [call.webhook_url]}}}
        )


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


def _payload(extra: dict[str, object], **config: Any) -> Mapping[str, object]:
    providers = registry("other")
    providers.register("acme", Nested())
    with Gateway(registry=providers) as gateway:
        planned = gateway.plan_video(
            acme(**config), VideoGenerationRequest(prompt="a lake", extra_params=extra)
        )
    return planned.attempts[0].payload


@pytest.mark.parametrize(
    ("extra", "notify"),
    [
        ({}, {"on": {"urls": ["***"]}}),
        ({"notify": {"retries": 3}}, {"retries": 3, "on": {"urls": ["***"]}}),
        ({"notify": {"on": {"urls": [HOOK]}}}, {"on": {"urls": ["***"]}}),
    ],
    ids=["alone", "beside-a-parameter", "named-twice-alike"],
)
def test_the_core_adds_it_where_the_mapping_says(extra: dict[str, object], notify: object) -> None:
    assert _payload(extra, webhook_url=HOOK)["notify"] == notify


@pytest.mark.parametrize("unsupported", ["nearest", "error", "adjust"])
@pytest.mark.parametrize(
    ("extra", "where"),
    [
        ({"notify": {"on": {"urls": ["https://other.example/tok-2"]}}}, "['notify']['on']['urls']"),
        ({"notify": "https://other.example/tok-2"}, "['notify']"),
        ({"notify": None}, "['notify']"),
    ],
)
def test_a_parameter_with_another_address_is_refused(
    extra: dict[str, object], where: str, unsupported: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _payload(extra, webhook_url=HOOK, unsupported=unsupported)
    said = f"webhook_url and extra_params{where} name different addresses, and Acme calls only what one of them says"
    assert said in str(caught.value)
    assert "tok-" not in str(caught.value)


def test_without_a_webhook_url_the_parameter_is_sent() -> None:
    assert _payload({"notify": {"on": {"urls": ["mine"]}}})["notify"] == {"on": {"urls": ["mine"]}}


def test_a_fallback_that_is_told_two_addresses_is_refused_at_once() -> None:
    chain = acme("other", fallback_configs=[acme(webhook_url=HOOK)])
    providers = registry("other")
    providers.register("acme", Nested())
    with (
        Gateway(registry=providers) as gateway,
        pytest.raises(ValidationError, match=r"fallback 1: webhook_url and"),
    ):
        gateway.plan_video(chain, VideoGenerationRequest(prompt="a lake", extra_params={"notify": "x"}))
