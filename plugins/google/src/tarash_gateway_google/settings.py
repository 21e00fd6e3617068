"""The settings in `provider_config` for Google, and which of Google's two platforms serves a call."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tarash.tarash_gateway.plugin import Call, Secret, ServerUrl

LOCATION = re.compile(r"[a-z0-9-]+")
"""A location becomes a part of the host name, so it must not hold anything else."""
_TOKEN_BEGINNINGS = ("ya29.", "eyJ")
"""How OAuth access tokens and signed JSON web tokens begin; API keys begin otherwise ("AIza", "AQ.")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """The settings in `provider_config` for Google.

    Attributes:
        vertex: True for Vertex AI, False for the Gemini API; None is Vertex AI if project, location or credentials are given.
        project: Google Cloud project; None is the one of the credentials.
        location: region, "global", "us" or "eu"; None is "global", and "us-central1" for Veo.
        credentials_path: key file of a service account, or the file that gcloud writes for a user.
        credentials: content of such a file, as JSON text.
        access_token: a ready OAuth token, sent as it is and never renewed.
        quota_project: project to bill, if it is not the one of the credentials.
        storage_uri: `gs://bucket/folder/` for finished videos; None has them inside the answer.
        storage_base_url: address of Cloud Storage, for emulators and private access; it receives the token.
        webhook_secret: signing secret of a webhook registered at Google, `whsec_…`.
    """

    vertex: bool | None = None
    project: str | None = None
    location: str | None = None
    credentials_path: str | None = None
    credentials: Secret | None = None
    access_token: Secret | None = None
    quota_project: str | None = None
    storage_uri: str | None = None
    storage_base_url: ServerUrl = "https://storage.googleapis.com"
    webhook_secret: Secret | None = None

    def __post_init__(self) -> None:
        if self.location is not None and LOCATION.fullmatch(self.location) is None:
            raise ValueError(f"location={self.location!r} is not a location; use one such as 'us-central1'")
        if self.storage_uri is not None and not self.storage_uri.startswith("gs://"):
            raise ValueError("storage_uri must begin with gs://, such as 'gs://bucket/folder/'")

    @property
    def names_credentials(self) -> bool:
        """Whether it says itself where a token comes from."""
        return bool(self.access_token or self.credentials_path or self.credentials)


def uses_vertex(call: Call) -> bool:
    """Return whether Vertex AI serves the call, not the Gemini API."""
    settings = call.settings_as(GoogleSettings)
    if settings.vertex is not None:
        return settings.vertex
    return bool(settings.project or settings.location or settings.names_credentials or holds_token(call))


def holds_token(call: Call) -> bool:
    """Return whether `api_key` is an OAuth token rather than a key."""
    return call.api_key.reveal().startswith(_TOKEN_BEGINNINGS)


def uses_express_mode(call: Call) -> bool:
    """Return whether Vertex AI is called with an API key, without project and token ("express mode")."""
    settings = call.settings_as(GoogleSettings)
    has_key = bool(call.api_key) and not holds_token(call)
    return uses_vertex(call) and has_key and not settings.project and not settings.names_credentials
