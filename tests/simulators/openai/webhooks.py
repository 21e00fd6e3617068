"""Owns how OpenAI signs webhook deliveries: Standard Webhooks, over an event that names an object.

Source: OpenAI webhook guide, read 2026-11-22; openai 3.54.0, lib/_webhooks.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import UTC, datetime

from tarash.tarash_gateway.plugin import Delivery

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a simulated secret of OpenAI").decode()


def signed_event(kind: str, object_id: str) -> Delivery:
    """A delivery about an object, signed and received now."""
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "created_at": int(time.time()),
        "type": kind,
        "data": {"id": object_id},
    }
    body, now = json.dumps(event).encode(), datetime.now(UTC)
    identifier, timestamp = f"wh_{uuid.uuid4().hex}", str(int(now.timestamp()))
    key = base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_"))
    signed = f"{identifier}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
    }
    return Delivery(headers=headers, body=body, received_at=now)
