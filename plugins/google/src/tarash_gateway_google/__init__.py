"""Google for Tarash Gateway, the Gemini API and Vertex AI: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from .connection import VERTEX_ORIGINS
from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import GoogleSettings
from .status import tarash_cancel, tarash_poll
from .stream import tarash_stream
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="google",
    title="Google (Gemini API, Vertex AI)",
    home_page="https://ai.google.dev/gemini-api/docs",
    hook_api=1,
    # if both are set, the first one counts (google-genai 3.4.0)
    api_key_env=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    base_url="https://generativelanguage.googleapis.com",
    base_url_env=("GOOGLE_GEMINI_BASE_URL",),
    # finished videos lie in Cloud Storage if the request names a bucket (Cloud Storage JSON API, objects.get)
    origins=(*VERTEX_ORIGINS, "https://storage.googleapis.com"),
    modalities=frozenset({"video", "image"}),
    settings=GoogleSettings,
    uploads=True,
    auth=AuthScheme(header="x-goog-api-key", prefix=""),
    key_required=False,
    key_alternative="Vertex AI credentials",
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Google."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "GoogleSettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_stream",
    "tarash_submit",
    "tarash_webhook",
]
