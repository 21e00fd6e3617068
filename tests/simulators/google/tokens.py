"""Owns Google's OAuth: service accounts that the simulator made up, and the tokens it mints for them."""

from __future__ import annotations

import base64
import functools
import json
import time
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, Route, Simulator, json_answer

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth writes whatever `token_uri` the key file names."""
ACCOUNT = "renderer@simulated-project.iam.gserviceaccount.com"


@functools.cache
def _private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class GoogleTokens(Simulator):
    """The token endpoint; `tokens` are the access tokens that are good now."""

    project = "simulated-project"

    def _start_tokens(self) -> None:
        self.tokens: set[str] = {"ya29.simulated"}
        self.token_seconds = 3599

    def token_routes(self) -> list[Route]:
        """Public: the assertion is the credential."""
        return [Route("token", "POST", "/token", self._token, public=True)]

    def service_account(self) -> dict[str, str]:
        """The content of a service account's key file."""
        pem = _private_key().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "key-1",
            "private_key": pem.decode(),
            "client_email": ACCOUNT,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }

    def revoke_tokens(self) -> None:
        """Let every token minted so far be refused with 401."""
        self.tokens.clear()

    def _token(self, request: RecordedRequest) -> Answer:
        fields = {part.name: part.text for part in request.form}
        if fields.get("grant_type") != JWT_GRANT:
            return json_answer({"error": "unsupported_grant_type"}, status=400)
        problem = self._check_assertion(fields.get("assertion", ""))
        if problem:
            return json_answer({"error": "invalid_grant", "error_description": problem}, status=400)
        token = f"ya29.minted-{self.count('token')}"
        self.tokens.add(token)
        answer = {"access_token": token, "expires_in": self.token_seconds, "token_type": "Bearer"}
        return json_answer(answer)

    def _check_assertion(self, assertion: str) -> str:
        """Return what is wrong with the signed claims, or nothing."""
        signed, _, signature = assertion.rpartition(".")
        claims = cast("dict[str, object]", json.loads(_decoded(signed.partition(".")[2])))
        try:
            _private_key().public_key().verify(
                _decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return "Invalid JWT Signature."
        lifetime = cast("int", claims["exp"]) - cast("int", claims["iat"])
        fits = claims["aud"] == AUDIENCE and claims["iss"] == ACCOUNT and claims["scope"] == SCOPE
        fresh = 0 < lifetime <= 3600 and abs(cast("int", claims["iat"]) - time.time()) < 300
        return "" if fits and fresh else "Invalid JWT: check your iat and exp values in the JWT claim."


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
