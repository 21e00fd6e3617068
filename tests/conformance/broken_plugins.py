"""Owns plugins that are broken in one way each, with the one check of the kit that must notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from conformance.acme_plugin import AcmePlugin, image_row, row
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Delivery,
    Flow,
    GenerationRequest,
    GenerationState,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    Submission,
    TarashException,
    ValidationError,
    WebhookEvent,
    default_error,
    hookimpl,
    wire,
)


class WithoutKeyVariable(AcmePlugin):
    """Needs a key, and no variable to read it from."""

    info = replace(AcmePlugin.info, api_key_env=())


class WithoutTraceableSource(AcmePlugin):
    """A row whose values nobody can trace."""

    rows = (replace(row("acme-video-2"), source="me"), row("any", generic=True), image_row("acme-image-1"))


class RefusesTheShortestRequest(AcmePlugin):
    """A generic row that cannot be used without a seed, which it does not declare as required."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        if call.row.generic and set(mapped.payload) == {"prompt"}:
            raise ValidationError("seed is required")
        return mapped


class RefusesADeclaredValue(AcmePlugin):
    """Declares 8 seconds, and refuses them."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        if (
            mapped.payload.get("seconds") == 8
            and set(mapped.payload) == {"prompt", "seconds"}
            and not mapped.adjustments
        ):
            raise ValidationError("duration_seconds=8 is refused")
        return mapped


class DropsAFieldSilently(AcmePlugin):
    """Leaves the sound out without a word."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        return replace(
            mapped, adjustments=tuple(item for item in mapped.adjustments if item.field != "generate_audio")
        )


class RefusesWhenToldToAdjust(AcmePlugin):
    """Raises for the first request with everything in it, although it was told to adjust."""

    def __init__(self) -> None:
        self._maximal = 0

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        is_maximal = bool(request.images("first_frame") and request.images("reference") and request.seed)
        self._maximal += is_maximal
        if is_maximal and self._maximal == 1:
            raise ValidationError("too much at once")
        return super().tarash_map(call, request)


class AcceptsAnyShape(AcmePlugin):
    """Sends a shape that the table forbids."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        if request.aspect_ratio == "97:3":
            return super().tarash_map(call, request.model_copy(update={"aspect_ratio": None}))
        return super().tarash_map(call, request)


class CountsItsMappings(AcmePlugin):
    """Gives another payload each time."""

    def __init__(self) -> None:
        self._mappings = 0

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        self._mappings += 1
        mapped = super().tarash_map(call, request)
        return replace(mapped, payload={**mapped.payload, "seed": self._mappings})


class LosesTheFirstFrame(AcmePlugin):
    """Renders without the image it was given."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return (
            yield from super().tarash_submit(
                call, {name: value for name, value in payload.items() if name != "image"}
            )
        )


class TakesUnknownWordsForFailure(AcmePlugin):
    """Throws a job away over a word it does not know."""

    def read(self, body: Mapping[str, object]) -> JobStatus:
        status = super().read(body)
        if wire.text(body, "state") not in self.states:
            return JobStatus(state="failed", raw=body)
        return status


class MistakesAWord(AcmePlugin):
    """Reads "stopped" as still running."""

    states: Mapping[str, GenerationState] = {**AcmePlugin.states, "stopped": "processing"}


class SaysCancelledWithoutAsking(AcmePlugin):
    """Claims a cancellation that the provider never heard of."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        yield from ()
        return Cancellation(outcome="accepted")


class InventsAnOutput(AcmePlugin):
    """Calls an empty answer a finished video."""

    def read(self, body: Mapping[str, object]) -> JobStatus:
        return super().read(body or {"state": "finished", "urls": ["https://media.example.com/none.mp4"]})


class TakesQuotaForAuthentication(AcmePlugin):
    """Sends people to their keys when their credit is used up."""

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        if response.status == 402:
            return default_error(replace(response, status=401))
        return super().tarash_error(response)


class KeepsModerationToItself(AcmePlugin):
    """A job refused for its content looks like a crash."""

    def read(self, body: Mapping[str, object]) -> JobStatus:
        status = super().read(body)
        return replace(status, error=None) if status.state == "failed" else status


class PutsTheKeyIntoTheJob(AcmePlugin):
    """Saves the key in the job's reference."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        return replace(
            submission, job={**(submission.job or {}), "note": call.auth_headers()["Authorization"]}
        )


class KeepsAnObjectInTheJob(AcmePlugin):
    """Puts something into the job's reference that no file can hold."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        return replace(submission, job={**(submission.job or {}), "plugin": self})


def _without_webhook(payload: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in payload.items() if name != "callback_url"}


class ForgetsTheWebhook(AcmePlugin):
    """Submits without the URL that users wait at."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return (yield from super().tarash_submit(call, _without_webhook(payload)))


