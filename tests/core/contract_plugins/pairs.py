"""Owns a provider whose key is a pair that expires, as security token services hand it out, and the vault that hands it out."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from core.contract_plugins.plain import Plain, PlainSimulator
from tarash.tarash_gateway import VideoGenerationConfig
from tarash.tarash_gateway.plugin import Call, Credentials, HttpCall, ProviderInfo, Secret, hookimpl
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, json_answer

PARTS = {"access_key": ("PAIRS_ACCESS_KEY",), "secret_key": ("PAIRS_SECRET_KEY",)}


@dataclass(eq=False)
class Vault:
    """Hands out pairs; an extension.

    Attributes:
        seconds: life of a pair.
        pairs: secret by access key, of every pair handed out.
        expiries: when each expires.
    """

    seconds: float
    pairs: dict[str, str] = field(default_factory=dict)
    expiries: dict[str, datetime] = field(default_factory=dict)

    @hookimpl
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials:
        number = len(self.pairs) + 1
        access, secret = f"access-{account}-{number:04}", f"secret-of-{provider.id}-{number:04}"
        expires_at = datetime.now(UTC) + timedelta(seconds=self.seconds)
        self.pairs[access], self.expiries[access] = secret, expires_at
        return Credentials(
            parts={"access_key": Secret(access), "secret_key": Secret(secret)}, expires_at=expires_at
        )


class Pairs(Plain):
    """Signs with the secret half, and names the other."""

    def __init__(self) -> None:
        super().__init__(api_key_env=(), key_parts=PARTS)

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall, token: str) -> HttpCall:
        parts = call.credentials.parts
        signature = _signature(parts["secret_key"].reveal(), token)
        named = {"X-Access": parts["access_key"].reveal(), "X-Nonce": token, "X-Signature": signature}
        return replace(http, headers={**http.headers, **named}, secrets=(signature,))


def _signature(secret: str, nonce: str) -> str:
    return hmac.digest(secret.encode(), nonce.encode(), hashlib.sha256).hex()


class PairsSimulator(PlainSimulator):
    """Accepts the pairs of a vault until they expire."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        super().__init__()

    def authorize(self, request: RecordedRequest) -> Answer | None:
        access = request.headers.get("X-Access", "")
        secret = self.vault.pairs.get(access, "")
        if not self.has_header(
            request, "X-Signature", _signature(secret, request.headers.get("X-Nonce", ""))
        ):
            return json_answer({"error": "signature"}, status=401)
        if self.vault.expiries[access] < datetime.now(UTC):
            return json_answer({"error": "expired"}, status=401)
        return None

    def config(self, **changes: object) -> VideoGenerationConfig:
        """A configuration for this server, whose key is in the vault."""
        return super().config(**{"api_key": None, "account": "night", **changes})
