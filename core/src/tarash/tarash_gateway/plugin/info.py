"""The declaration of a provider: what its plugin says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

HOOK_API_VERSION = 1
"""Version of the hook contract in this core. A plugin states the version it was written for; this and the previous are accepted."""

Feature: TypeAlias = Literal[
    "cancel", "webhooks", "streaming_status", "idempotent_submit", "find_submission", "uploads"
]
FEATURE_OF_HOOK: Mapping[str, Feature] = {
    "tarash_cancel": "cancel",
    "tarash_webhook": "webhooks",
    "tarash_stream": "streaming_status",
    "tarash_find_submission": "find_submission",
}
"""Features derived from the hooks that a plugin implements; the plugin declares only the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthScheme:
    """How the key is sent: as a header, `<header>: <prefix><key>`, or in the query.

    Attributes:
        header: name of the header; unused if `query` is set.
        prefix: text before the key.
        query: name of a query parameter, for providers that accept the key nowhere else. URLs end up in logs: prefer a header.
    """

    header: str = "Authorization"
    prefix: str = "Bearer "
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """What a plugin declares about its provider.

    Attributes:
        id: provider id, the name of the entry point.
        title: name for people.
        home_page: URL of its API documentation.
        hook_api: version of the hook contract that the plugin was written for, as a number such as 1.
        base_url: default base URL, without a trailing slash.
        base_url_env: environment variables that may hold another base URL.
        origins: other servers of the provider that may see the key, as "https://host"; `*` matches any text within the host, before
            a whole domain ("https://*.example.com"). The core refuses to send the key anywhere else. `Call.request` adds the key for
            the base URL only: for these origins, pass `headers=call.auth_headers()`.
        api_key_env: environment variables that may hold the key, the official one first; empty if no key is needed.
        key_parts: environment variables by name of a key part, for keys with several parts. Users can also set a part by its name
            in `provider_config`; hooks read it from `Call.credentials`. With every part present, no `api_key` is needed. A complete
            key in the configuration (`api_key`, or every part) is never mixed with the environment.
        key_required: False if the provider works without a key, or with `key_alternative`.
        key_alternative: what works in place of a key, such as "Vertex AI credentials", for messages and pages; "" if nothing does.
        auth: how the key is sent.
        modalities: what the provider generates: "video", "image".
        settings: frozen dataclass of the settings in `provider_config`, each field with a default; None if there are none. The core
            checks the values and passes them on as `Call.settings`.
        idempotent_submit: whether submissions carry an idempotency key that the provider honours.
        uploads: whether input media are uploaded to the provider.
        takes_webhook_url: False if the provider calls no URL that comes with a request. The core then refuses `webhook_url`, or lists it
            as left out, so that nobody waits for a call that never comes. If it calls one for some requests only, leave this True and
            set `Mapped.takes_webhook_url` for the others.
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
    key_alternative: str = ""
    auth: AuthScheme = AuthScheme()
    modalities: frozenset[str]
    settings: type[object] | None = None
    idempotent_submit: bool = False
    uploads: bool = False
    takes_webhook_url: bool = True

    @property
    def works_without_key(self) -> bool:
        """Whether calls work with neither a key nor anything in its place."""
        return not self.key_required and not self.key_alternative

    def features(self, hooks: frozenset[str]) -> frozenset[Feature]:
        """Return the features of a plugin that implements these hooks."""
        shown = {feature for hook, feature in FEATURE_OF_HOOK.items() if hook in hooks}
        if self.idempotent_submit:
            shown.add("idempotent_submit")
        if self.uploads:
            shown.add("uploads")
        return frozenset(shown)
