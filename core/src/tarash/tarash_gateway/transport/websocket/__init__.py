"""WebSockets without I/O, for every transport: the only folder that imports the library `websockets`."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from ...fork_safety import Loading
from ...steps import HttpCall, TransportFailure

if TYPE_CHECKING:
    from .conversation import Conversation

log = logging.getLogger(__name__)

# the library itself, not the extra `websocket` of the core: on the public index, that name may belong to another project
INSTALL = "pip install websockets"


def conversation_for(call: HttpCall, messages: tuple[str, ...]) -> Conversation:
    """Return a new WebSocket for a handshake, and queue its first messages; the library is imported with the first one.

    Raises:
        TransportFailure: the library is not installed; the message says how to install it.
    """
    try:
        with Loading():
            from .conversation import Conversation
    except ImportError as error:
        _warn_once()
        raise TransportFailure(
            f"a WebSocket needs the package websockets; run: {INSTALL}",
            kind="connect",
            request_may_have_arrived=False,
        ) from error
    return Conversation(call, messages)


@functools.cache
def _warn_once() -> None:
    log.warning("a status stream needs the package websockets, so the job is polled; run: %s", INSTALL)
