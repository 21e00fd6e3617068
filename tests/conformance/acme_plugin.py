"""Owns the plugin of Acme, the reference that passes every check; `AcmePlugin` is subclassed to break one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    AuthenticationError,
    Call,
    Cancellation,
    ContentModerationError,
    Delivery,
    Flow,
    Generated,
    GenerationFailedError,
    GenerationRequest,
    GenerationState,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    ProviderInfo,
    QuotaExceededError,
    Secret,
    Submission,
    TarashException,
    UnexpectedResponseError,
    WebhookEvent,
    body_of,
    default_error,
    default_map,
    hookimpl,
    send,
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
        hook_api=1,
        api_key_env=("ACME_API_KEY",),
        base_url="https://api.acme.example.com/v1",
        modalities=frozenset({"video"}),
        settings=Settings,
    )
    rows: tuple[Model, ...] = (row("acme-video-2"), row("any", generic=True))
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
        return default_map(call, request)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        """Create a job: one POST."""
        reply = yield from send(call.request("POST", "/jobs", json={"model": call.model, **payload}))
        identifier = reply.require_text("id")
        return Submission(job={"id": identifier}, request_id=identifier)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        """Ask once how the job stands: one GET."""
        reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
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
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        """Return the video. The status carries it, so nothing is fetched."""
        yield from ()
        url = wire.text(raw, "url")
        return Generated(assets=(Asset(kind="video", url=url),) if url else (), raw=raw)

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        """Stop the job: one DELETE."""
        reply = yield from send(call.request("DELETE", f"/jobs/{job['id']}"))
        return Cancellation(
            outcome="accepted" if wire.member(reply.json(), "stopped") is True else "finished"
        )

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
        secret = call.settings_as(Settings).webhook_secret
        if secret is None:
            raise AuthenticationError("deliveries cannot be verified; give webhook_secret in provider_config")
        verify_standard_webhook(delivery, secret.reveal())
        body = delivery.json_object()
        identifier = wire.text(body, "id")
        if identifier is None:
            raise UnexpectedResponseError("the delivery has no id", raw_response=body)
        return WebhookEvent(request_id=identifier, status=self.read(body))
