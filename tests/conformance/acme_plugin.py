"""Owns the plugin of Acme, the reference that passes every check; `AcmePlugin` is subclassed to break one thing at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from conformance.acme_simulator import AcmeSimulator
from conformance.acme_states import STATES
from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Model,
    Price,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
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
    GenerationState,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    ProviderInfo,
    QuotaExceededError,
    Secret,
    ServerEvent,
    StatusStream,
    Submission,
    TarashException,
    UnexpectedResponseError,
    WebhookEvent,
    body_of,
    default_error,
    default_map,
    hookimpl,
    send,
    send_to_storage,
    verify_standard_webhook,
    wire,
)

SOURCE = "Acme API reference, 'Create a job', read 2026-11-20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `provider_config` takes for Acme.

    Attributes:
        webhook_secret: secret that Acme signs deliveries with.
    """

    webhook_secret: Secret | None = None


SECONDS = duration_field_mapper(allowed_values=(4, 8))
COMMON: Mapping[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "shape": aspect_ratio_field_mapper(("16:9", "9:16")),
    "seed": passthrough_field_mapper("seed"),
    "references": image_list_field_mapper("reference", max_items=2),
}


def row(model: str, *, generic: bool = False, seconds: FieldMapper = SECONDS) -> Model:
    """Return a video row; all of Acme's video models take the same."""
    return Model(
        id=model,
        modality="video",
        generic=generic,
        fields={
            **COMMON,
            "seconds": seconds,
            "image": single_image_field_mapper("first_frame"),
            "count": passthrough_field_mapper("number_of_videos", minimum=1, maximum=4),
        },
        defaults={"duration_seconds": 4},
        prices=()
        if generic
        else (Price(usd=0.05, unit="second", source="Acme price list, read 2026-11-20"),),
        source=SOURCE,
    )


def image_row(model: str) -> Model:
    """Return an image row."""
    return Model(
        id=model,
        modality="image",
        fields={
            **COMMON,
            "mask": mask_image_field_mapper(),
            "count": n_images_field_mapper(maximum=4),
        },
        prices=(Price(usd=0.03, unit="image", source="Acme price list, read 2026-11-20"),),
        source=SOURCE,
    )


class AcmePlugin:
    """The hooks."""

    info = ProviderInfo(
        id="acme",
        title="Acme",
        home_page="https://acme.example.com/docs",
        hook_api=1,
        api_key_env=("ACME_API_KEY",),
        base_url="https://api.acme.example.com/v1",
        modalities=frozenset({"video", "image"}),
        settings=Settings,
        idempotent_submit=True,
        uploads=True,
    )
    simulator: type[AcmeSimulator] = AcmeSimulator
    rows: tuple[Model, ...] = (row("acme-video-2"), row("any", generic=True), image_row("acme-image-1"))
    states: Mapping[str, GenerationState] = STATES

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        """Return who Acme is."""
        return self.info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        """Return the model table."""
        return Catalogue(self.rows)

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        """Apply the row."""
        return replace(default_map(call, request), webhook_members={"callback_url": call.webhook_url})

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        """Upload the first frame, and create a job: one POST."""
        body = dict(payload)
        image = body.get("image")
        if isinstance(image, str) and image.startswith("data:"):
            body["image"] = yield from self.upload(call, image)
        reply = yield from send(self.submission(call, {"model": call.model, **body}))
        identifier = self.identifier(reply)
        return Submission(job=self.reference(identifier), request_id=identifier)

    def upload(self, call: Call, image: str) -> Flow[str]:
        """Store a file where Acme says, and return its URL."""
        reply = yield from send(call.request("POST", "/uploads", json={}, repeatable=True))
        target = reply.require_text("put")
        content = base64.b64decode(image.partition(",")[2])
        yield from self.store(call, target, content)
        return reply.require_text("url")

    def store(self, call: Call, target: str, content: bytes) -> Flow[HttpReply]:
        """Send a file to its URL, which is signed, so that it needs no key."""
        return send_to_storage(call, "PUT", target, content=content, repeatable=True)

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        """Return the call that creates a job; Acme recognises a repetition by its key."""
        return call.request(
            "POST", "/jobs", json=body, headers={"Idempotency-Key": call.idempotency_key}, idempotent=True
        )

    def identifier(self, reply: HttpReply) -> str:
        """Read the id of a new job."""
        return reply.require_text("id")

    def reference(self, identifier: str) -> JobReference:
        """Return what a poll needs."""
        return {"id": identifier}

    def path(self, job: JobReference) -> str:
        """Return the path of a job; its id may come from a file."""
        return f"/jobs/{quote(str(job['id']), safe='')}"

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        """Ask once how the job stands: one GET."""
        reply = yield from send(call.request("GET", self.path(job)))
        return self.read(reply.json_object())

    def read(self, body: Mapping[str, object]) -> JobStatus:
        """Read a status; a body without a state is not one."""
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

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        """Follow the events of the job."""
        yield from ()
        return StatusStream(call=call.request("GET", f"{self.path(job)}/events"), read=self.read_event)

    def read_event(self, event: ServerEvent) -> JobStatus | None:
        """Read a status from an event."""
        return self.read(json.loads(event.data))

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        """Return the outputs. The status carries them, so nothing is fetched."""
        yield from ()
        return Generated(assets=self.assets(call, raw), raw=raw)

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        """Read the outputs from a status."""
        urls = wire.member(raw, "urls")
        found = urls if isinstance(urls, list) else []
        return tuple(Asset(kind=call.modality, url=url) for url in found if isinstance(url, str))

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        """Stop the job: one DELETE."""
        reply = yield from send(call.request("DELETE", self.path(job)))
        if wire.member(reply.json(), "stopped") is True:
            return Cancellation(outcome="accepted", billed="no")
        return Cancellation(outcome="finished", billed="yes")

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        """Read the code that Acme gives beside the HTTP status."""
        code = wire.text(body_of(response), "error", "code")
        if code == "policy":
            return ContentModerationError("refused by Acme's policy", status_code=response.status)
        if code == "credit":
            return QuotaExceededError("no credit left at Acme", status_code=response.status)
        return default_error(response)

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        """Verify a delivery, which is signed as Standard Webhooks says, and read it."""
        verify_standard_webhook(delivery, call.settings_as(Settings).webhook_secret)
        body = delivery.json_object()
        identifier = wire.text(body, "id")
        if identifier is None:
            raise UnexpectedResponseError("the delivery has no id", raw_response=body)
        return WebhookEvent(request_id=identifier, status=self.read(body))


class AcmeWithLookUp(AcmePlugin):
    """The same, and it finds lost submissions. Apart, because the core asks three times over six seconds."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        """Look for the job with the idempotency key."""
        reply = yield from send(call.request("GET", "/jobs", query={"key": call.idempotency_key}))
        found = wire.text(reply.json(), "id")
        return None if found is None else Submission(job=self.reference(found), request_id=found)
