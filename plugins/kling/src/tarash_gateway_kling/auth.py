"""How a call is authorised: an API key as it is, or a short-lived token made of AccessKey and SecretKey."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import jwt

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpReply,
    ValidationError,
    read_clock,
    send,
)

from .errors import CLOCK_CODES, code_of, read_error

LIFETIME_SECONDS = 1800
# for clocks that are a little apart, as in Kling's own examples (authentication page, 2026-09-20)
EARLY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The older kind of credentials; the path-based design does not take them."""

    access_key: str
    secret_key: str = field(repr=False)


def key_pair(call: Call) -> KeyPair | None:
    """Return AccessKey and SecretKey where the account is used with these, or None for an API key.

    They stand in `provider_config`, as `access_key` and `secret_key`, or in the key, joined by a colon.
    """
    access, secret = call.provider_config.get("access_key"), call.provider_config.get("secret_key")
    if isinstance(access, str) and isinstance(secret, str) and access and secret:
        return KeyPair(access, secret)
    if access or secret:
        raise ValidationError(
            "provider_config has one of access_key and secret_key; give both, or an API key"
        )
    access, colon, secret = call.api_key.reveal().partition(":")
    return KeyPair(access.strip(), secret.strip()) if colon else None


def mint_token(pair: KeyPair, now: datetime) -> str:
    """Return a token for half an hour from `now` on, signed with the SecretKey's text."""
    seconds = int(now.timestamp())
    claims = {"iss": pair.access_key, "exp": seconds + LIFETIME_SECONDS, "nbf": seconds - EARLY_SECONDS}
    return jwt.encode(claims, pair.secret_key, algorithm="HS256", headers={"typ": "JWT"})


def exchange(
    call: Call, method: str, path: str, *, json: object = None, accept_statuses: frozenset[int] = frozenset()
) -> Flow[HttpReply]:
    """Send a call with the account's credentials.

    Tokens are minted for each call, so none grows old during a long wait. A call that Kling's clock refuses
    was certainly not acted upon; it is sent again once, with a token of Kling's own time (header `Date`).
    """
    pair = key_pair(call)
    if pair is None:
        return (yield from send(call.request(method, path, json=json, accept_statuses=accept_statuses)))
    now = (yield from read_clock()).wall
    accept = accept_statuses | {401}
    reply = yield from send(
        call.request(method, path, json=json, headers=_bearer(pair, now), auth=False, accept_statuses=accept)
    )
    if code_of(reply) in CLOCK_CODES:
        now = _server_time(reply) or (yield from read_clock()).wall
        reply = yield from send(
            call.request(
                method, path, json=json, headers=_bearer(pair, now), auth=False, accept_statuses=accept
            )
        )
    if reply.status == 401:
        raise read_error(reply)
    return reply


def _bearer(pair: KeyPair, now: datetime) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint_token(pair, now)}"}


def _server_time(reply: HttpReply) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(reply.header("date") or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
