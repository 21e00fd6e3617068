"""What a plugin declares of itself is examined when it loads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from core.acme import Acme
from core.hostile import hostile
from tarash.tarash_gateway import (
    PluginError,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    AuthScheme,
    ProviderInfo,
)

_ANY = cast("Any", None)


class _Plain:
    pass


@dataclass(frozen=True)
class _Bare:
    region: str


@dataclass
class _Thawed:
    region: str = "eu"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title": None}, "title=None; use text"),
        ({"home_page": "javascript:1"}, "home_page='javascript:1'"),
        ({"base_url": None}, "base_url=None; use text"),
        ({"base_url": "acme.example"}, "'acme.example' is not the URL of a server"),
        ({"api_key_env": "ACME_KEY"}, "api_key_env='ACME_KEY'; use a tuple of strings"),
        ({"origins": None}, "origins=None; use a tuple of strings"),
        ({"origins": ("https://*",)}, "the origin 'https://*'"),
        ({"origins": ("*",)}, "the origin '*'"),
        ({"origins": ("https://*.com",)}, "the origin 'https://*.com'"),
        ({"origins": ("https://*acme.example",)}, "the origin 'https://*acme.example'"),
        ({"origins": ("https://cdn.acme.example/v1",)}, "the origin 'https://cdn.acme.example/v1'"),
        ({"auth": "Bearer"}, "auth='Bearer'; use AuthScheme"),
        ({"auth": AuthScheme(header=_ANY)}, "use AuthScheme with strings"),
        ({"key_parts": {"secret": "ACME_SECRET"}}, "key_parts="),
        ({"key_alternative": None, "key_required": False}, "key_alternative="),
        ({"key_alternative": "a badge"}, "set key_required=False"),
        ({"modalities": "video"}, "modalities='video'"),
        ({"modalities": frozenset()}, "modalities=frozenset()"),
        ({"settings": _Plain}, "use a frozen dataclass"),
        ({"settings": _Bare}, "the settings _Bare with no default for region"),
        ({"settings": _Thawed}, "the settings _Thawed, which are not frozen"),
        ({"uploads": "yes"}, "uploads='yes'; use True or False"),
        ({"hook_api": True}, "was written for hook API True"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_told_when_the_plugin_loads(changes: dict[str, object], wrong: str) -> None:
    declared: ProviderInfo = replace(Acme().tarash_provider(), **cast("Any", changes))
    with pytest.raises(PluginError) as caught:
        Registry(lambda _group: ()).register("acme", hostile(tarash_provider=lambda: declared))
    assert wrong in caught.value.message


@pytest.mark.parametrize("origin", ["https://cdn.acme.example", "https://*.acme.example", "https://a-*.acme.example:8443"])  # fmt: skip
def test_an_origin_of_one_owner_is_accepted(origin: str) -> None:
    declared = replace(Acme().tarash_provider(), origins=(origin,))
    Registry(lambda _group: ()).register("acme", hostile(tarash_provider=lambda: declared))
