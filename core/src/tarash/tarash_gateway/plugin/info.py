"""Who a provider is: what a plugin declares about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HOOK_API_VERSION = 1
"""The hook contract this core speaks. A plugin states the one it was written for; this one and the one before are accepted."""

Feature: TypeAlias = Literal[
    "cancel", "webhooks", "streaming_status", "idempotent_submit", "find_submission", "uploads"
]
FEATURE_OF_HOOK: Mapping[str, Feature] = {
    "tarash_cancel": "cancel",
    "tarash_webhook": "webhooks",
    "tarash_stream": "streaming_status",
    "tarash_find_submission": "find_submission",
}
"""What a provider can do is read off the hooks its plugin implements; only the rest is declared."""


@dataclass(frozen=True, slots=True)
class AuthScheme:
    """How the key travels: `<header>: <prefix><key>`, or as the query parameter `query`.

    Attributes:
        header: name of the header; unused when `query` is given.
        prefix: text before the key.
        query: name of a query parameter, for providers that take the key nowhere else. URLs end up in logs: prefer a header.
    """

    header: str = "Authorization"
    prefix: str = "Bearer "
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """Who a provider is.

    Attributes:
        id: provider id, the entry point's name.
        title: name for people.
        home_page: where its API is documented.
        hook_api: version of the hook contract the plugin was written for: write the number, such as 1.
        base_url: the API's address, without a slash at the end.
        base_url_env: environment variables that may hold another address.
        origins: further servers of the provider that may see the key, as "https://host"; `*` stands for any text within the host.
            The core refuses to send it anywhere else; `Call.request` puts it in for the base URL alone, so write
            `headers=call.auth_headers()` for these.
        api_key_env: environment variables that may hold the key, the official one first; empty when no key is needed.
        key_parts: further parts of a key that has several → environment variables that may hold each. `provider_config` takes them
            by the same names, and `Call.credentials` hands them over; a call that has every part needs no `api_key`. A key that
            the configuration gives whole (`api_key`, or every part) is not completed from the environment.
        key_required: False for providers that run without a key, or whose key comes from elsewhere (a credentials file).
        auth: how the key travels.
        modalities: names of what it generates: "video", "image".
        settings: frozen dataclass of what `provider_config` takes, each field with a default; None takes nothing. The core
            checks the values and hands them over as `Call.settings`.
        idempotent_submit: whether submits carry an idempotency key that the provider honours.
        uploads: whether input media are uploaded to the provider.
    """

    id: str
    title: str
    home_page: str
    hook_api: int
    base_url: str
    base_url_env: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    api_key_env: tuple[str, ...] = ()
    key_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key_required: bool = True
    auth: AuthScheme = AuthScheme()
    modalities: frozenset[str]
    settings: type[object] | None = None
    idempotent_submit: bool = False
    uploads: bool = False

    def features(self, hooks: frozenset[str]) -> frozenset[Feature]:
        """Return what a plugin that implements `hooks` can do."""
        shown = {feature for hook, feature in FEATURE_OF_HOOK.items() if hook in hooks}
        if self.idempotent_submit:
            shown.add("idempotent_submit")
        if self.uploads:
            shown.add("uploads")
        return frozenset(shown)
