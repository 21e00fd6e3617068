"""Turns a call into what is sent, for every transport: the target, the headers and the body, byte for byte the same."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx

from ... import __version__
from ...exceptions import ValidationError
from ...messages import ONLY_BY_PROXY
from ...steps import HttpCall, TransportFailure
from ..bodies import ACCEPTED_CODINGS
from ..json_body import json_pieces, large_characters
from ..proxies import proxy_for, refused_by_proxy
from .targets import Target, target_of

CHUNK_BYTES = 256 * 1024
"""Size of the chunks in which bodies are sent, in bytes."""
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"(?:[!-~](?:[\t -~]*[!-~])?)?")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Methods that announce even an empty body, as servers expect (RFC 9110, section 8.6)."""
_Files: TypeAlias = list[tuple[str, tuple[str | None, str | bytes, str | None]]]


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A call as it is sent.

    Attributes:
        target: the server and the path. It names the Host header and the certificate, also if `address` is set.
        headers: all headers in order, the first one is Host; of the connection, only `keep-alive` is asked for.
        pieces: body in parts.
        size_bytes: size of the body, in bytes.
        address: checked IP address to connect to; None looks up the host of the target, or leaves that to the proxy.
        proxy: URL of the proxy that it goes through, with its login; None is a direct connection.
    """

    target: Target
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    pieces: list[bytes] = field(repr=False)
    size_bytes: int
    address: str | None
    proxy: str | None = field(repr=False)

    def check_proxy(self, status: int, headers: Mapping[str, str]) -> None:
        """Check that an answer is not the refusal of a proxy that was to forward the request.

        Raises:
            TransportFailure: it is, so the request did not reach the server.
        """
        forwards = self.target.scheme == "http" and (self.proxy or "socks").startswith("http")
        if forwards and (failure := refused_by_proxy(status, headers)) is not None:
            raise failure


def prepare(
    call: HttpCall, codings: str = ACCEPTED_CODINGS, proxy_of: Callable[[str, str], str | None] = proxy_for
) -> PreparedRequest:
    """Return a call as it is sent.

    Args:
        call: the call to send.
        codings: accepted encodings of the answer; "identity" for files and streams, which are not compressed.
        proxy_of: returns the proxy of a server, as `proxy_for` does. A transport that keeps its connections passes one that remembers.

    Raises:
        ValidationError: the call cannot be sent. The message does not show the values of headers.
        TransportFailure: it may go through a proxy only, and there is none.
    """
    for name, value in call.headers.items():
        _check_header(name, value)
    try:
        call.method.encode("ascii")
        target = target_of(call.url)
        pieces, content_type = _body(call)
        size_bytes = sum(map(len, pieces))
        headers = _headers(call, target, codings, size_bytes, content_type)
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError) as error:
        raise ValidationError(
            f"cannot build the request: {error}; check base_url, headers and parameters"
        ) from error
    proxy = proxy_of(target.scheme, target.netloc.decode("ascii"))
    if proxy is None and call.address == ONLY_BY_PROXY:
        raise TransportFailure(
            "a proxy was to look up the host, but this connection uses none: the environment has changed; create a new Gateway",
            kind="connect",
            request_may_have_arrived=False,
        )
    # a proxy looks the host up itself
    address = call.address if proxy is None else None
    return PreparedRequest(target, headers, pieces, size_bytes, address, proxy)


def is_large(call: HttpCall) -> bool:
    """Return whether building the request takes so long that an event loop should not wait for it."""
    if call.json is not None:
        return large_characters(call.json) > 0
    if call.multipart is None and call.form is None:
        return False
    return (
        sum(len(part.value) for part in call.multipart or ()) > CHUNK_BYTES or large_characters(call.form) > 0
    )


@functools.cache
def _standard_headers(codings: str) -> tuple[tuple[str, bytes, bytes], ...]:
    """Return the default headers of every request that accepts `codings`: lower-case name, and name and value as sent."""
    # used for its headers only: it never connects
    with httpx.Client(transport=httpx.BaseTransport(), trust_env=False) as client:
        client.headers["User-Agent"] = f"tarash-gateway/{__version__}"
        client.headers["Accept-Encoding"] = codings
        return tuple((name.decode("ascii").lower(), name, value) for name, value in client.headers.raw)


def _body(call: HttpCall) -> tuple[list[bytes], bytes | None]:
    """Return the body of a call in pieces, and its content type; None if it has none of its own."""
    if call.json is not None:
        return json_pieces(call.json), b"application/json"
    if call.form is None and call.multipart is None:
        return [call.content] if call.content else [], None
    files: _Files | None = None
    if call.multipart is not None:
        files = [(part.name, (part.filename, part.value, part.content_type)) for part in call.multipart]
    # used for its body only
    encoded = httpx.Request("POST", "http://form", data=call.form, files=files)
    kind = encoded.headers.get("Content-Type")
    return [encoded.read()], None if kind is None else kind.encode("ascii")


def _headers(
    call: HttpCall, target: Target, codings: str, body_bytes: int, content_type: bytes | None
) -> list[tuple[bytes, bytes]]:
    """Return all headers of a call: its own, and the standard ones that it does not set."""
    headers: list[tuple[bytes, bytes]] = []
    given = set()
    for name, value in call.headers.items():
        lower = name.lower()
        if lower == "transfer-encoding" or (lower == "content-length" and value != str(body_bytes)):
            # a server would take a part of the body for the whole request
            raise ValueError(f"the header {name} does not fit the body; leave it out")
        given.add(lower)
        headers.append((name.encode("ascii"), value.encode("ascii")))
    if "host" not in given:
        headers.insert(0, (b"Host", target.netloc))
    headers += [(name, value) for lower, name, value in _standard_headers(codings) if lower not in given]
    if content_type is not None and "content-type" not in given:
        headers.append((b"Content-Type", content_type))
    if (body_bytes or call.method in _WITH_BODY) and "content-length" not in given:
        headers.append((b"Content-Length", b"%d" % body_bytes))
    if target.login is not None and "authorization" not in given:
        login = ":".join(target.login).encode()
        headers.append((b"Authorization", b"Basic " + base64.b64encode(login)))
    return headers


def _check_header(name: str, value: str) -> None:
    # h11 and the codecs refuse these, too, but their messages quote the value, which may be a key
    if _HEADER_NAME.fullmatch(name) is None:
        raise ValidationError(f"{name!r} is not a valid header name; use letters, digits and hyphens")
    if _HEADER_VALUE.fullmatch(value) is None:
        raise ValidationError(
            f"the value of header {name} cannot be sent; use visible ASCII characters without spaces or line breaks at the ends "
            "(if it holds a key: is that copied exactly?)"
        )
