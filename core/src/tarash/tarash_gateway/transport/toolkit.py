"""What transports have in common, for authors of another one: how a call is sent, how an answer is read, and what a failure says."""

from __future__ import annotations

from ..messages import mark_unsent
from .async_events import AsyncEvents
from .bodies import ACCEPTED_CODINGS, AnswerBody, Inflater
from .certificates import certificate_advice
from .client_pool import IDLE_SECONDS
from .heads import check_stream, headers_of
from .httpx.preparing import CHUNK_BYTES, PreparedRequest, is_large, prepare
from .httpx.tls import tls_context
from .limits import CONNECT_SECONDS, DRAIN_SECONDS, answer_bytes, late, not_connected, wait_seconds
from .machine_sleep import SleepWatch
from .proxies import INVALID_PROXY, proxy_for
from .server_events import MAX_EVENT_BYTES

__all__ = [
    "ACCEPTED_CODINGS", "CHUNK_BYTES", "CONNECT_SECONDS", "DRAIN_SECONDS", "IDLE_SECONDS", "INVALID_PROXY", "MAX_EVENT_BYTES",
    "AnswerBody", "AsyncEvents", "Inflater", "PreparedRequest", "SleepWatch", "answer_bytes", "certificate_advice", "check_stream",
    "headers_of", "is_large", "late", "mark_unsent", "not_connected", "prepare", "proxy_for", "tls_context", "wait_seconds",
]  # fmt: skip
