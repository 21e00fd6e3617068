"""Decides which servers may see the key, and guards the calls to all others.

A provider's own servers are the base URL, the origins that its plugin declares, and the servers in the settings.
"""

from __future__ import annotations

import fnmatch
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from ..exceptions import HTTPConnectionError, HTTPError, TarashException, UnexpectedResponseError
from ..media.guard import HostNotFoundError, RefusedHostError, check_host, reach
from ..media.redaction import SHORTEST_SECRET
from ..plugin.call import Call
from ..plugin.settings import server_urls
from ..statuses import meaning_of_status
from ..steps import AnswerTooLargeFailure, Flow, HttpCall, HttpReply, TransportFailure

T = TypeVar("T")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
"""Most redirects that are followed for one call that only reads."""


class Origins:
    """The origins that belong to the provider of one call.

    Args:
        call: the attempt.
    """

    __slots__ = ("_auth_query", "_base", "_call", "_own")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._base = _beginnings(call.base_url)
        self._auth_query = call.provider.auth.query
        self._own: frozenset[str] | None = None

    def leak(self, http: HttpCall, secrets: tuple[str, ...], messages: tuple[str, ...] = ()) -> str | None:
        """Return how the call would leak a secret, or None if it would not.

        Args:
            http: the call as it will be sent.
            secrets: the key; `http.secrets` holds what was derived from it.
            messages: first messages of a WebSocket.
        """
        url = http.url
        is_home = url.startswith(self._base)
        if is_home and ("?" not in url or self._auth_query):
            # the fast path, taken by nearly every poll
            return None
        known = [secret for secret in (*secrets, *http.secrets) if len(secret) >= SHORTEST_SECRET]
        if "?" in url and not self._auth_query and any(secret in url for secret in known):
            return "would send the key in the URL, which ends up in logs; send a header, or declare AuthScheme(query=…)"
        if is_home or self._belongs(_origin(url)):
            return None
        foreign = (
            f"would send the key to {_origin(url)}, which is not the provider's server; "
            "if it is, declare it in ProviderInfo.origins, else use auth=False"
        )
        texts = (url, *map(_decoded, http.headers.values()), *messages)
        if any(secret in text for text in texts for secret in known) or _body_holds(http, known):
            return foreign
        if any(name in http.headers for name in self._call.headers):
            return f"would send the headers of the settings to {_origin(url)}, which is not the provider's server"
        return None

    def own(self, url: str) -> bool:
        """Return whether a URL belongs to the provider."""
        return url.startswith(self._base) or self._belongs(_origin(url))

    def take_own_headers(self, url: str) -> bool:
        """Return whether a URL belongs to the server that the user has chosen, or else to the provider.

        What a company's proxy is told, such as its token, is not for the provider behind it.
        """
        if self._call.is_default_server:
            return self.own(url)
        return url.startswith(self._base) or _origin(url) == _origin(self._call.base_url)

    def reach(self, http: HttpCall, perform: Callable[[HttpCall], Flow[T]]) -> Flow[T]:
        """Perform a call; a server that is not the provider's is reached at an IP address that was checked.

        An answer may have named that server. A call that has an address was checked before.

        Raises:
            RefusedHostError: the server is on a private network or on this machine.
            TransportFailure: the connection failed, or the host was not found.
        """
        if http.address is not None or self.own(http.url):
            # no generator of its own: every step passes all of them
            return perform(http)
        return self._reach_abroad(http, perform)

    def _reach_abroad(self, http: HttpCall, perform: Callable[[HttpCall], Flow[T]]) -> Flow[T]:
        allowed = self._call.allow_private_hosts
        try:
            addresses = yield from check_host(http.url, allow_private_hosts=allowed, https_only=False)
        except HostNotFoundError as error:
            raise TransportFailure(str(error), kind="connect", request_may_have_arrived=False) from error
        return (yield from reach(http, addresses, perform))

    def _belongs(self, origin: str) -> bool:
        if self._own is None:
            # computed on first use: most providers call only their base URL
            urls = (self._call.base_url, *server_urls(self._call.settings))
            self._own = frozenset(map(_origin, urls))
        patterns = self._call.provider.origins
        return origin in self._own or any(fnmatch.fnmatchcase(origin, pattern) for pattern in patterns)


@lru_cache(maxsize=256)
def _beginnings(base_url: str) -> tuple[str, str]:
    """Return how the URLs at a base URL begin; thousands of attempts share them."""
    return f"{base_url}/", f"{base_url}?"


def connection_error(failure: TransportFailure | RefusedHostError, text: str) -> TarashException:
    """Return the error for a connection that failed, or that is not made; `text` says why, without secrets."""
    if isinstance(failure, RefusedHostError):
        return _unsent_error(text)
    is_too_large = isinstance(failure, AnswerTooLargeFailure)
    return HTTPConnectionError(f"connection failed: {text}", is_retryable=False if is_too_large else None)


def _unsent_error(reason: str) -> UnexpectedResponseError:
    """Return the error for a call that an answer would have led into a private network."""
    return UnexpectedResponseError(f"a call to another server is not sent: {reason}", is_retryable=False)


def foreign_error(reply: HttpReply, url: str) -> HTTPError:
    """Return the error for a refusal by a server that is not the provider's.

    If the host of an input image answers 401, that says nothing about the provider's key. So neither the plugin nor the status
    decides the class.
    """
    host = urlsplit(url).hostname
    passes = meaning_of_status(reply.status).is_retryable
    return HTTPError(
        f"{host}, which is not the provider's server, answered HTTP {reply.status}; check that the URL works without a login",
        raw_response=reply.text()[:500],
        is_retryable=passes,
        allows_fallback=passes,
    )


def redirected(http: HttpCall, reply: HttpReply) -> HttpCall | None:
    """Return the call that a redirect leads to; None unless it is a GET within the same origin."""
    location = reply.header("location")
    if location is None or http.method != "GET" or reply.status not in REDIRECTS:
        return None
    try:
        target = urljoin(http.url, location)
    except ValueError:
        return None
    return replace(http, url=target) if _origin(target) == _origin(http.url) else None


def _decoded(header: str) -> str:
    """Return the value of a header, with name and password of a basic login as they are read."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return header
    try:
        return b64decode(encoded).decode(errors="replace")
    except ValueError:
        return header


def _body_holds(http: HttpCall, secrets: list[str]) -> bool:
    if http.content is not None and any(secret.encode() in http.content for secret in secrets):
        return True
    shown = "" if http.json is http.form is None else repr((http.json, http.form))
    parts = (part.value for part in http.multipart or ())
    return any(
        secret in shown
        or any(secret.encode() in part if isinstance(part, bytes) else secret in part for part in parts)
        for secret in secrets
    )


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
