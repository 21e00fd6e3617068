"""Owns a provider that exists only in tests: the plugin `Acme`, and its server as a function for virtual time.

Wire: POST /jobs → {"id"}; GET /jobs/<id> → {"state", "percent", "url"}; DELETE /jobs/<id>.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tarash.tarash_gateway import Job, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.chain import Preparation
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.generation import Generation
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.engine.observer import Listener
from tarash.tarash_gateway.engine.submission_rates import SubmissionRates
from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
)
from tarash.tarash_gateway.mock.standing_in import MockProviders
from tarash.tarash_gateway.models import VIDEO, GenerationResponse
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationFailedError,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    UnexpectedResponseError,
    hookimpl,
    send,
    wire,
)
from tarash.tarash_gateway.plugin.info import HOOK_API_VERSION
from tarash.tarash_gateway.steps import TransportFailure

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed"]] = {
    "queued": "queued",
    "running": "processing",
    "done": "completed",
    "failed": "failed",
}
FIELDS = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "seconds": duration_field_mapper("int", allowed_values=(4, 8)),
    "size": resolution_field_mapper(["720p", "1080p"]),
    "extra": extra_params_field_mapper(),
}
TODAY = date(2026, 11, 22)
CLIP = VideoGenerationRequest(prompt="a paper boat")


class UncancellableAcme:
    """The plugin without `tarash_cancel`; `plain` answers any clip model, `paced` says that a job takes ten minutes."""

    def __init__(self, provider_id: str = "acme", *, hook_api: int = HOOK_API_VERSION) -> None:
        self._info = ProviderInfo(
            id=provider_id,
            title=provider_id.title(),
            home_page="https://acme.example/docs",
            api_key_env=(f"{provider_id.upper()}_KEY",),
            base_url=f"https://{provider_id}.example",
            modalities=frozenset({"video"}),
            hook_api=hook_api,
        )

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return self._info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        return Catalogue(
            (
                Model(id="plain", modality="video", fields=FIELDS, source="this module", generic=True),
                Model(
                    id="paced", modality="video", fields=FIELDS, source="this module", typical_seconds=600.0
                ),
            )
        )

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return _submit(call, payload)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _poll(call, job)

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        return _normalize(raw)


class Acme(UncancellableAcme):
    """The whole plugin."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        return _cancel(call, job)


def _submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    reply = yield from send(call.request("POST", "/jobs", json=dict(payload)))
    job_id = wire.text(reply.json_object(), "id")
    if job_id is None:
        raise UnexpectedResponseError("no id")
    return Submission(job={"id": job_id}, request_id=job_id)


def _poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
    body = reply.json_object()
    state = STATES.get(wire.text(body, "state") or "", "processing")
    error = GenerationFailedError("the scene fell over") if state == "failed" else None
    return JobStatus(state=state, progress_percent=wire.number(body, "percent"), raw=body, error=error)


def _normalize(raw: object) -> Flow[Generated]:
    yield from ()  # the status carries the result
    return Generated(assets=(Asset(kind="video", url=wire.text(raw, "url")),), raw=raw)


def _cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    reply = yield from send(call.request("DELETE", f"/jobs/{job['id']}", accept_statuses=frozenset({409})))
    return Cancellation(outcome="accepted" if reply.is_success else "finished")


