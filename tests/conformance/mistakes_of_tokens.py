"""Owns mistakes with a key that is exchanged for tokens, beside the plugin and the simulator that do it right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from conformance.acme_plugin import AcmePlugin
from conformance.acme_simulator import CASES, AcmeSimulator
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Credentials,
    Flow,
    HttpCall,
    JobReference,
    JobStatus,
    Secret,
    StatusStream,
    Submission,
    hookimpl,
    send,
)
from tarash.tarash_gateway.testing import ConformanceCases
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, Route, json_answer

CLIENT = {"client_id": "acme-client-0123456789", "client_secret": "acme-secret-0123456789"}
TOKEN = "acme-token-0123456789"
TOKEN_SERVER = "https://auth.acme.example.com/v1"


class TokenSimulator(AcmeSimulator):
    """An Acme that gives a token for a client's id and secret."""

    cases: ClassVar[ConformanceCases] = replace(CASES, provider_config={**CASES.provider_config, **CLIENT})

    def routes(self) -> list[Route]:
        """Those of Acme, and that of tokens."""
        return [*super().routes(), Route("token", "POST", "/v1/token", self._token, public=True)]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Check the token."""
        ours = self.has_header(request, "Authorization", f"Bearer {TOKEN}")
        return (
            None if ours else json_answer({"error": {"code": "key", "message": "no such token"}}, status=401)
        )

    def _token(self, request: RecordedRequest) -> Answer:
        if {part.name: part.text for part in request.form} != CLIENT:
            return json_answer({"error": {"code": "key", "message": "no such client"}}, status=401)
        return json_answer({"access_token": TOKEN})


class Exchanging(AcmePlugin):
    """Asks another server for a token, and sends that; no mistake."""

    simulator = TokenSimulator
    info = replace(
        AcmePlugin.info,
        api_key_env=(),
        key_parts={"client_id": ("ACME_CLIENT_ID",), "client_secret": ("ACME_CLIENT_SECRET",)},
        origins=("https://auth.acme.example.com",),
    )

    def exchange(self, call: Call) -> HttpCall:
        """Return the call that asks for a token; it creates no job."""
        form = {name: part.reveal() for name, part in call.credentials.parts.items()}
        server = call.at_server(TOKEN_SERVER)
        return server.request("POST", "/token", form=form, auth=False, repeatable=True)

    def with_token(self, call: Call) -> Flow[Call]:
        """Return the call with a token in place of the key."""
        reply = yield from send(self.exchange(call))
        token = Secret(reply.require_text("access_token"))
        return call.with_credentials(Credentials(api_key=token, parts=call.credentials.parts))

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return (yield from super().tarash_submit((yield from self.with_token(call)), payload))

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return (yield from super().tarash_poll((yield from self.with_token(call)), job))

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        return (yield from super().tarash_stream((yield from self.with_token(call)), job))

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        return (yield from super().tarash_cancel((yield from self.with_token(call)), job))


class TakesItsTokenForASubmission(Exchanging):
    """The request for a token counts as one that may create a job."""

    def exchange(self, call: Call) -> HttpCall:
        return replace(super().exchange(call), repeatable=None)


class HidesNoToken(Exchanging):
    """A token that no error and no log knows to hide."""

    def with_token(self, call: Call) -> Flow[Call]:
        yield from send(self.exchange(call))
        keyless = replace(call, credentials=Credentials(parts=call.credentials.parts))
        return keyless.with_headers({"Authorization": f"Bearer {TOKEN}"})


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    TakesItsTokenForASubmission: frozenset({"one_call_creates_the_job"}),
    HidesNoToken: frozenset({"no_secret_shows"}),
}
