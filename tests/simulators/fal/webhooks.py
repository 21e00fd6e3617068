"""Owns how the simulator signs webhook deliveries: Ed25519 over four lines, public keys as a JSON Web Key Set.

Source: fal documentation (webhooks), read 2026-11-22.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tarash.tarash_gateway.plugin import Delivery

USER_ID = "user-of-the-simulator"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(b"simulated webhook key, 32 bytes.")
_PUBLIC = base64.urlsafe_b64encode(PRIVATE_KEY.public_key().public_bytes_raw()).decode().rstrip("=")
KEY_SET: Mapping[str, object] = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": _PUBLIC}]}


def signed(request_id: str, body: Mapping[str, object], *, at: datetime | None = None) -> Delivery:
    """A delivery of `body`, signed and arriving `at` (now)."""
    return signed_bytes(request_id, json.dumps(body).encode(), at=at)


def signed_bytes(request_id: str, content: bytes, *, at: datetime | None = None) -> Delivery:
    """A delivery of any bytes, signed and arriving `at` (now)."""
    moment = at or datetime.now(UTC)
    lines = [request_id, USER_ID, str(int(moment.timestamp())), hashlib.sha256(content).hexdigest()]
    headers = {
        "content-type": "application/json",
        "x-fal-webhook-request-id": lines[0],
        "x-fal-webhook-user-id": lines[1],
        "x-fal-webhook-timestamp": lines[2],
        "x-fal-webhook-signature": PRIVATE_KEY.sign("\n".join(lines).encode()).hex(),
    }
    return Delivery(headers=headers, body=content, received_at=moment)
