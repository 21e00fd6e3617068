"""Conformance checks for single hooks of a job: its reference, one poll, its progress, its result and its cancellation."""

from __future__ import annotations

import json
from typing import cast, get_args

import pytest

from ....exceptions import TarashException
from ....job import Job
from ....plugin.outcomes import Cancellation, Generated, JobStatus, Submission
from ....steps import Flow, HttpCall, Sleep
from ..cases import CancelledIn
from ..context import CheckContext
from ..exercise import generations
from ..explaining import explain_failures

MOST_CALLS_OF_A_POLL = 3
POLLS = 6


@explain_failures
class JobChecks:
    """What users suffer if a hook of a running job does more, or less, than it says."""

    def test_a_job_is_the_same_after_json(self, context: CheckContext) -> None:
        """A date, a set or a tuple in the reference is something else after a crash, and the paid job is not found.

        To fix: put only strings, numbers, booleans, None, lists, and dictionaries with string keys into `Submission.job` and
        `JobStatus.job`.
        """
        job = context.submit()
        _require_json("Submission.job", job.reference)
        assert Job.from_json(job.to_json()).reference == job.reference
        if context.cases.poll_route:
            _require_json("JobStatus.job", self._poll(context, job).job)

    def test_each_job_is_found_by_its_own_reference(self, context: CheckContext) -> None:
        """If the last submission decides which job is asked for, users get the result of another one, or none after a restart.

        To fix: read the job's id from the argument `job`, in every hook; keep nothing in a variable of the plugin.
        """
        context.polls_are_possible()
        context.simulator.hold()
        first, second = context.submit(), context.submit()
        context.simulator.finish(context.simulator.jobs[0].id)
        state = self._poll(context, first).state
        assert state == "completed", (
            f"of two jobs, the first is done, but asking for it says {state!r}, as of the other"
        )
        state = self._poll(context, second).state
        assert state != "completed", (
            "of two jobs, the first is done; asking for the other says that it is, too"
        )

    def test_one_call_creates_the_job(self, context: CheckContext) -> None:
        """A token or an upload that counts as a submission is not tried again, and its lost answer looks like a lost job.

        To fix: mark every POST of `tarash_submit` with `repeatable=True`, except the one that creates the job.
        """
        for action in generations(context):
            with context.wire.recording() as wire:
                context.attempt(action)
                creating = [call for call in wire.calls if call.purpose == "submit" and call.may_create_job]
            named = " and ".join(f"{call.method} {call.url.partition('?')[0]}" for call in creating)
            assert len(creating) <= 1, f"each of {named} counts as the call that creates the job"

    def test_a_poll_asks_once(self, context: CheckContext) -> None:
        """A poll that loops until the job ends ignores the deadline, `poll_interval` and the progress callback.

        To fix: send one status request, and return what it says. The core polls again.
        """
        context.polls_are_possible()
        job = context.submit()
        context.simulator.hold()
        context.run_hook("tarash_poll", JobStatus, within=_limited, job=job.reference)

    def test_progress_is_a_percentage(self, context: CheckContext) -> None:
        """A fraction in place of a percentage shows 1 % until the end.

        To fix: return 0 to 100 as `JobStatus.progress_percent`, or None if the provider does not say.
        """
        context.polls_are_possible()
        context.simulator.polls_until_done = POLLS
        job = context.submit()
        shown = [
            status.progress_percent
            for _ in range(POLLS)
            if (status := self._poll(context, job)).state in ("queued", "processing")
        ]
        known = [percent for percent in shown if percent is not None]
        if not known or max(known) == min(known):
            pytest.skip("the provider reports no progress")
        assert max(known) > 1.0, f"the progress reads as a fraction: {known}"
        assert known == sorted(known), f"the progress goes back: {known}"

    def test_a_result_can_be_read_again(self, context: CheckContext) -> None:
        """If reading a result changes the answer, the core's second try after a broken connection finds nothing.

        To fix: `tarash_normalize` only reads `raw`; copy what you change.
        """
        context.polls_are_possible()
        job = context.submit()
        context.finish_jobs()
        raw = self._poll(context, job).raw
        first, second = (
            [
                asset.kind
                for asset in context.run_hook(
                    "tarash_normalize", Generated, job=job.reference, raw=raw
                ).assets
            ]
            for _ in range(2)
        )
        assert first, "a finished job has no outputs"
        assert first == second, f"read twice, one result gives {first} and then {second}"

    def test_cancelling_a_finished_job_is_harmless(self, context: CheckContext) -> None:
        """A job often ends while it is cancelled; an error then hides the result that is paid for.

        To fix: name the provider's answer to it in `accept_statuses`, and return `Cancellation(outcome="finished")`.
        """
        job = _job_to_cancel(context, "finished")
        try:
            outcome = context.run_hook("tarash_cancel", Cancellation, job=job.reference).outcome
        except TarashException as error:
            pytest.fail(f"cancelling a finished job raises {type(error).__name__}: {error}")
        assert outcome != "accepted", (
            "a finished job is reported as cancelled, so its result is never fetched"
        )

    @pytest.mark.parametrize("state", get_args(CancelledIn))
    def test_a_cancelled_job_is_billed_as_stated(self, context: CheckContext, state: CancelledIn) -> None:
        """A job that is charged, and said to be free, is missing in every budget; one that is free and said to be charged uses it up.

        To fix: return as `Cancellation.billed` what the answer or the documentation says, and "unknown" if neither does. State in
        `billed_if_cancelled` of the cases what the documentation says.
        """
        job = _job_to_cancel(context, state)
        try:
            billed = context.run_hook("tarash_cancel", Cancellation, job=job.reference).billed
        except TarashException as error:
            pytest.skip(f"the cancel of a {state} job is refused: {error.message}")
        stated = context.cases.billed_if_cancelled.get(state)
        if stated is None and billed == "unknown":
            pytest.skip("neither the plugin nor the cases say whether such a job is charged")
        assert stated is not None, (
            f"a {state} job that is cancelled is reported as billed={billed!r}; say what the provider's documentation says in the "
            f"cases: billed_if_cancelled={{{state!r}: …}}, with yes, no or unknown"
        )
        assert billed in (stated, "unknown"), (
            f"the provider's answer for a {state} job that is cancelled means billed={stated!r}, but the plugin says {billed!r}"
        )

    def test_the_idempotency_key_is_sent(self, context: CheckContext) -> None:
        """A submission repeated without its key is a second job, and a second bill.

        To fix: send `call.idempotency_key` as the provider says, or do not declare `idempotent_submit`.
        """
        if not context.provider.info.idempotent_submit:
            pytest.skip("the provider does not recognise repeated submissions")
        job = context.submit()
        sent = context.simulator.requests_to(context.cases.submit_route)
        assert any(
            job.idempotency_key in f"{request.headers} {request.query} {request.body.decode('latin-1')}"
            for request in sent
        ), "no submission carries call.idempotency_key"

    def test_a_lost_submission_is_found(self, context: CheckContext) -> None:
        """A job whose acceptance was lost is paid for, although nobody has its result.

        To fix: let `tarash_find_submission` return the `Submission` of the job with `call.idempotency_key`.
        """
        if not context.can_look_up:
            pytest.skip("the plugin cannot look up a submission")
        mapped = context.provider.manager.hook.tarash_map(call=context.call(), request=context.request())
        submitted = context.run_hook("tarash_submit", Submission, payload=mapped.payload)
        found = context.run_hook("tarash_find_submission", object, payload=mapped.payload)
        assert isinstance(found, Submission), "the job is there, but tarash_find_submission finds none"
        assert found.job == submitted.job, f"the look-up finds {found.job}, not {submitted.job}"

    def _poll(self, context: CheckContext, job: Job) -> JobStatus:
        return context.run_hook("tarash_poll", JobStatus, job=job.reference)


