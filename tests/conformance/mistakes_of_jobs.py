"""Owns mistakes with a running job: its reference, its polls, its stream, its progress and its cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from conformance.acme_plugin import AcmePlugin, AcmeWithLookUp
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    Submission,
    SubmissionUnknownError,
    UnexpectedResponseError,
    hookimpl,
    send,
    sleep,
    wire,
)

BORN = datetime(2026, 11, 20, tzinfo=UTC)


class KeepsADateInTheJob(AcmePlugin):
    """A datetime in the job reference."""

    def reference(self, identifier: str) -> JobReference:
        return {**super().reference(identifier), "created": BORN}


class KeepsASetInTheJob(AcmePlugin):
    """A set in the job reference."""

    def reference(self, identifier: str) -> JobReference:
        return {**super().reference(identifier), "tags": {"a", "b"}}


class KeepsATupleInTheJob(AcmePlugin):
    """A tuple in the job reference, which is a list after a crash."""

    def reference(self, identifier: str) -> JobReference:
        return {**super().reference(identifier), "parts": ("a", "b")}


class CountsByNumber(AcmePlugin):
    """Numbers as keys, which are texts after a crash."""

    def reference(self, identifier: str) -> JobReference:
        return {**super().reference(identifier), "by_number": {1: "a"}}


class RenewsTheJobWithADate(AcmePlugin):
    """A datetime in the reference that a poll returns."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        status = yield from super().tarash_poll(call, job)
        return replace(status, job={"id": job["id"], "seen": BORN})


class LoopsInAPoll(AcmePlugin):
    """A poll that asks until the job is done."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        while (status := (yield from super().tarash_poll(call, job))).state in ("queued", "processing"):
            yield from sleep(0.01)
        return status


class ReportsAFraction(AcmePlugin):
    """Progress from 0 to 1."""

    def read(self, body: Mapping[str, object]) -> JobStatus:
        status = super().read(body)
        percent = status.progress_percent
        return replace(status, progress_percent=None if percent is None else percent / 100)


class CountsDown(AcmePlugin):
    """What is left in place of what is done."""

    def read(self, body: Mapping[str, object]) -> JobStatus:
        status = super().read(body)
        percent = status.progress_percent
        return replace(status, progress_percent=None if percent is None else 100 - percent)


class FailsALateCancel(AcmePlugin):
    """An error for a job that ended before it was cancelled."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        cancelled = yield from super().tarash_cancel(call, job)
        if cancelled.outcome == "finished":
            raise GenerationFailedError("there is nothing to cancel")
        return cancelled


class CancelsWhatIsFinished(AcmePlugin):
    """Every answer to a cancel counts as a cancellation."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        yield from super().tarash_cancel(call, job)
        return Cancellation(outcome="accepted")


class SendsNoKey(AcmePlugin):
    """No idempotency key, although the plugin declares one."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return replace(super().submission(call, body), headers=call.auth_headers())


class SubmitsAgain(AcmePlugin):
    """A retry of its own after a lost answer, with another idempotency key."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        made = replace(self.submission(call, {"model": call.model, **payload}), idempotent=False)
        try:
            reply = yield from send(made)
        except SubmissionUnknownError:
            headers = {**made.headers, "Idempotency-Key": call.idempotency_key[::-1]}
            # the core refuses it, unless the plugin claims that it is recognised
            reply = yield from send(replace(made, headers=headers, idempotent=True))
        identifier = self.identifier(reply)
        return Submission(job=self.reference(identifier), request_id=identifier)


class SubmitsWhatItCannotRead(AcmePlugin):
    """Another submission after an answer that cannot be read."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        try:
            return (yield from super().tarash_submit(call, payload))
        except UnexpectedResponseError:
            other = replace(call, idempotency_key=call.idempotency_key[::-1])
            return (yield from super().tarash_submit(other, payload))