class AcmeServer:
    """Acme's side of the wire, with a clock handed in; jobs take `job_seconds`.

    `answers` holds what the next calls of a kind ("submit", "status", "cancel") get instead of the regular answer,
    `always` what every further one gets.
    """

    def __init__(self, *, job_seconds: float = 60.0, tells_percent: bool = False) -> None:
        self.job_seconds = job_seconds
        self.tells_percent = tells_percent
        self.answers: dict[str, list[HttpReply | TransportFailure]] = {}
        self.always: dict[str, HttpReply | TransportFailure] = {}
        self.created: dict[str, float] = {}
        self.cancelled: list[str] = []
        self.seen: list[tuple[str, float]] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        """Answer one call at virtual second `now`."""
        kind = {"POST": "submit", "GET": "status", "DELETE": "cancel"}[call.method]
        self.seen.append((kind, now))
        planned = self.answers.get(kind)
        answer = planned.pop(0) if planned else self.always.get(kind)
        if isinstance(answer, TransportFailure):
            raise answer
        return answer or self._regular(kind, call, now)

    def count(self, kind: str) -> int:
        """How often a kind of call was made."""
        return sum(name == kind for name, _ in self.seen)

    def times(self, kind: str) -> list[float]:
        """The virtual seconds at which a kind of call arrived."""
        return [at for name, at in self.seen if name == kind]

    def _regular(self, kind: str, call: HttpCall, now: float) -> HttpReply:
        if kind == "submit":
            job_id = f"job-{len(self.created) + 1}"
            self.created[job_id] = now
            return reply(200, {"id": job_id})
        job_id = call.url.partition("?")[0].rpartition("/")[2]
        share = (now - self.created[job_id]) / self.job_seconds if self.job_seconds else 1.0
        if kind == "cancel":
            if share >= 1:
                return reply(409, {})
            self.cancelled.append(job_id)
            return reply(200, {})
        if share >= 1:
            return reply(200, {"state": "done", "url": f"https://cdn.acme.example/{job_id}.mp4"})
        percent = {"percent": share * 100} if self.tells_percent else {}
        return reply(200, {"state": "running", **percent})


def reply(status: int, body: object, **headers: str) -> HttpReply:
    """An answer with a JSON body; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status, {"content-type": "application/json", **named}, json.dumps(body).encode())


def broken(kind: Literal["connect", "timeout", "reset", "protocol"]) -> TransportFailure:
    """A broken exchange; only a refused connection is certain not to have arrived."""
    return TransportFailure(kind, kind=kind, request_may_have_arrived=kind != "connect")


def registry(*provider_ids: str) -> Registry:
    """A registry that holds Acme, under every id given."""
    made = Registry(entry_points=lambda _group: ())
    for provider_id in provider_ids or ("acme",):
        made.register(provider_id, Acme(provider_id))
    return made


def acme(provider: str = "acme", **changes: object) -> VideoGenerationConfig:
    """Acme as the renderer."""
    settings = {"provider": provider, "model": "plain", "api_key": "acme-key-123456", **changes}
    return VideoGenerationConfig.model_validate(settings)


def generation(
    config: VideoGenerationConfig,
    memory: Memory | None = None,
    *,
    request: VideoGenerationRequest = CLIP,
    job: Job | None = None,
    reports: bool = False,
    providers: Registry | None = None,
    journals: bool = False,
    listeners: Sequence[Listener] = (),
) -> Generation:
    """The generation that a gateway would run for `config`, for a driver of the test's choice."""
    known = providers or registry(*{link.provider for link in config.chain()})
    preparation = Preparation(
        request=request,
        modality=VIDEO,
        provider_for=MockProviders(known).provider_for,
        registry=known,
        environ={},
        today=TODAY,
    )
    chain = preparation.chain(config.chain())
    return Generation(
        chain,
        memory or Memory(Path("unused")),
        reports=reports,
        job=job,
        journals=journals,
        listeners=listeners,
    )


def resuming(
    job: Job,
    config: VideoGenerationConfig | None = None,
    *,
    providers: Registry | None = None,
    journals: bool = True,
    rates: SubmissionRates | None = None,
) -> Flow[GenerationResponse]:
    """The flow by which a gateway resumes `job`, for a driver of the test's choice."""
    known = {config["provider"] for config in job.configs}
    with TemporaryDirectory() as folder:
        factory = GenerationFactory(
            providers or registry(*map(str, known)), Path(folder), environ={}, journals=journals, rates=rates
        )
        return (yield from factory.resume(job, config or acme(), {}, reports=False))
