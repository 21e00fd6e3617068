"""Owns how Kling checks a token made of AccessKey and SecretKey: HS256, key taken as text, time window."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from tarash.tarash_gateway.testing.simulator import Answer

from .failures import error_answer


def check_token(token: str, *, access_key: str, secret_key: str, now: float) -> Answer | None:
    """Refuse a token that is forged, of another account, too early or expired; no JWT library involved."""
    parts = token.split(".")
    if len(parts) != 3:
        return error_answer(1002, "Authorization is invalid")
    signed = f"{parts[0]}.{parts[1]}".encode()
    expected = hmac.new(secret_key.encode(), signed, hashlib.sha256).digest()
    if not hmac.compare_digest(expected, _decode(parts[2])):
        return error_answer(1002, "Authorization is invalid")
    header, claims = json.loads(_decode(parts[0])), json.loads(_decode(parts[1]))
    if (
        header != {"alg": "HS256", "typ": "JWT"}
        or set(claims) != {"iss", "exp", "nbf"}
        or claims["iss"] != access_key
    ):
        return error_answer(1000, "Authentication failed")
    if type(claims["exp"]) is not int or type(claims["nbf"]) is not int:
        return error_answer(1000, "Authentication failed")
    if claims["nbf"] > now:
        return error_answer(1003, "Authorization is not yet valid")
    if claims["exp"] < now:
        return error_answer(1004, "Authorization has expired")
    return None


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
