"""Classifies what h11 and httpcore raise; above all, says whether the request may have arrived."""

from __future__ import annotations

import ssl

import h11
import httpcore

from ...steps import TransportFailure
from ..certificates import certificate_advice

FAILURES = (
    h11.ProtocolError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ProxyError,
    ssl.SSLError,
)
"""What h11 and httpcore raise; the classes of httpcore have no base of their own, and its asynchronous streams pass on errors of TLS."""
_QUOTING = (h11.ProtocolError, httpcore.ProtocolError)
_NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError)


def failure_of(error: Exception) -> TransportFailure:
    """Return the failure for one of `FAILURES`; above all, it says whether the request may have arrived.

    Raise it outside the handler of the error. What h11 finds wrong with an answer, it quotes, and a server may repeat a key: such an
    error becomes neither the cause of the failure nor its context.
    """
    failure = _classified(error, _text(error))
    if not isinstance(error, _QUOTING):
        failure.__cause__ = error
    return failure


def _text(error: Exception) -> str:
    """Return what may be shown of an error."""
    if isinstance(error, _QUOTING):
        said = str(error).partition(":")[0]
    elif isinstance(error, httpcore.ConnectError):
        cause = _first_cause(error)
        said = f"{cause}{certificate_advice(cause)}"
    else:
        said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _first_cause(error: BaseException) -> BaseException:
    """Return what the system said of a connection that failed; anyio says that all attempts have failed."""
    while error.__cause__ is not None:
        error = error.__cause__
        if isinstance(error, BaseExceptionGroup):
            # one for each address of the host
            error = error.exceptions[0]
    return error


def _classified(error: Exception, text: str) -> TransportFailure:
    if isinstance(error, _NOT_SENT):
        return TransportFailure(text, kind="connect", request_may_have_arrived=False)
    if isinstance(error, httpcore.TimeoutException):
        return TransportFailure(text, kind="timeout", request_may_have_arrived=True)
    if isinstance(error, httpcore.NetworkError | ssl.SSLError):
        return TransportFailure(text, kind="reset", request_may_have_arrived=True)
    if isinstance(error, httpcore.UnsupportedProtocol | httpcore.LocalProtocolError | h11.LocalProtocolError):
        return TransportFailure(text, kind="protocol", request_may_have_arrived=False)
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)