def _limited(flow: Flow[object]) -> Flow[object]:
    """Run a flow without its pauses, and end it if it does not stop asking."""
    calls, answer = 0, None
    try:
        while calls <= MOST_CALLS_OF_A_POLL:
            step = flow.send(answer)
            calls += isinstance(step, HttpCall)
            answer = None if isinstance(step, Sleep) else (yield step)
    except StopIteration as done:
        return cast("object", done.value)
    flow.close()
    pytest.fail(f"one poll made more than {MOST_CALLS_OF_A_POLL} calls, while the job was running")


def _job_to_cancel(context: CheckContext, state: CancelledIn) -> Job:
    """Submit a job, and let it wait, run or end, so that it can be cancelled; skip the check if the provider cannot cancel."""
    context.polls_are_possible()
    if "cancel" not in context.provider.features:
        pytest.skip("the provider cannot cancel jobs")
    if state != "finished":
        context.simulator.hold(state)
    job = context.submit()
    if state == "finished":
        context.finish_jobs()
    return job


def _require_json(place: str, reference: object) -> None:
    try:
        again = json.loads(json.dumps(reference))
    except (TypeError, ValueError) as error:
        pytest.fail(f"{place} is not JSON: {error}: {reference!r}")
    assert again == reference, f"{place} changes in JSON: {reference!r} becomes {again!r}"
