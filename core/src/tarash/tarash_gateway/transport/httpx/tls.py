"""Owns the TLS context of the process."""

from __future__ import annotations

import os
import ssl
import sys

import httpx

from ...exceptions import ValidationError
from ...fork_safety import Loading, fork_safe_lock

_tls_lock = fork_safe_lock(sys.modules[__name__], "_tls_lock")
_tls_context: ssl.SSLContext | None = None


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of the process; there is only one, since loading certificates takes longer than a request.

    Raises:
        ValidationError: the environment names certificates that cannot be read.
    """
    global _tls_context
    with Loading(), _tls_lock:
        if _tls_context is None:
            _tls_context = for_http11(_from_environment())
        return _tls_context


def _from_environment() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        # an error of TLS is an OSError, too, and would otherwise look like one of a connection that was open
        names = (name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name))
        source = next((f"{name}={os.environ[name]!r}" for name in names), "the package certifi")
        raise ValidationError(
            f"cannot read the certificates of {source}: {error}; name a readable file of PEM certificates"
        ) from error


def for_http11(tls: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context offer HTTP/1.1, and return it."""
    tls.set_alpn_protocols(["http/1.1"])
    return tls
