"""Owns the plugin of the simulated providers: the wire as an ordinary plugin reads it, with the plugin toolkit.

Wire: POST /uploads → {"upload"}; POST /jobs → {"id"} or {"result"}; GET /jobs/<id> → {"state", …}; GET /jobs/<id>/result;
GET /jobs/<id>/events; DELETE /jobs/<id>; GET /jobs?prompt= → {"jobs"}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import GeneratorType
from typing import Literal, cast

from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import passthrough_field_mapper
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Catalogue,
    ContentModerationError,
    Flow,
    Generated,
    GenerationFailedError,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    Model,
    ProviderInfo,
    RateLimitError,
    ServerEvent,
    StatusStream,
    Submission,
    TarashException,
    UnexpectedResponseError,
    accepted_id,
    default_error,
    hookimpl,
    send,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.plugin.info import HOOK_API_VERSION

from .traits import PROVIDER_KINDS, Traits

MODEL = "clip-1"
OWN_REFUSAL = "capacity"
"""The code of the provider's own documented refusal, which it answers with HTTP 503."""
_MOST_DELETES = 3

open_flows: list[GeneratorType[object, object, object]] = []
"""Every flow that the plugins have started; a schedule clears it, and finds there what was left open."""


def _seen(flow: Flow[object]) -> Flow[object]:
    open_flows.append(cast("GeneratorType[object, object, object]", flow))
    return flow


class Plain:
    """A provider without any optional hook."""

    def __init__(self, provider_id: str, traits: Traits) -> None:
        self._traits = traits
        self._info = ProviderInfo(
            id=provider_id,
            title=provider_id,
            home_page="https://provider.example/docs",
            base_url="https://provider.example",
            api_key_env=("SIMULATED_KEY",),
            modalities=frozenset({"video"}),
            hook_api=HOOK_API_VERSION,
            idempotent_submit=traits.is_idempotent,
            uploads=traits.uploads,
        )

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return self._info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
        return Catalogue((Model(id=MODEL, modality="video", fields=fields, source="this module"),))

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[object]:
        return _seen(_submit(self._traits, call, payload))

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[object]:
        return _seen(_poll(call, job))

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference, raw: object) -> Flow[object]:
        return _seen(_normalize(self._traits, call, job, raw))

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException | None:
        return own_refusal(response)


class Cancelling:
    """The hook of a provider that cancels."""

    _traits: Traits

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[object]:
        return _seen(_delete(call, job) if self._traits.cancelling == "deletes" else _cancel(call, job))


class Finding:
    """The hook of a provider that can be asked for the job of a lost submission."""

    @hookimpl
    def tarash_find_submission(self, call: Call, payload: Mapping[str, object]) -> Flow[object]:
        return _seen(_find(call, payload))


class Streaming:
    """The hook of a provider with a status stream."""

    _traits: Traits

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[object]:
        return _seen(_stream(self._traits, call, job))


class Signing:
    """The hook of a provider that wants every call signed."""

    @hookimpl
    def tarash_sign(self, http: HttpCall, token: str) -> HttpCall:
        signature = f"signature-{token}"
        return replace(http, headers={**http.headers, "x-signature": signature}, secrets=(signature,))


