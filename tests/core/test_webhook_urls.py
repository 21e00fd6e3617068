"""A provider that will not call `webhook_url` says so: whoever relied on the call would wait for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.acme import Acme, AcmeServer, acme, generation, registry, reply
from tarash.tarash_gateway import ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.models import GenerationResponse
from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl
from tarash.tarash_gateway.testing import VirtualTime

HOOK = "https://me.example/hooks/tok-in-path"


class Silent(Acme):
    """Calls nobody."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), takes_webhook_url=False)


def _run(config: VideoGenerationConfig, server: AcmeServer) -> GenerationResponse:
    providers = registry("other")
    providers.register("acme", Silent())
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
