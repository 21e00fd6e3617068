"""ComfyUI for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .lost_submissions import tarash_find_submission
from .models import tarash_models, tarash_row
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import ComfyUISettings
from .status import tarash_cancel, tarash_poll
from .stream import tarash_stream

PROVIDER = ProviderInfo(
    id="comfyui",
    title="ComfyUI",
    home_page="https://docs.comfy.org/development/comfyui-server/comms_routes",
    hook_api=1,
    api_key_env=("COMFYUI_API_KEY",),
    key_parts={"auth_secret": ("COMFYUI_AUTH_SECRET",)},
    # the server itself asks for no key; a proxy in front of it may
    key_required=False,
    base_url="http://127.0.0.1:8188",
    base_url_env=("COMFYUI_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    settings=ComfyUISettings,
    uploads=True,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe ComfyUI."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "ComfyUISettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_find_submission",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_row",
    "tarash_stream",
    "tarash_submit",
]
