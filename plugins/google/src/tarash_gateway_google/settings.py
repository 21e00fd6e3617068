"""What `provider_config` may say to this provider, and which of Google's two platforms serves a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, cast

from tarash.tarash_gateway.plugin import Call, SettingKind, ValidationError, check_settings

_TOKEN_BEGINNINGS = ("ya29.", "eyJ")
"""How OAuth access tokens and signed JSON web tokens begin; API keys begin otherwise ("AIza", "AQ.")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The members of `provider_config`.

    Attributes:
        vertex: True for Vertex AI, False for the Gemini API; absent: Vertex AI if place or credentials are given.
        project: Google Cloud project; absent: the one of the credentials.
        location: region, "global", "us" or "eu"; absent: "global", for Veo "us-central1".
        credentials_path: key file of a service account, or the file that gcloud writes for a user.
        credentials: content of such a file as JSON text: texts of that name are kept out of logs and saved jobs.
        access_token: a ready OAuth token, sent as it is.
        quota_project: project to bill, where it is not the one of the credentials.
        storage_uri: `gs://bucket/folder/` for finished videos.
        storage_base_url: address of Cloud Storage, for emulators and private access.
        webhook_secret: signing secret of a registered webhook, `whsec_…`.
    """

    vertex: bool | None = None
    project: str | None = None
    location: str | None = None
    credentials_path: str | None = None
    credentials: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    quota_project: str | None = None
    storage_uri: str | None = None
    storage_base_url: str = "https://storage.googleapis.com"
    webhook_secret: str | None = field(default=None, repr=False)

    @property
    def names_credentials(self) -> bool:
        """Whether it says itself where a token comes from."""
        return bool(self.access_token or self.credentials_path or self.credentials)


SETTINGS: Mapping[str, SettingKind] = {
    item.name: bool if item.name == "vertex" else str for item in fields(Settings)
}


def read_settings(call: Call) -> Settings:
    """Return the settings of a call.

    Raises:
        ValidationError: a name or a type is wrong.
    """
    check_settings(call, SETTINGS)
    given = {name: value for name, value in call.provider_config.items() if value is not None}
    settings = Settings(**cast("dict[str, Any]", given))
    if settings.storage_uri is not None and not settings.storage_uri.startswith("gs://"):
        raise ValidationError(
            f"provider_config['storage_uri']={settings.storage_uri!r} must begin with gs://"
        )
    return settings


def uses_vertex(call: Call) -> bool:
    """Return whether Vertex AI serves the call, not the Gemini API."""
    settings = read_settings(call)
    if settings.vertex is not None:
        return settings.vertex
    return bool(settings.project or settings.location or settings.names_credentials or holds_token(call))


def holds_token(call: Call) -> bool:
    """Return whether `api_key` is an OAuth token rather than a key."""
    return call.api_key.reveal().startswith(_TOKEN_BEGINNINGS)


def uses_express_mode(call: Call) -> bool:
    """Return whether Vertex AI is called with an API key, without project and token ("express mode")."""
    settings = read_settings(call)
    has_key = bool(call.api_key) and not holds_token(call)
    return uses_vertex(call) and has_key and not settings.project and not settings.names_credentials
