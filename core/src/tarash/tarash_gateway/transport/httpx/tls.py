"""Owns the TLS context of the process."""

from __future__ import annotations

import ssl
import sys

import httpx

from ...fork_safety import Loading, fork_safe_lock

_tls_lock = fork_safe_lock(sys.modules[__name__], "_tls_lock")
_tls_context: ssl.SSLContext | None = None


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of the process; there is only one, since loading certificates takes longer than a request."""
    global _tls_context
    with Loading(), _tls_lock:
        if _tls_context is None:
            _tls_context = for_http11(httpx.create_ssl_context())
        return _tls_context


def for_http11(tls: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context offer HTTP/1.1, and return it."""
    tls.set_alpn_protocols(["http/1.1"])
    return tls
