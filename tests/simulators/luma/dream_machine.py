"""Owns the Dream Machine side of the simulator of Luma: its endpoints, its list of generations, its results.

Source: lumaai 1.21.0; Dream Machine documentation, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    Handler,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    json_answer,
    tiny_mp4,
    tiny_png,
)

from .dream_rules import check_dream
from .failures import FAILURES, refused
from .files import LumaFiles

BASE = "/dream-machine/v1"
CREATION_PATHS: Mapping[str, str] = {
    "/generations": "video",
    "/generations/video": "video",
    "/generations/image": "image",
    "/generations/video/modify": "modify_video",
    "/generations/video/reframe": "reframe_video",
    "/generations/image/reframe": "reframe_image",
    "/generations/{id}/upscale": "upscale_video",
    "/generations/{id}/audio": "add_audio",
}
WORDS: dict[SimulatedState, str] = {
    "queued": "queued",
    "running": "dreaming",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "failed",
}
CONCEPTS = ["dolly_zoom", "handheld", "orbit_left"]


class LumaDreamMachine(LumaFiles):
    """The Dream Machine API.

    Route names: dream_submit (every kind of generation), dream_status, dream_list, dream_delete,
    dream_concepts, dream_credits, dream_ping.
    """

    agents_key: ClassVar[str] = LumaFiles.api_key
    dream_machine_key: ClassVar[str] = "luma-00000000-1111-simulated-secret"

    def __init__(self) -> None:
        self.credit_cents = 5000.0
        """What GET /credits answers, in US cents."""
        self.shown_words: list[str] = []
        """Words that the next status answers carry."""
        self._deleted: set[str] = set()
        self._created_at: dict[str, datetime] = {}
        super().__init__()

    def dream_routes(self) -> list[Route]:
        """The endpoints under /dream-machine/v1."""
        creations = [
            Route("dream_submit", "POST", f"{BASE}{path}", self._creator(kind))
            for path, kind in CREATION_PATHS.items()
        ]
        return [
            *creations,
            Route("dream_concepts", "GET", f"{BASE}/generations/concepts/list", self._list_concepts),
            Route("dream_list", "GET", f"{BASE}/generations", self._list_generations),
            Route("dream_status", "GET", f"{BASE}/generations/{{id}}", self._show_generation),
            Route("dream_delete", "DELETE", f"{BASE}/generations/{{id}}", self._delete_generation),
            Route("dream_credits", "GET", f"{BASE}/credits", self._show_credits),
            Route("dream_ping", "GET", f"{BASE}/ping", self._ping),
        ]

    def shown_word(self, word: str) -> str:
        """The word a status answer carries: `word`, unless a test wants another."""
        return self.shown_words.pop(0) if self.shown_words else word

    def created_at(self, job: SimulatedJob) -> str:
        """When a job was submitted, as both APIs write it."""
        moment = self._created_at.setdefault(job.id, datetime.now(UTC))
        return moment.isoformat().replace("+00:00", "Z")

    def dream_view(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        """A generation as Dream Machine shows it."""
        failure = FAILURES[job.failure] if state == "failed" and job.failure is not None else None
        kind = str(job.details["dream"])
        return {
            "id": job.id,
            "generation_type": "image" if "image" in kind else "video",
            "state": WORDS[state],
            "failure_reason": failure.reason if failure is not None else None,
            "created_at": self.created_at(job),
            "model": job.model,
            "assets": self._assets(job, state),
            "request": {"generation_type": kind, **job.inputs},
        }

    def _creator(self, kind: str) -> Handler:
        async def create(request: RecordedRequest) -> Answer:
            return await self._create(request, kind)

        return create

    async def _create(self, request: RecordedRequest, kind: str) -> Answer:
        if not isinstance(request.json, dict):
            raise refused(422, [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}])
        parent = self._generation(request) if "id" in request.parameters else None
        body = request.json_object()
        check_dream(body, kind)
        model = str(body.get("model") or (parent.model if parent is not None else ""))
        job = self.create_job(request, model=model, inputs=body)
        job.details["dream"] = kind
        if body.get("sync"):
            limit = body.get("sync_timeout")
            await self.wait_until_done(job, float(limit) if isinstance(limit, int | float) else None)
            return json_answer(self.dream_view(job, self.state_of(job)), status=201)
        return json_answer(self.dream_view(job, "queued"), status=201)

    def _show_generation(self, request: RecordedRequest) -> Answer:
        job = self._generation(request)
        view = self.dream_view(job, self.observe(job))
        return json_answer({**view, "state": self.shown_word(str(view["state"]))})

    def _delete_generation(self, request: RecordedRequest) -> Answer:
        job = self._generation(request)
        self.cancel_job(job)
        self._deleted.add(job.id)
        return Answer(204)

    def _list_generations(self, request: RecordedRequest) -> Answer:
        limit, offset = int(request.query.get("limit", "100")), int(request.query.get("offset", "0"))
        found = [job for job in reversed(self.jobs) if "dream" in job.details and job.id not in self._deleted]
        page = [self.dream_view(job, self.state_of(job)) for job in found[offset : offset + limit]]
        more = len(found) > offset + limit
        body = {"generations": page, "count": len(page), "has_more": more, "limit": limit, "offset": offset}
        return json_answer(body)

    def _list_concepts(self, request: RecordedRequest) -> Answer:
        return json_answer(CONCEPTS)

    def _show_credits(self, request: RecordedRequest) -> Answer:
        return json_answer({"credit_balance": self.credit_cents})

    def _ping(self, request: RecordedRequest) -> Answer:
        return json_answer({"message": "pong"})

    def _generation(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None or "dream" not in job.details or job.id in self._deleted:
            raise refused(404, "Generation not found")
        return job

    def _assets(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object] | None:
        image = "image" in str(job.details["dream"])
        if state == "running" and not image:
            preview = self.store_media(f"{job.id}/progress.mp4", tiny_mp4(), "video/mp4")
            return {"video": None, "image": None, "progress_video": preview}
        if state != "succeeded":
            return None
        suffix = job.inputs.get("format", "jpg") if image else "png"
        kind = "image/png" if suffix == "png" else "image/jpeg"
        picture = self.store_media(f"{job.id}/image.{suffix}", tiny_png(), kind)
        clip = None if image else self.store_media(f"{job.id}/video.mp4", tiny_mp4(), "video/mp4")
        return {"video": clip, "image": picture, "progress_video": None}
