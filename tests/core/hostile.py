"""Owns how the tests of hostile plugins make one, and run a generation with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest

from core.acme import CLIP, Acme, AcmeServer, acme
from tarash.tarash_gateway import Gateway, TarashException, VideoGenerationResponse
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.plugin import (
    Flow,
    HttpCall,
    hookimpl,
)
from tarash.tarash_gateway.testing import VirtualTime

KEY = "sk-acme-0123456789"
VIDEO = "https://cdn.acme.example/1.mp4"


def hostile(**hooks: Callable[..., object]) -> Acme:
    made: dict[str, object] = {name: hookimpl(staticmethod(hook)) for name, hook in hooks.items()}
    return cast("Acme", type("Hostile", (Acme,), made)())


def run(
    plugin: Acme, *, server: AcmeServer | None = None, time: VirtualTime | None = None, **changes: object
) -> VideoGenerationResponse:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    providers.register("other", Acme("other"))
    settings: dict[str, Any] = {"api_key": KEY, "fallback_configs": [acme("other")], **changes}
    config = acme(**settings)
    with TemporaryDirectory() as outputs:
        factory = GenerationFactory(providers, Path(outputs), environ={})

        def whole() -> Flow[object]:
            made = yield from factory.preparing(config, CLIP, reports=False)
            return (yield from made.generate())

        response = (time or VirtualTime(server or AcmeServer())).run(whole())
    assert isinstance(response, VideoGenerationResponse)
    return response


def fails(plugin: Acme, *, server: AcmeServer | None = None, **changes: Any) -> TarashException:
    with pytest.raises(TarashException) as caught:
        run(plugin, server=server, **changes)
    return caught.value


def flow(value: object = None, *steps: object, error: BaseException | None = None) -> Flow[Any]:
    for step in steps:
        yield cast("Any", step)
    yield from ()
    if error is not None:
        raise error
    return value


def call(**changes: object) -> HttpCall:
    return replace(HttpCall(method="GET", url="https://acme.example/x"), **cast("Any", changes))


def gateway_of(plugin: Acme) -> Gateway:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    return Gateway(registry=providers, environ={})