class ForgetsTheWebhookOfImages(AcmePlugin):
    """Submits images without the URL that users wait at."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        quiet = _without_webhook(payload) if call.modality == "image" else payload
        return (yield from super().tarash_submit(call, quiet))


class SendsAWebhookThatItDenies(AcmePlugin):
    """Says that no URL is called for images, and sends it all the same."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return replace(super().tarash_map(call, request), takes_webhook_url=call.modality == "video")

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return (yield from super().tarash_submit(call, {"callback_url": call.webhook_url, **payload}))


class LetsAParameterReplaceTheWebhook(AcmePlugin):
    """Adds the URL itself, unless the user's parameters have one."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        return replace(super().tarash_map(call, request), webhook_members={})

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return (yield from super().tarash_submit(call, {"callback_url": call.webhook_url, **payload}))


class LetsTheWebhookReplaceAParameter(LetsAParameterReplaceTheWebhook):
    """Adds the URL itself, over the address that the user's parameters have."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        told = {} if call.webhook_url is None else {"callback_url": call.webhook_url}
        return (yield from super().tarash_submit(call, {**payload, **told}))


class ReadsForgedDeliveries(AcmePlugin):
    """Believes every delivery that has a signature, whatever it signs."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        if delivery.body.endswith(b" "):
            body = delivery.json_object()
            return WebhookEvent(request_id=str(body["id"]), status=self.read(body))
        return super().tarash_webhook(call, delivery)


class AcceptsReplays(AcmePlugin):
    """Believes a delivery however old it is."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        if "webhook-timestamp" not in delivery.headers:
            return super().tarash_webhook(call, delivery)
        sent = datetime.fromtimestamp(float(delivery.headers["webhook-timestamp"]), UTC)
        return super().tarash_webhook(call, replace(delivery, received_at=sent))


BROKEN: dict[type[AcmePlugin], frozenset[str]] = {
    WithoutKeyVariable: frozenset({"provider_info_is_complete"}),
    WithoutTraceableSource: frozenset({"every_row_names_its_source"}),
    RefusesTheShortestRequest: frozenset({"maps_a_minimal_request"}),
    RefusesADeclaredValue: frozenset({"maps_every_declared_value"}),
    RefusesWhenToldToAdjust: frozenset({"adjusts_a_maximal_request"}),
    DropsAFieldSilently: frozenset({"adjusts_an_unsuitable_request_at_every_video_model"}),
    AcceptsAnyShape: frozenset({"refuses_an_illegal_value"}),
    CountsItsMappings: frozenset({"mapping_is_pure_and_repeatable"}),
    LosesTheFirstFrame: frozenset(
        {
            "first_frame_reaches_the_provider",
            "every_kind_of_input_image_reaches_the_provider",
        }
    ),
    TakesUnknownWordsForFailure: frozenset(
        {"an_unknown_status_keeps_the_job", "an_unknown_status_on_the_stream_keeps_the_job"}
    ),
    MistakesAWord: frozenset({"every_status_word_is_understood"}),
    SaysCancelledWithoutAsking: frozenset({"cancels_a_running_job", "cancelling_a_finished_job_is_harmless"}),
    InventsAnOutput: frozenset({"a_missing_result_raises_its_error"}),
    TakesQuotaForAuthentication: frozenset({"every_error_row_has_its_exception"}),
    KeepsModerationToItself: frozenset({"every_failed_job_has_its_exception"}),
    ForgetsTheWebhook: frozenset({"a_webhook_url_reaches_the_provider"}),
    ForgetsTheWebhookOfImages: frozenset({"a_webhook_url_reaches_the_provider"}),
    SendsAWebhookThatItDenies: frozenset({"a_webhook_url_reaches_the_provider"}),
    LetsAParameterReplaceTheWebhook: frozenset({"no_parameter_replaces_the_webhook_url"}),
    LetsTheWebhookReplaceAParameter: frozenset({"no_parameter_replaces_the_webhook_url"}),
    ReadsForgedDeliveries: frozenset({"a_forged_delivery_is_refused"}),
    AcceptsReplays: frozenset({"a_replayed_delivery_is_refused"}),
}

REFUSED_BY_THE_CORE: dict[type[AcmePlugin], frozenset[str]] = {
    PutsTheKeyIntoTheJob: frozenset({"no_secret_shows"}),
    KeepsAnObjectInTheJob: frozenset({"a_job_survives_in_a_file", "a_job_is_the_same_after_json"}),
}
"""Mistakes with which no generation gets past the core, so that other checks fail as well."""
