"""HTTP for google-auth from the standard library, since google-auth brings no HTTP client of its own."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

TOKEN_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class TransportResponse:
    """What google-auth reads of an answer (`google.auth.transport.Response`)."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)


class StandardLibraryTransport:
    """The callable that google-auth wants (`google.auth.transport.Request`); it obeys the proxy variables."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_options: object,
    ) -> TransportResponse:
        """Make one request; error statuses are answers.

        Raises:
            google.auth.exceptions.TransportError: there is no answer, or it breaks off.
        """
        from google.auth.exceptions import TransportError

        data = body.encode() if isinstance(body, str) else body
        # the metadata server has http only; the URL comes from google-auth, not from an answer
        request = urllib.request.Request(url, data=data, headers=dict(headers or {}), method=method)  # noqa: S310
        try:
            return _answer(request, timeout or TOKEN_TIMEOUT_SECONDS)
        except (OSError, HTTPException) as error:
            message = f"no answer from {request.host}: {error}"
            raise TransportError(message) from error  # type: ignore[no-untyped-call] # google-auth has no annotations


def _answer(request: urllib.request.Request, timeout_seconds: float) -> TransportResponse:
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:  # noqa: S310 - as above
            return TransportResponse(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return TransportResponse(refused.code, dict(refused.headers), refused.read())
