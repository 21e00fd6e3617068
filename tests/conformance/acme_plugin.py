"""Owns the plugin of Acme, the reference that passes every check; `AcmePlugin` is subclassed to break one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from conformance.acme_states import STATES
from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
)
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    ContentModerationError,
    Delivery,
    Flow,
    Generated,
    GenerationFailedError,
    GenerationRequest,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    ProviderInfo,
    QuotaExceededError,
    Submission,
    TarashException,
    UnexpectedResponseError,
    WebhookEvent,
    default_error,
    default_map,
    hookimpl,
    send,
    verify_standard_webhook,
    wire,
)

SOURCE = "Acme API reference, 'Create a job', read 2026-11-20"
State = Literal["queued", "processing", "completed", "failed", "cancelled"]


def row(model: str, *, generic: bool = False) -> Model:
    """Return a row; all of Acme's models take the same."""
    return Model(
        id=model,
        modality="video",
        generic=generic,
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True),
            "seconds": duration_field_mapper(allowed_values=(4, 8)),
            "shape": aspect_ratio_field_mapper(("16:9", "9:16")),
            "seed": passthrough_field_mapper("seed"),
            "image": single_image_field_mapper("first_frame"),
            "references": image_list_field_mapper("reference", max_items=2),
        },
        source=SOURCE,
    )


class AcmePlugin:
    """The hooks."""

    info = ProviderInfo(
        id="acme",
        title="Acme",
        home_page="https://acme.example.com/docs",
        api_key_env=("ACME_API_KEY",),
        base_url="https://api.acme.example.com/v1",
        modalities=frozenset({"video"}),
        features=frozenset({"cancel", "webhooks"}),
    )
    rows: tuple[Model, ...] = (row("acme-video-2"), row("any", generic=True))
    states: Mapping[str, State] = STATES

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return self.info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        return Catalogue(self.rows)

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return self.map(call, request)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return self.submit(call, payload)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return self.poll(call, job)

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference, raw: object) -> Flow[Generated]:
        return self.normalize(call, job, raw)

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        return self.cancel(call, job)

    @hookimpl
    def tarash_error(self, call: Call, response: HttpReply) -> TarashException | None:
        return self.error(call, response)

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        return self.webhook(call, delivery)

    # What the hooks do, to be broken one at a time.

    def map(self, call: Call, request: GenerationRequest) -> Mapped:
        """By the table."""
        return default_map(call, request)

    def submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        """One POST."""
        reply = yield from send(call.request("POST", "/jobs", json={"model": call.model, **payload}))
        identifier = wire.text(reply.json_object(), "id")
        if identifier is None:
            raise UnexpectedResponseError("the answer has no id")
        return Submission(job={"id": identifier}, request_id=identifier)

    def poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        """One GET."""
        reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
        return self.read(reply.json_object())

    def read(self, body: Mapping[str, object]) -> JobStatus:
        """Read a status; what has no state is no status."""
        word = wire.text(body, "state")
        if word is None:
            raise UnexpectedResponseError("the status has no state", raw_response=body)
        state = self.states.get(word, "processing")
        error: TarashException | None = None
        if state == "failed":
            message = wire.text(body, "error", "message") or "no reason given"
            policy = wire.text(body, "error", "code") == "policy"
            error = ContentModerationError(message) if policy else GenerationFailedError(message)
        return JobStatus(state=state, progress_percent=wire.number(body, "percent"), raw=body, error=error)

    def normalize(self, call: Call, job: JobReference, raw: object) -> Flow[Generated]:
        """The status carries the result."""
        yield from ()
        url = wire.text(raw, "url")
        return Generated(assets=(Asset(kind="video", url=url),) if url else (), raw=raw)

    def cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        """One DELETE."""
        reply = yield from send(call.request("DELETE", f"/jobs/{job['id']}"))
        return Cancellation(
            outcome="accepted" if wire.member(reply.json(), "stopped") is True else "finished"
        )

    def error(self, call: Call, response: HttpReply) -> TarashException | None:
        """Acme says the code beside the status."""
        try:
            code = wire.text(response.json(), "error", "code")
        except TarashException:
            code = None
        if code == "policy":
            return ContentModerationError("refused by Acme's policy", status_code=response.status)
        if code == "credit":
            return QuotaExceededError("no credit left at Acme", status_code=response.status)
        return default_error(response)

    def webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        """Standard Webhooks."""
        verify_standard_webhook(delivery, str(call.provider_config["webhook_secret"]))
        body = wire.mapping(HttpReply(200, content=delivery.body).json())
        return WebhookEvent(request_id=str(body["id"]), status=self.read(body))
