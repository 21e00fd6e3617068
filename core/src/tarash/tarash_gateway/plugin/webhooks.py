"""Verifies the signatures of Standard Webhooks, which several providers use (standardwebhooks.com, version 1)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from ..exceptions import AuthenticationError
from ..phrases import Phrase, wrong_field
from .call import Secret
from .outcomes import Delivery

TOLERANCE_SECONDS = 300.0
"""Largest difference between the timestamp and the time of arrival."""


def verify_standard_webhook(delivery: Delivery, secret: Secret | str | None) -> None:
    """Check the `webhook-id`, `webhook-timestamp` and `webhook-signature` headers of a delivery.

    Args:
        delivery: the delivery to check.
        secret: signing secret, as in the settings: base64 after the prefix `whsec_`, otherwise plain text; None if none is set.

    Raises:
        AuthenticationError: a header is missing, no signature matches, the timestamp is too old (a replay) or in the future, or the
            secret is empty. Without a secret anyone could end a job, so no delivery is accepted.
    """
    if secret is None:
        raise AuthenticationError(
            Phrase(
                "no webhook secret; set ",
                wrong_field("provider_config", {"webhook_secret": ...}),
                " to the one that the provider shows",
            )
        )
    key = _key(secret.reveal() if isinstance(secret, Secret) else secret)
    identifier, timestamp, signatures = (
        delivery.headers.get(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not identifier or not timestamp or not signatures:
        raise AuthenticationError(
            "webhook delivery is not signed: webhook-id, webhook-timestamp or webhook-signature is missing"
        )
    try:
        age = abs(delivery.received_at.timestamp() - float(timestamp))
    except ValueError as error:
        raise AuthenticationError("webhook-timestamp is not a number of seconds") from error
    # phrased so that "nan" is refused, too
    if not age <= TOLERANCE_SECONDS:
        raise AuthenticationError(
            f"webhook timestamp is off by {age:.0f} s; at most {TOLERANCE_SECONDS:.0f} s are accepted (a replay?)"
        )
    signed = f"{identifier}.{timestamp}.".encode(errors="replace") + delivery.body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    candidates = [item.partition(",")[2] or item for item in signatures.split()]
    if not any(
        hmac.compare_digest(expected.encode(), candidate.encode(errors="replace")) for candidate in candidates
    ):
        raise AuthenticationError("webhook signature does not match; check the webhook secret")


def _key(secret: str) -> bytes:
    if not secret.removeprefix("whsec_").strip():
        # such as "whsec_" and a variable that is not set: everybody can sign with an empty key
        raise AuthenticationError("webhook secret is empty; copy it from the provider")
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise AuthenticationError(
            "webhook secret is not base64 after whsec_; copy it from the provider again"
        ) from error
