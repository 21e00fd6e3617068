"""Owns the server of one simulated provider, which keeps its own truth: what it accepted, billed, cancelled, deleted and gave out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from tarash.tarash_gateway.plugin import HttpCall, HttpReply, ServerEvent
from tarash.tarash_gateway.steps import TransportFailure

from .answers import is_its_own, json_reply, late, prompt_of
from .faults import READ_FAULTS, Fault, draw_fault
from .scenario import Ending, Link
from .truth import AcceptedJob, Contact, Post

CLIP = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64
"""The beginning of an MP4 file, as the reader of media knows it."""
Note: TypeAlias = Callable[[str], None]


@dataclass(slots=True)
class Server:
    """The server of one link of the chain."""

    number: int
    link: Link
    draw: Random
    note: Note | None = None
    jobs: dict[str, AcceptedJob] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    denied_at: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    contacts: list[Contact] = field(default_factory=list)
    opened_at: float | None = None
    run: int = 0
    is_written: Callable[[str], bool] | None = None
    _faults_used: int = 0
    _before: list[Callable[[], None]] = field(default_factory=list)
    _streams: dict[int, tuple[AcceptedJob, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in range(2):
            # other callers generate the same prompt
            self._add(f"stranger-{number}", "call 1", 0.0, is_strangers=True)

    @property
    def base_url(self) -> str:
        return f"https://link-{self.number}.example"

    @property
    def key(self) -> str:
        """The caller's secret at this provider."""
        return f"sk-simulated-secret-{self.number}"

    def answer(self, call: HttpCall, now: float) -> tuple[HttpReply | TransportFailure, float]:
        """Answer one call that is sent at virtual second `now`; return the answer, and how many seconds it takes."""
        path = urlsplit(call.url)
        endpoint = self._endpoint(call.method, path.path, bool(path.query))
        self.opened_at = now if self.opened_at is None else self.opened_at
        self._before.clear()
        if endpoint == "submit":
            key = call.headers["idempotency-key"]
            written = self.is_written is None or self.is_written(key)
            self.posts.append(Post(key, prompt_of(call), now, self.run, was_written=written))
        fault = self._fault(endpoint, now)
        reply = self._performed(endpoint, call, now, fault)
        seconds = self.link.latency
        answer: HttpReply | TransportFailure = reply
        if fault is not None:
            echoed = f"{call.headers.get('Authorization', '')} {call.headers.get('x-signature', '')}"
            answer = fault.reply(echoed, reply.content) if fault.broken is None else fault.failure(echoed)
        allowed = call.timeout_seconds or 60.0
        if seconds >= allowed or (fault is not None and fault.broken == "timeout"):
            answer, seconds = late(), allowed
        self.contacts.append(Contact(endpoint, now, now + seconds, self.run))
        self._remember(endpoint, call, fault, answer, now + seconds)
        if self.note is not None:
            told = f"HTTP {answer.status} {answer.text()[:90]}" if isinstance(answer, HttpReply) else answer
            self.note(f"link {self.number}: {endpoint} {call.method} {path.path} → {told!s}")
        return answer, seconds

    # What is asked for.

    def _endpoint(self, method: str, path: str, has_query: bool) -> str:
        if method == "POST":
            return "upload" if path == "/uploads" else "submit"
        if method == "DELETE":
            return "cancel"
        last = path.rpartition("/")[2]
        return (
            "find"
            if has_query
            else last
            if last in {"result", "events"}
            else "file"
            if "/files/" in path
            else "status"
        )

    def _fault(self, endpoint: str, now: float) -> Fault | None:
        link = self.link
        if endpoint == "submit":
            used, self._faults_used = self._faults_used, self._faults_used + 1
            return link.submit_faults[used] if used < len(link.submit_faults) else None
        since = now - (self.opened_at or 0.0)
        for outage in link.outages:
            if outage.endpoint == endpoint and outage.begins <= since < outage.ends:
                return outage.fault
        return (
            draw_fault(self.draw, READ_FAULTS)
            if link.fault_rate and self.draw.random() < link.fault_rate
            else None
        )

    def _performed(self, endpoint: str, call: HttpCall, now: float, fault: Fault | None) -> HttpReply:
        """Do what is asked for, unless the fault keeps it from happening, and return the regular answer."""
        is_done = fault is None or (fault.proof == "open" and self.link.accepts_with_fault)
        if endpoint == "submit":
            return self._submit(call, now, fault) if is_done else json_reply(200, {})
        if endpoint == "upload":
            return json_reply(200, {"upload": "picture-1"})
        if endpoint == "find":
            return self._list(call, now)
        if endpoint == "file":
            return HttpReply(200, {"content-type": "video/mp4", "content-length": str(len(CLIP))}, CLIP)
        job = self.job_at(call.url)
        if job is not None:
            # whoever asks for it by its id knows it
            job.known_in.add(self.run)
        if job is None or job.deleted_at is not None:
            return json_reply(404, {"error": {"message": "no such job"}})
        if endpoint == "cancel":
            return self._cancel(job, now, is_done=is_done)
        body = self.status_of(job, now)
        return json_reply(200, body if endpoint == "status" or "result" in body else {"state": body["state"]})

    def _submit(self, call: HttpCall, now: float, fault: Fault | None) -> HttpReply:
        key, prompt = call.headers["idempotency-key"], prompt_of(call)
        known = next((job for job in self.jobs.values() if job.key == key), None)
        is_repeated = known is not None and self.link.traits.is_idempotent
        job = known if known is not None and is_repeated else self._add(key, prompt, now)
        self.posts[-1].job, self.posts[-1].is_repeated = job, is_repeated
        body: dict[str, object] = {"id": job.id, "you_sent": call.headers.get("Authorization")}
        if self.link.traits.answering == "at_once":
            body |= self.status_of(job, now)
        return json_reply(200, body)

    def _add(self, key: str, prompt: str, now: float, *, is_strangers: bool = False) -> AcceptedJob:
        link = self.link
        at_once = link.traits.answering == "at_once"
        ending: Ending = "done" if at_once else link.ending
        ends_at = now + (0.0 if at_once else link.job_seconds)
        job = AcceptedJob(
            f"job-{self.number}-{len(self.jobs)}", key, prompt, now, ends_at, ending, is_strangers
        )
        self.jobs[job.id] = job
        return job

    def _list(self, call: HttpCall, now: float) -> HttpReply:
        prompt = parse_qs(urlsplit(call.url).query)["prompt"][0]
        listed = [
            {"id": job.id, "key": job.key}
            for job in self.jobs.values()
            if job.prompt == prompt and (job.is_strangers or now >= job.accepted_at + self.link.lag_seconds)
        ]
        return json_reply(200, {"jobs": listed})

    def _cancel(self, job: AcceptedJob, now: float, *, is_done: bool) -> HttpReply:
        job.cancel_requests += 1
        told = self._told_billing(job)
        kind = self.link.traits.cancelling
        if kind == "refuses":
            return json_reply(403, {"error": {"message": "jobs cannot be cancelled"}})
        if job.cancelled_at is not None:
            return json_reply(409, {"state": "cancelled", **told})
        ended = job.has_ended(now)
        if not is_done:
            return json_reply(200, {})
        if kind == "deletes":
            job.deleted_at = now
            job.cancelled_at = None if ended else now
            return json_reply(200, {"was": "done" if ended else "running", **self._told_billing(job)})
        if ended:
            return json_reply(409, {"state": "done"})
        job.cancelled_at = now
        return json_reply(200, {"state": "cancelled", **self._told_billing(job)})

    # The truth.

    def job_at(self, url: str) -> AcceptedJob | None:
        """The job that a URL names; a renamed reference carries its number after a full stop."""
        name = urlsplit(url).path.removeprefix("/jobs/").partition("/")[0].partition(".")[0]
        return self.jobs.get(name)

    def is_billed(self, job: AcceptedJob) -> bool:
        """Whether the provider charges for the job, in the end."""
        billing = self.link.billing
        if billing == "when_done":
            return job.ending == "done" and job.cancelled_at is None
        return billing == "at_acceptance"

    def status_of(self, job: AcceptedJob, now: float) -> dict[str, object]:
        """The regular status of a job."""
        if job.cancelled_at is not None:
            return {"state": "cancelled", **self._told_billing(job)}
        if not job.has_ended(now):
            word = ("running", "IN_PROGRESS", "galloping")[len(self.contacts) % 3]
            rename = {"rename": f"{job.id}.{len(self.contacts)}"} if self.link.traits.renames else {}
            return {"state": word, **rename}
        if job.ending == "dropped":
            return {"state": "cancelled", **self._told_billing(job)}
        if job.ending != "done":
            code = "moderated" if job.ending == "moderated" else "broken"
            return {
                "state": "failed",
                "code": code,
                "reason": "the scene fell over",
                **self._told_billing(job),
            }
        path = f"/files/{job.id}.mp4"
        host = (
            self.base_url
            if self.link.traits.answering == "with_key"
            else f"https://cdn-{self.number}.example"
        )
        free = self.link.billing == "free"
        cost = {"cost": 0.0 if free else 0.25} if free or self.link.tells_billing else {}
        return {"state": "done", "result": {"url": host + path}, "you_sent": f"Bearer {self.key}", **cost}

    def _told_billing(self, job: AcceptedJob) -> dict[str, object]:
        return {"billed": self.is_billed(job)} if self.link.tells_billing else {}

    # What the client knows.

    def undelivered(self) -> None:
        """Forget what the last answer proved: an interruption kept it from the client."""
        for undo in self._before:
            undo()
        self._before.clear()

    def _remember(
        self,
        endpoint: str,
        call: HttpCall,
        fault: Fault | None,
        answer: HttpReply | TransportFailure,
        at: float,
    ) -> None:
        """Note what the answer proves to whoever receives it."""
        if endpoint == "submit":
            self._judge(self.posts[-1], fault, answer, at)
        elif fault is not None or not isinstance(answer, HttpReply):
            return
        elif endpoint == "find":
            prompt = parse_qs(urlsplit(call.url).query)["prompt"][0]
            own = [job for job in self.jobs.values() if job.prompt == prompt and not job.is_strangers]
            listed = [job for job in own if f'"{job.id}"'.encode() in answer.content]
            for job in listed:
                self._know(job, at)
            if not listed:
                self.denied_at.setdefault((prompt, self.run), []).append(at)
        elif endpoint in {"status", "result"} and not call.accept_statuses:
            # the look of a cancel tells only that it came too late
            self._tell_completion(self.job_at(call.url), answer.content, at)

    def _judge(
        self, post: Post, fault: Fault | None, answer: HttpReply | TransportFailure, at: float
    ) -> None:
        if fault is None and isinstance(answer, HttpReply) and post.job is not None:
            post.told = "accepted"
            self._know(post.job, at)
            if self.link.traits.answering == "at_once":
                self._tell_completion(post.job, answer.content, at)
        elif fault is not None and fault.proof == "refused" and is_its_own(fault, answer):
            post.told = "refused"

        def undo() -> None:
            post.told = "open"

        self._before.append(undo)

    def _know(self, job: AcceptedJob, at: float) -> None:
        before, run = job.known_at, self.run

        def undo() -> None:
            job.known_at = before
            job.known_in.discard(run)

        if run not in job.known_in:
            job.known_at = min(before, at)
            job.known_in.add(run)
            self._before.append(undo)

    def _tell_completion(self, job: AcceptedJob | None, content: bytes, at: float) -> None:
        run = self.run
        if job is None or b'"result"' not in content or run in job.completion_told:
            return

        def undo() -> None:
            job.completion_told.pop(run, None)

        job.completion_told[run] = at
        self._before.append(undo)

    # The status stream.

    def open_events(self, handle: int, call: HttpCall, now: float) -> tuple[TransportFailure | None, float]:
        """Open the stream of a job."""
        answer, seconds = self.answer(call, now)
        job = self.job_at(call.url)
        if isinstance(answer, TransportFailure):
            return answer, seconds
        if answer.status != 200 or job is None:
            return TransportFailure(
                f"HTTP {answer.status}", kind="protocol", request_may_have_arrived=True
            ), seconds
        self._streams[handle] = (job, now)
        return None, seconds

    def next_event(
        self, handle: int, now: float, timeout: float
    ) -> tuple[ServerEvent | TransportFailure | None, float]:
        """The next event of a stream: a status every 5 s, and the end at once."""
        job, _ = self._streams[handle]
        fault = self._fault("events", now)
        wait = 5.0 if not 0 < job.ends_at - now < 5.0 or job.ending == "never" else job.ends_at - now
        wait = 0.0 if job.has_ended(now) or job.cancelled_at is not None else wait
        if (fault is not None and fault.broken == "timeout") or wait >= timeout:
            return late(), timeout
        if fault is not None and fault.broken is not None:
            return fault.failure(self.key), wait
        if fault is not None and fault.body == "empty":
            return None, wait
        if fault is not None and fault.body == "html":
            return ServerEvent("ping", ""), max(wait, 1.0)
        body = json.dumps(self.status_of(job, now + wait))
        if fault is not None and fault.body == "cut":
            return ServerEvent("status", body[: len(body) // 2]), wait
        self._before.clear()
        self._tell_completion(job, body.encode(), now + wait)
        return ServerEvent("status", body), wait
