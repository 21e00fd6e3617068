"""Luma's two APIs: which one serves a model, its address, and the keys it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tarash.tarash_gateway.plugin import AuthenticationError, Call, python_words, wrong_field

from .models import AGENTS, DREAM_MACHINE, GENERIC_DREAM_IMAGE, GENERIC_DREAM_VIDEO

AGENTS_URL: Final = "https://agents.lumalabs.ai/v1"
DREAM_MACHINE_URL: Final = "https://api.lumalabs.ai/dream-machine/v1"
DREAM_MACHINE_NAMES = ("ray-1", "ray-2", "ray-flash", "photon")
"""Prefixes of Dream Machine's model names, including names without a row."""
AGENTS_NAMES = ("ray-3", "uni-")
"""The same for the Agents API, which also serves every name that matches neither."""
AGENTS_KEY_PREFIX = "luma-api-"


def serving_call(call: Call) -> Call:
    """Return the call with the row that serves its model and, on Luma's own servers, the address of its API.

    A base URL that the user set (a proxy, a simulator) is used as it is, for either API. One that contains "/dream-machine"
    takes unknown model names to Dream Machine.
    """
    call = _with_own_row(call)
    return at_api(call, call.row.route)


def at_api(call: Call, api: str) -> Call:
    """Return the call with the address of the API that has the job."""
    if api == DREAM_MACHINE and call.is_default_server:
        return replace(call, base_url=DREAM_MACHINE_URL)
    return call


def check_key(call: Call) -> None:
    """Refuse a key of the Agents API before it is sent to Dream Machine; `call` as `serving_call` returned it.

    The Agents API also has valid keys without its prefix, so the reverse cannot be told from the key.

    Raises:
        AuthenticationError: the key begins with the prefix of the Agents API. Only at Luma's own servers: a proxy may have its own keys.
    """
    key = call.api_key.reveal()
    if call.base_url == DREAM_MACHINE_URL and key.startswith(AGENTS_KEY_PREFIX):
        raise AuthenticationError(
            f"{call.model} is served by Luma's Dream Machine API, and a key that begins with {AGENTS_KEY_PREFIX!r} is "
            "for its Agents API; give a Dream Machine key"
            + python_words(" as " + wrong_field("api_key"))
            + ", or use ray-3.2 or uni-1"
        )


def _with_own_row(call: Call) -> Call:
    if not call.row.generic or call.row.route != AGENTS:
        return call
    unknown = not call.model.startswith(AGENTS_NAMES)
    if call.model.startswith(DREAM_MACHINE_NAMES) or (unknown and "/dream-machine" in call.base_url):
        return call.with_row(GENERIC_DREAM_VIDEO if call.modality == "video" else GENERIC_DREAM_IMAGE)
    return call
