"""Owns the older kind of credentials, and Kling's envelope of a successful answer."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.testing import json_reply

KEY_PAIR = "AccessKey0123456789:secret-key-of-thirty-two-bytes-x"


def ok(data: object) -> HttpReply:
    """A successful answer."""
    return json_reply({"code": 0, "message": "SUCCEED", "request_id": "r1", "data": data})
