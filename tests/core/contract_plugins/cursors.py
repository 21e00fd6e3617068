"""Owns a provider whose status is asked for by POST, with a cursor that each answer replaces and that is good once.

Wire: POST /jobs → {"id", "cursor"}; POST /status with {"id", "cursor"} → {"state", "cursor", "url"}; DELETE /jobs/<id>.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.contract_plugins.plain import Plain, PlainSimulator
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    JobStatus,
    Submission,
    hookimpl,
    send,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, Route, json_answer


class Cursors(Plain):
    """Keeps the newest cursor in the job's reference."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        reply = yield from send(call.request("POST", "/jobs", json=dict(payload)))
        job_id = reply.require_text("id")
        return Submission(job={"id": job_id, "cursor": reply.require_text("cursor")}, request_id=job_id)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        body = (yield from send(call.request("POST", "/status", json=dict(job)))).json_object()
        cursor = wire.text(body, "cursor")
        return JobStatus(
            state=state_of_word(wire.text(body, "state")),
            raw=body,
            job=None if cursor is None else {**job, "cursor": cursor},
        )


class CursorsSimulator(PlainSimulator):
    """Refuses a cursor that is not the newest. Route names: submit, status, cancel."""

    def __init__(self) -> None:
        self.cursors: dict[str, int] = {}
        super().__init__()

    def routes(self) -> list[Route]:
        return [
            Route("submit", "POST", "/jobs", self.submit),
            Route("status", "POST", "/status", self.status),
            Route("cancel", "DELETE", "/jobs/{id}", self.cancel),
        ]

    def submit(self, request: RecordedRequest) -> Answer:
        """Accept a job, and give the first cursor."""
        job = self.create_job(request)
        self.cursors[job.id] = 1
        return json_answer({"id": job.id, "cursor": "c1"})

    def status(self, request: RecordedRequest) -> Answer:
        """Tell the state of a job, and give the next cursor."""
        asked = request.json_object()
        job = self.find_job(str(asked.get("id")))
        if job is None:
            return self.not_found(request)
        if asked.get("cursor") != f"c{self.cursors[job.id]}":
            return json_answer({"error": "this cursor was used"}, status=410)
        self.cursors[job.id] += 1
        return json_answer(
            {
                "state": self.observe(job),
                "cursor": f"c{self.cursors[job.id]}",
                "url": self.video_url(f"{job.id}.mp4"),
            }
        )
