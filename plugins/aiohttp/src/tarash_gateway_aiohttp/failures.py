"""Classifies the failures of aiohttp; above all, says whether the request may have arrived."""

from __future__ import annotations

import os
import ssl

import aiohttp

from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport.toolkit import certificate_advice

NOT_SENT = (
    aiohttp.ClientConnectorError,
    # a server whose certificate is wrong: not among the connector errors
    aiohttp.ClientConnectorCertificateError,
    aiohttp.ConnectionTimeoutError,
    # the proxy has refused to open a tunnel
    aiohttp.ClientHttpProxyError,
    # a host that it takes for none, such as 127.1
    aiohttp.InvalidURL,
)
"""What aiohttp raises before it has a connection to the server."""
FAILURES = (aiohttp.ClientError, OSError)
"""What aiohttp raises; timeouts are OSErrors."""


class BrokenConnectionError(Exception):
    """Carries a failure of aiohttp past its own habit of sending GET, PUT and DELETE again.

    Attributes:
        error: what aiohttp raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.error = error


def failure_of(error: Exception) -> TransportFailure:
    """Return the failure for one of `FAILURES`, or for a `BrokenConnectionError`.

    Raise it outside the handler of the error. The errors of aiohttp hold the URL, the headers of the request and the password of the
    proxy, so they become neither its cause nor its context; only an error of the system or of TLS below them is its cause.
    """
    found = error.error if isinstance(error, BrokenConnectionError) else error
    failure = _classified(found)
    failure.__cause__ = _system_error(found)
    return failure


def _classified(error: Exception) -> TransportFailure:
    text = _text(error)
    if isinstance(error, NOT_SENT):
        return TransportFailure(text, kind="connect", request_may_have_arrived=False)
    if isinstance(error, TimeoutError):
        return TransportFailure(text, kind="timeout", request_may_have_arrived=True)
    if isinstance(error, OSError) or isinstance(_system_error(error), OSError):
        return TransportFailure(text, kind="reset", request_may_have_arrived=True)
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)


def _system_error(error: BaseException) -> OSError | None:
    """Return the error of the system or of TLS that an error of aiohttp stands for, if there is one."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        found: BaseException | None = error.certificate_error
    elif isinstance(error, aiohttp.ClientConnectorError):
        found = error.os_error
    else:
        found = error.__cause__
    # errors of aiohttp are OSErrors, too, and quote the URL
    return found if isinstance(found, OSError) and not isinstance(found, aiohttp.ClientError) else None


def _text(error: Exception) -> str:
    """Return what may be shown of an error: its name and what the system says, never the URL or what was received."""
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"{name}: the proxy answered with HTTP {error.status}"
    system = _system_error(error)
    if isinstance(system, ssl.SSLError):
        return f"{name}: {system}{certificate_advice(system)}"
    number = error.errno if isinstance(error, OSError) else None
    if system is not None:
        return f"{name}: {system}"
    return f"{name}: {os.strerror(number)}" if number else name