def _submit(traits: Traits, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    body = dict(payload)
    if traits.uploads:
        upload = yield from send(call.request("POST", "/uploads", content=b"picture", repeatable=True))
        body["upload"] = accepted_id(upload, "upload", submits=False)
    reply = yield from send(
        call.request(
            "POST",
            "/jobs",
            json=body,
            headers={"idempotency-key": call.idempotency_key},
            idempotent=traits.is_idempotent,
        )
    )
    job_id = accepted_id(reply, "id")
    answer = reply.json_object()
    if traits.answering == "at_once":
        return Submission(result=answer, request_id=job_id)
    return Submission(job={"id": job_id}, request_id=job_id, raw=answer)


def _poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
    return read_status(reply.json_object())


def read_status(body: Mapping[str, object]) -> JobStatus:
    """Read a status; a word that nobody knows keeps the job alive."""
    state = state_of_word(wire.text(body, "state"))
    error: TarashException | None = None
    if state == "failed":
        billed = _billed(body)
        words = wire.text(body, "reason") or "no reason given"
        if wire.text(body, "code") == "moderated":
            error = ContentModerationError(words, stage="output", billed=billed)
        else:
            error = GenerationFailedError(words, billed=billed)
    renamed = wire.text(body, "rename")
    return JobStatus(
        state=state,
        progress_percent=wire.number(body, "percent"),
        raw=body,
        error=error,
        billed_usd=wire.number(body, "cost"),
        job={"id": renamed} if renamed else None,
    )


def _billed(body: Mapping[str, object]) -> Literal["yes", "no", "unknown"]:
    told = body.get("billed")
    return "unknown" if told is None else "yes" if told else "no"


def _normalize(traits: Traits, call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    if traits.result_apart:
        raw = (yield from send(call.request("GET", f"/jobs/{job['id']}/result"))).json_object()
    if wire.text(raw, "result", "url") is None:
        raise UnexpectedResponseError("the answer has no result.url", raw_response=raw)
    url, cost = wire.text(raw, "result", "url"), wire.number(raw, "cost")
    if traits.answering == "with_key" and url is not None:
        download = call.request("GET", url)
        return Generated(assets=(Asset(kind="video", download=download),), raw=raw, cost_usd=cost)
    return Generated(assets=(Asset(kind="video", url=url),), raw=raw, cost_usd=cost)


def _cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    reply = yield from send(
        call.request("DELETE", f"/jobs/{job['id']}", accept_statuses=frozenset({403, 404, 409}))
    )
    body = {} if reply.status == 404 else reply.json_object()
    return _cancellation(reply, body)


def _cancellation(reply: HttpReply, body: Mapping[str, object]) -> Cancellation:
    billed = _billed(body)
    state = wire.text(body, "state") or wire.text(body, "was")
    if state in {"cancelled", "running"}:
        return Cancellation(outcome="accepted", billed=billed)
    if state == "done":
        return Cancellation(outcome="finished")
    return Cancellation(outcome="refused" if reply.status == 403 else "unknown")


def _delete(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Look before each DELETE, and tell by its answer what was deleted: one word for a running job, another for a result."""
    path = f"/jobs/{job['id']}"
    delete = call.request("DELETE", path, repeatable=False, accept_statuses=frozenset({404}))
    for _ in range(_MOST_DELETES):
        look = yield from send(call.request("GET", path, accept_statuses=frozenset({404})))
        if look.status == 404:
            # deleted by a DELETE whose answer was lost: running or finished, nobody can say
            return Cancellation(outcome="unknown")
        if read_status(look.json_object()).state in {"completed", "failed", "cancelled"}:
            return Cancellation(outcome="finished")
        try:
            reply = yield from send(delete)
        except TarashException as error:
            if not error.is_retryable:
                raise
            continue
        if reply.status == 404:
            return Cancellation(outcome="unknown")
        return _cancellation(reply, reply.json_object())
    return Cancellation(outcome="unknown")


def _find(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    reply = yield from send(call.request("GET", "/jobs", query={"prompt": str(payload["prompt"])}))
    body = reply.json_object()
    # a list that is missing says nothing; an empty one says that there is no such job
    for entry in wire.items(body["jobs"]) if "jobs" in body else [reply.require_text("jobs")]:
        if wire.text(entry, "key") == call.idempotency_key:
            job_id = wire.text(entry, "id")
            return Submission(job={"id": job_id}, request_id=job_id)
    return None


def _stream(traits: Traits, call: Call, job: JobReference) -> Flow[StatusStream]:
    yield from ()
    is_whole = not traits.only_announces
    return StatusStream(
        call=call.request("GET", f"/jobs/{job['id']}/events"),
        read=_read_event if is_whole else _read_announcement,
        silence_seconds=20.0,
        begins_with_status=is_whole,
        ends_with_status=is_whole,
    )


def _read_event(event: ServerEvent) -> JobStatus | None:
    if event.event != "status":
        return None
    # JSON with the reader of answers, so that a cut event is told like a cut answer
    return read_status(HttpReply(200, content=event.data.encode()).json_object())


def _read_announcement(event: ServerEvent) -> JobStatus | None:
    """Read the state alone: whoever takes that for the whole status loses the result, the reason and the cost."""
    status = _read_event(event)
    return None if status is None else JobStatus(state=status.state)


def own_refusal(response: HttpReply) -> TarashException | None:
    """The provider's documented answer when all its machines are busy; nothing was accepted."""
    if response.status != 503 or wire.text(_body_of(response), "error", "code") != OWN_REFUSAL:
        return None
    words = str(default_error(response))
    return RateLimitError(words, status_code=503, retry_after=wire.number(response.header("retry-after")))


def _body_of(response: HttpReply) -> object:
    try:
        return response.json()
    except TarashException:
        return None


@cache
def _class_of(traits: Traits) -> type[Plain]:
    hooks = {
        Cancelling: traits.cancelling != "none",
        Finding: traits.finds,
        Streaming: traits.streams,
        Signing: traits.signs,
    }
    return type("Simulated", (*(kind for kind, has in hooks.items() if has), Plain), {})


def simulated_providers() -> Registry:
    """The registry of the simulated providers."""
    registry = Registry(lambda _group: ())
    for provider_id, traits in PROVIDER_KINDS.items():
        registry.register(provider_id, _class_of(traits)(provider_id, traits))
    return registry
