"""Owns two providers that want every single request signed: with a one-use JSON Web Token, and with an HMAC over all of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from core.contract_plugins.plain import Plain, PlainSimulator
from tarash.tarash_gateway.plugin import Call, HttpCall, hookimpl
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, json_answer

LIFE = timedelta(seconds=60)
SKEW = timedelta(seconds=30)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signature(key: str, text: str) -> str:
    return _base64url(hmac.digest(key.encode(), text.encode(), hashlib.sha256))


class Minted(Plain):
    """Sends a JSON Web Token that is good for one request."""

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime, token: str) -> HttpCall:
        head = _base64url(b'{"alg":"HS256","typ":"JWT"}')
        claims = {"jti": token, "exp": int((at + LIFE).timestamp())}
        signed = f"{head}.{_base64url(json.dumps(claims).encode())}"
        minted = f"{signed}.{_signature(call.api_key.reveal(), signed)}"
        return replace(http, headers={**http.headers, "Authorization": f"Bearer {minted}"}, secrets=(minted,))


class MintedSimulator(PlainSimulator):
    """Accepts each token once."""

    def __init__(self) -> None:
        self.used: list[str] = []
        super().__init__()

    def authorize(self, request: RecordedRequest) -> Answer | None:
        head, _, rest = request.headers.get("Authorization", "").removeprefix("Bearer ").partition(".")
        body, _, signature = rest.partition(".")
        if signature != _signature(self.api_key, f"{head}.{body}"):
            return json_answer({"error": "signature"}, status=401)
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{body}=="))
        if claims["exp"] < datetime.now(UTC).timestamp() or claims["jti"] in self.used:
            return json_answer({"error": "expired or used"}, status=401)
        self.used.append(claims["jti"])
        return None


class Sealed(Plain):
    """Sends an HMAC over method, path, time and body."""

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime) -> HttpCall:
        sent = http.encoded()
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        seal = _seal(call.api_key.reveal(), sent.method, urlsplit(sent.url).path, stamp, sent.content or b"")
        headers = {name: value for name, value in sent.headers.items() if name != "Authorization"}
        return replace(sent, headers={**headers, "X-Time": stamp, "X-Seal": seal}, secrets=(seal,))


def _seal(key: str, method: str, path: str, stamp: str, body: bytes) -> str:
    return _signature(key, "\n".join((method, path, stamp, hashlib.sha256(body).hexdigest())))


class SealedSimulator(PlainSimulator):
    """Checks the HMAC over the bytes that it has received."""

    def authorize(self, request: RecordedRequest) -> Answer | None:
        stamp = request.headers.get("X-Time", "")
        seal = _seal(self.api_key, request.method, request.path, stamp, request.body)
        if not self.has_header(request, "X-Seal", seal):
            return json_answer({"error": "seal"}, status=401)
        age = datetime.now(UTC) - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return None if abs(age) < SKEW else json_answer({"error": "too old"}, status=401)


def tokens(simulator: MintedSimulator, route: str) -> list[str]:
    """The tokens that came with the requests to one route."""
    return [request.headers["Authorization"] for request in simulator.requests_to(route)]