class SubmitsTwice(AcmePlugin):
    """A first submission to warm up."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        other = replace(call, idempotency_key=call.idempotency_key[::-1])
        yield from super().tarash_submit(other, payload)
        return (yield from super().tarash_submit(call, payload))


class LeavesTheIdAsItIs(AcmePlugin):
    """A path from a saved job, unquoted."""

    def path(self, job: JobReference) -> str:
        return f"/jobs/{job['id']}"


class MakesUpAnId(AcmePlugin):
    """Some text in place of the id that an acceptance lacks."""

    def identifier(self, reply: HttpReply) -> str:
        return str(reply.json_object().get("id"))


class AsksForTheLastJob(AcmePlugin):
    """The id of the last job in a variable, and a reference that says nothing."""

    def __init__(self) -> None:
        self._last = ""

    def reference(self, identifier: str) -> JobReference:
        self._last = identifier
        return {"id": "last"}

    def path(self, job: JobReference) -> str:
        return super().path({"id": self._last})


class MisspellsItsCancel(AcmePlugin):
    """ "tarash_cancell" in place of "tarash_cancel"."""

    tarash_cancel = None  # type: ignore[assignment]  # as if it had never been written

    @hookimpl
    def tarash_cancell(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        """Stop the job."""
        return (yield from AcmePlugin.tarash_cancel(self, call, job))


class ForgetsADecorator(AcmePlugin):
    """A cancel without `@hookimpl`."""

    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        return (yield from AcmePlugin.tarash_cancel(self, call, job))


class TakesAnUnknownEventForFailure(AcmePlugin):
    """Throws a job away over a word on its stream, although a poll would keep it."""

    def read_event(self, event: ServerEvent) -> JobStatus | None:
        status = super().read_event(event)
        known = status is None or wire.text(event.json_object(), "state") in self.states
        return status if known else JobStatus(state="failed")


class StreamsFromNowhere(AcmePlugin):
    """A status stream at an address that does not exist."""

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        stream = yield from super().tarash_stream(call, job)
        return replace(stream, call=call.request("GET", f"{self.path(job)}/event"))


class IgnoresItsStream(AcmePlugin):
    """A status stream of which no event is understood."""

    def read_event(self, event: ServerEvent) -> JobStatus | None:
        return super().read_event(event) if event.event == "status" else None


class NeverSeesTheEndOfItsStream(AcmePlugin):
    """A status stream that never reports a terminal state."""

    def read_event(self, event: ServerEvent) -> JobStatus | None:
        status = super().read_event(event)
        return None if status is None or status.state == "completed" else status


class MisreadsItsStream(AcmePlugin):
    """A bug in the reading of events, beside polls that work."""

    def read_event(self, event: ServerEvent) -> JobStatus | None:
        status = super().read_event(event)
        if status is not None and status.state == "completed":
            raise KeyError("video")
        return status


class MisreadsAnAnnouncement(AcmePlugin):
    """The same, where the core polls once at the end of every stream anyway."""

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        stream = yield from super().tarash_stream(call, job)
        return replace(stream, read=self.misread, ends_with_status=False)

    def misread(self, event: ServerEvent) -> JobStatus | None:
        """Raise for the last event of a stream."""
        status = self.read_event(event)
        if status is not None and status.state == "completed":
            raise KeyError("video")
        return status


class FindsNothing(AcmeWithLookUp):
    """A look-up that says that there is no job."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        yield from super().tarash_find_submission(call)
        return None


class FindsAnotherJob(AcmeWithLookUp):
    """A look-up that returns another reference than the submission."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        found = yield from super().tarash_find_submission(call)
        return None if found is None else replace(found, job={"id": f"{found.request_id}-1"})


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    KeepsADateInTheJob: frozenset({"a_job_is_the_same_after_json"}),
    KeepsASetInTheJob: frozenset({"a_job_is_the_same_after_json"}),
    KeepsATupleInTheJob: frozenset({"a_job_is_the_same_after_json"}),
    CountsByNumber: frozenset({"a_job_is_the_same_after_json"}),
    RenewsTheJobWithADate: frozenset({"a_job_is_the_same_after_json"}),
    LoopsInAPoll: frozenset({"a_poll_asks_once"}),
    ReportsAFraction: frozenset({"progress_is_a_percentage"}),
    CountsDown: frozenset({"progress_is_a_percentage"}),
    FailsALateCancel: frozenset({"cancelling_a_finished_job_is_harmless"}),
    CancelsWhatIsFinished: frozenset({"cancelling_a_finished_job_is_harmless"}),
    SendsNoKey: frozenset(
        {
            "the_idempotency_key_is_sent",
            "a_lost_answer_is_never_submitted_again",
        }
    ),
    SubmitsAgain: frozenset({"a_lost_answer_is_never_submitted_again"}),
    SubmitsWhatItCannotRead: frozenset({"an_unreadable_acceptance_is_never_submitted_again"}),
    SubmitsTwice: frozenset({"generates_and_names_every_output"}),
    LeavesTheIdAsItIs: frozenset({"a_job_from_a_file_leads_nowhere_else"}),
    MakesUpAnId: frozenset({"an_acceptance_without_an_id_is_no_job"}),
    AsksForTheLastJob: frozenset({"each_job_is_found_by_its_own_reference"}),
    MisspellsItsCancel: frozenset({"every_hook_has_its_name", "cancels_a_running_job"}),
    ForgetsADecorator: frozenset({"every_hook_has_its_name", "cancels_a_running_job"}),
    TakesAnUnknownEventForFailure: frozenset({"an_unknown_status_on_the_stream_keeps_the_job"}),
    StreamsFromNowhere: frozenset({"the_status_stream_is_used"}),
    IgnoresItsStream: frozenset({"the_status_stream_is_used"}),
    NeverSeesTheEndOfItsStream: frozenset({"the_status_stream_is_used"}),
    MisreadsItsStream: frozenset({"the_status_stream_is_used"}),
    MisreadsAnAnnouncement: frozenset({"the_status_stream_is_used"}),
    FindsNothing: frozenset({"a_lost_submission_is_found"}),
    FindsAnotherJob: frozenset({"a_lost_submission_is_found"}),
}
