"""Webhook deliveries: verified with fal's public keys (Ed25519), then read as a status.

Source: fal documentation (webhooks), read 2026-11-22.
"""

from __future__ import annotations

import hashlib
import json

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    JobStatus,
    UnexpectedResponseError,
    ValidationError,
    WebhookEvent,
    wire,
)

from .errors import job_failure

KEYS_URL = "https://rest.fal.ai/.well-known/jwks.json"
TOLERANCE_SECONDS = 300
SIGNED_HEADERS = ("x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp")
SIGNATURE_HEADER = "x-fal-webhook-signature"


def read_delivery(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a delivery against `provider_config["webhook_keys"]`, the key set published at `KEYS_URL`.

    Raises:
        AuthenticationError: a header is missing, no key fits the signature, or the delivery is outdated.
        ValidationError: no keys are configured, or cryptography, the extra `webhooks`, is not installed.
    """
    verify(delivery, call.provider_config.get("webhook_keys"))
    try:
        body: object = json.loads(delivery.body)
    except ValueError as error:
        raise UnexpectedResponseError("the webhook delivery is signed but no JSON") from error
    request_id = wire.text(body, "request_id")
    if request_id is None:
        raise UnexpectedResponseError("the webhook delivery has no request_id", raw_response=body)
    return WebhookEvent(request_id=request_id, status=read_announcement(body))


def read_announcement(body: object) -> JobStatus:
    """Read a delivery's body. Its status words are others than the queue's: OK and ERROR."""
    if wire.text(body, "status") == "OK":
        return JobStatus(state="completed", raw=body)
    # "Invalid status code: 422" is all that a delivery says about the HTTP status
    code = (wire.text(body, "error") or "").rpartition(" ")[2]
    told = wire.mapping(body, "payload") or body
    failure = job_failure(told, status_code=int(code) if code.isdigit() else None)
    return JobStatus(state="failed", raw=body, error=failure)


def verify(delivery: Delivery, key_set: object) -> None:
    """Check the signature over the headers and the raw body."""
    signed = [delivery.headers.get(name, "") for name in SIGNED_HEADERS]
    signature = delivery.headers.get(SIGNATURE_HEADER, "")
    if not all(signed) or not signature:
        raise AuthenticationError(
            f"webhook delivery without {', '.join(SIGNED_HEADERS)} and {SIGNATURE_HEADER}; it is unsigned"
        )
    try:
        age_seconds = abs(delivery.received_at.timestamp() - int(signed[-1]))
    except ValueError as error:
        raise AuthenticationError("x-fal-webhook-timestamp is no number of seconds") from error
    if age_seconds > TOLERANCE_SECONDS:
        raise AuthenticationError(
            f"webhook delivery is {age_seconds:.0f} s off; only {TOLERANCE_SECONDS} s are allowed (replayed?)"
        )
    message = "\n".join([*signed, hashlib.sha256(delivery.body).hexdigest()]).encode()
    if not any(_fits(key, signature, message) for key in _public_keys(key_set)):
        raise AuthenticationError(
            f"webhook signature fits no key of webhook_keys; fal changes its keys: read {KEYS_URL} again"
        )


def _public_keys(key_set: object) -> list[bytes]:
    """Return the raw Ed25519 keys of a JSON Web Key Set."""
    keys = [wire.base64_bytes(key, "x") for key in wire.items(key_set, "keys")]
    if not keys:
        raise ValidationError(
            "verifying webhooks needs provider_config['webhook_keys']: "
            f"the JSON of {KEYS_URL}, at most a day old"
        )
    readable = [key for key in keys if key is not None]
    if len(readable) < len(keys):
        raise ValidationError(f"webhook_keys holds a key that is no base64; read {KEYS_URL} again")
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
