"""Authorises calls: with an API key as it is, or with a short-lived token made of an access key and a secret key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import jwt

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    Phrase,
    ValidationError,
    hookimpl,
    send,
    wire,
    wrong_field,
)

from .errors import CLOCK_CODES, code_of, tarash_error

LIFETIME_SECONDS = 1800
# for clocks that are a little apart, as in Kling's own examples (authentication page, 2026-09-20)
EARLY_SECONDS = 5
DATE = "Date"
"""Header that asks `tarash_sign` for a token of another time than now; it is not sent."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The older kind of credentials; the path-based design does not take them."""

    access_key: str
    secret_key: str = field(repr=False)


def key_pair(call: Call) -> KeyPair | None:
    """Return access key and secret key where the account uses them, or None for an API key.

    They are parts of the key, which count before a plain one, or stand in the key itself, joined by a colon.

    Raises:
        ValidationError: only one of the two is given.
    """
    access, secret = (call.credentials.parts.get(name) for name in ("access_key", "secret_key"))
    if access and secret:
        return KeyPair(access.reveal(), secret.reveal())
    if access or secret:
        raise ValidationError(
            Phrase(
                "only one of access_key and secret_key is given; give both, in ",
                wrong_field("provider_config"),
                " or as KLINGAI_ACCESS_KEY and KLINGAI_SECRET_KEY, or an API key alone",
            )
        )
    before, colon, after = call.api_key.reveal().partition(":")
    return KeyPair(before.strip(), after.strip()) if colon else None


@hookimpl
def tarash_sign(call: Call, http: HttpCall, at: datetime) -> HttpCall:
    """Put in a token of this moment where the account uses a pair of keys; an API key is in place already."""
    pair = key_pair(call)
    if pair is None:
        return http
    token = mint_token(pair, wire.http_date(http.headers.get(DATE)) or at)
    kept = {name: value for name, value in http.headers.items() if name != DATE}
    # the secret key may have come in one text with the access key, and counts as derived then
    return replace(
        http, headers={**kept, "Authorization": f"Bearer {token}"}, secrets=(token, pair.secret_key)
    )


def mint_token(pair: KeyPair, now: datetime) -> str:
    """Return a token for half an hour from `now` on, signed with the secret key's text.

    Raises:
        ValidationError: the secret key is of a kind that signs no such tokens.
    """
    seconds = int(now.timestamp())
    claims = {"iss": pair.access_key, "exp": seconds + LIFETIME_SECONDS, "nbf": seconds - EARLY_SECONDS}
    try:
        return jwt.encode(claims, pair.secret_key, algorithm="HS256", headers={"typ": "JWT"})
    except jwt.InvalidKeyError as error:
        raise ValidationError(
            "secret_key is a certificate or a key of another kind; copy it again from Kling's console"
        ) from error


def send_signed(call: Call, http: HttpCall) -> Flow[HttpReply]:
    """Send a call; if Kling refuses the time of its token, send it again with a token for Kling's own time.

    A call refused like that was certainly not acted upon, so a submit may be repeated too.
    """
    if key_pair(call) is None:
        return (yield from send(http))
    http = replace(http, accept_statuses=http.accept_statuses | {401})
    reply = yield from send(http)
    if code_of(reply) in CLOCK_CODES:
        date = reply.header(DATE)
        timed = {} if date is None else {DATE: date}
        reply = yield from send(replace(http, headers={**http.headers, **timed}))
    if reply.status == 401:
        raise tarash_error(reply)
    return reply
