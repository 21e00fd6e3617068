"""Owns mistakes with a key of several parts, beside the plugin and the simulator that do it right."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from conformance.acme_plugin import AcmePlugin
from conformance.acme_simulator import CASES, AcmeSimulator
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, Submission, hookimpl
from tarash.tarash_gateway.testing import ConformanceCases
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, json_answer

KEY_ID, SECRET = "acme-key-id-0123456789", "acme-secret-0123456789"


def signature(secret: str, method: str, body: bytes, stamp: str) -> str:
    """Return how Acme signs a request."""
    message = f"{method}\n{hashlib.sha256(body).hexdigest()}\n{stamp}"
    return hmac.digest(secret.encode(), message.encode(), hashlib.sha256).hex()


class SigningSimulator(AcmeSimulator):
    """An Acme that wants signed requests."""

    cases: ClassVar[ConformanceCases] = replace(
        CASES, provider_config={**CASES.provider_config, "key_id": KEY_ID, "secret": SECRET}
    )

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Check the id and the signature."""
        signed = signature(SECRET, request.method, request.body, request.headers.get("X-Time", ""))
        if self.is_known(request) and self.has_header(request, "Authorization", f"ACME {signed}"):
            return None
        return json_answer({"error": {"code": "key", "message": "no such key"}}, status=401)

    def is_known(self, request: RecordedRequest) -> bool:
        """Return whether the id of the key is right."""
        return self.has_header(request, "X-Key", KEY_ID)


class Signing(AcmePlugin):
    """A key of two parts, which signs every request; no mistake."""

    simulator = SigningSimulator
    info = replace(
        AcmePlugin.info,
        api_key_env=(),
        key_parts={"key_id": ("ACME_KEY_ID",), "secret": ("ACME_SECRET",)},
    )

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime) -> HttpCall:
        """Sign the method, the body and the time."""
        parts, sent, stamp = call.credentials.parts, http.encoded(), at.isoformat()
        signed = signature(parts["secret"].reveal(), sent.method, sent.content or b"", stamp)
        headers = {"Authorization": f"ACME {signed}", "X-Time": stamp, "X-Key": parts["key_id"].reveal()}
        return replace(sent, headers={**sent.headers, **headers}, secrets=(signed,))


class NamesNoVariableOfAPart(Signing):
    """A part that can be given in the configuration only."""

    info = replace(Signing.info, key_parts={"key_id": ("ACME_KEY_ID",), "secret": ()})


class PutsAPartIntoTheJob(Signing):
    """The secret part of the key in the job's reference."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        secret = call.credentials.parts["secret"].reveal()
        return replace(submission, job={**(submission.job or {}), "note": secret})


class PairSimulator(AcmeSimulator):
    """An Acme whose keys are an id and a secret in one text."""

    api_key: ClassVar[str] = f"{KEY_ID}:{SECRET}"


class PutsHalfOfTheKeyIntoTheJob(AcmePlugin):
    """The secret half of "id:secret" in the job's reference."""

    simulator = PairSimulator

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        secret = call.api_key.reveal().partition(":")[2]
        return replace(submission, job={**(submission.job or {}), "note": secret})


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    NamesNoVariableOfAPart: frozenset({"provider_info_is_complete"}),
    PutsAPartIntoTheJob: frozenset({"no_secret_shows"}),
    PutsHalfOfTheKeyIntoTheJob: frozenset({"no_secret_shows"}),
}
