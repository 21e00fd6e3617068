"""Tells accounts apart, so that each has its own limit of requests in flight, without revealing a key."""

from __future__ import annotations

import hashlib
import secrets
import sys
from typing import NamedTuple

from ..plugin.call import Credentials

_SALT = secrets.token_bytes(16)
"""New in each process: a digest of a key cannot be looked up, nor compared with that of another process."""


class Server(NamedTuple):
    """What shares one cooldown, one rate of submissions and, whatever the account, one history of durations.

    Attributes:
        provider: id of the provider.
        address: base URL, or "mock:".
        account: name of the account in the configuration; "" without one.
    """

    provider: str
    address: str
    account: str


def account_of(alias: str | None, credentials: Credentials) -> str:
    """Return the name of the account, or a salted digest of its key; "" without either."""
    if alias:
        return alias
    texts = credentials.secrets()
    if not texts:
        return ""
    digest = hashlib.blake2b(
        "\0".join(texts).encode("utf-8", "surrogatepass"), key=_SALT, digest_size=12
    ).hexdigest()
    # one text for all the jobs of an account: thousands may wait
    return sys.intern(digest)
