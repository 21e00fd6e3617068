"""Webhook deliveries: verified with fal's public keys (Ed25519), then read as a status.

Source: fal documentation (webhooks), read 2026-11-22.
"""

from __future__ import annotations

import hashlib
import re

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    JobStatus,
    Phrase,
    UnexpectedResponseError,
    ValidationError,
    WebhookEvent,
    hookimpl,
    wire,
    wrong_field,
)

from .errors import job_failure
from .settings import FalSettings

KEYS_URL = "https://rest.fal.ai/.well-known/jwks.json"
TOLERANCE_SECONDS = 300
SIGNED_HEADERS = ("x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp")
SIGNATURE_HEADER = "x-fal-webhook-signature"
# "Invalid status code: 422" is all that a delivery says about the HTTP status
STATUS_CODE = re.compile(r"\b[45][0-9]{2}$")


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery against the key set of `FalSettings.webhook_keys`, published at `KEYS_URL`, and read it.

    Raises:
        AuthenticationError: no keys are configured, a header is missing, no key fits the signature, or the delivery is outdated.
        UnexpectedResponseError: the delivery is signed, but names no job.
        ValidationError: the package cryptography (extra `webhooks`) is not installed.
    """
    verify(delivery, call.settings_as(FalSettings).webhook_keys)
    body = delivery.json_object()
    request_id = wire.identifier(body, "request_id")
    if request_id is None:
        raise UnexpectedResponseError("the webhook delivery has no request_id", raw_response=body)
    return WebhookEvent(request_id=request_id, status=read_delivery(body))


def read_delivery(body: object) -> JobStatus:
    """Read a delivery's body, whose status words are not the queue's but OK and ERROR."""
    if wire.text(body, "status") == "OK":
        return JobStatus(state="completed", raw=body)
    code = STATUS_CODE.search(wire.text(body, "error") or "")
    reason = wire.mapping(body, "payload") or body
    failure = job_failure(reason, status_code=None if code is None else int(code[0]))
    return JobStatus(state="failed", raw=body, error=failure)


def verify(delivery: Delivery, key_set: object) -> None:
    """Check the signature over the headers and the raw body.

    Args:
        delivery: as it arrived.
        key_set: a JSON Web Key Set; None or an empty one is an error.
    """
    signed = [delivery.headers.get(name, "") for name in SIGNED_HEADERS]
    signature = delivery.headers.get(SIGNATURE_HEADER, "")
    if not all(signed) or not signature:
        raise AuthenticationError(
            f"webhook delivery without {', '.join(SIGNED_HEADERS)} and {SIGNATURE_HEADER}; it is unsigned"
        )
    _check_age(delivery, signed[-1])
    # a header that is not UTF-8 must not verify as another one
    message = "\n".join([*signed, hashlib.sha256(delivery.body).hexdigest()]).encode(errors="surrogatepass")
    if not any(_fits(key, signature, message) for key in _public_keys(key_set)):
        raise AuthenticationError(
            f"webhook signature fits no key of webhook_keys; fal changes its keys: read {KEYS_URL} again"
        )


def _check_age(delivery: Delivery, timestamp: str) -> None:
    sent_at = wire.number(timestamp)
    if sent_at is None:
        raise AuthenticationError("x-fal-webhook-timestamp is not a number of seconds")
    age_seconds = abs(delivery.received_at.timestamp() - sent_at)
    if age_seconds > TOLERANCE_SECONDS:
        raise AuthenticationError(
            f"webhook delivery is {age_seconds:.0f} s off; at most {TOLERANCE_SECONDS} s are accepted (replayed?)"
        )


def _public_keys(key_set: object) -> list[bytes]:
    """Return the raw Ed25519 keys of a JSON Web Key Set."""
    keys = [wire.base64_bytes(key, "x") for key in wire.items(key_set, "keys")]
    if not keys:
        raise AuthenticationError(
            Phrase(
                "no webhook keys; set ",
                wrong_field("provider_config", {"webhook_keys": ...}),
                f" to the JSON of {KEYS_URL}, at most a day old",
            )
        )
    readable = [key for key in keys if key is not None]
    if len(readable) < len(keys):
        raise AuthenticationError(f"webhook_keys holds a key that is not base64; read {KEYS_URL} again")
    return readable


def _fits(key: bytes, signature: str, message: bytes) -> bool:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise ValidationError(
            "verifying fal's webhooks needs the package cryptography; pip install 'cryptography>=42'"
        ) from error
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
