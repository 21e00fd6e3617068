"""Conformance checks for whole generations: results, faults on the way, durability and cancellation."""

from __future__ import annotations

import json

import pytest

from ....exceptions import (
    AuthenticationError,
    PluginError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ....job import Job
from ....models.response import ImageGenerationResponse, VideoGenerationResponse
from ....plugin.outcomes import JobStatus
from ...simulator.faults import (
    Body,
    Fault,
    Hang,
    Html,
    LostResponse,
    Replaced,
    Reset,
    Status,
    TruncatedBody,
    TruncatedJson,
)
from ..context import CheckContext, in_every_mode
from ..explaining import explain_failures
from ..keys import wrong_keys

PASSING_FAULTS = [
    pytest.param(Status(502, text="bad gateway"), id="502"),
    pytest.param(Status(503, json={}), id="503"),
    pytest.param(Reset(), id="reset"),
    pytest.param(TruncatedJson(), id="truncated"),
    pytest.param(TruncatedBody(), id="half-json"),
    pytest.param(Html(), id="html"),
]
ACCEPTANCES_WITHOUT_A_JOB = [
    pytest.param(Body(b"{}"), id="empty"),
    pytest.param(Status(200, json={"error": {"code": "internal", "message": "upstream failed"}}), id="error"),
]
NOT_YET_KNOWN = pytest.param(Status(404, json={}), id="404")
"""Some providers do not know a job in the first moments after they accepted it."""
UNKNOWN_WORD = "TELEPORTING"


@explain_failures
class GenerationChecks:
    """What users suffer if a job, its result or its money is lost."""

    @in_every_mode
    def test_generates_and_names_every_output(self, context: CheckContext) -> None:
        """A generation without its outputs, or with two submissions, is money for nothing.

        To fix: submit once, and return an `Asset` of the modality's kind with the URL, the bytes or the path of each output. Name
        the job in `Submission.request_id`.
        """
        for modality in context.modalities:
            before = context.submits()
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            assert response.assets, "the response has no outputs"
            assert response.request_id, "the response has no request id; set Submission.request_id"
            assert response.provider == context.plugin
            assert not response.is_mock
            if isinstance(response, VideoGenerationResponse):
                assert response.video.startswith(("https://", "http://", "file:")), "video is not a URL"
            if isinstance(response, ImageGenerationResponse):
                assert response.images, "the response has no images"
                assert response.image == response.images[0]
            entry = response.execution_metadata.attempts[0]
            known = (entry.status, entry.submitted, entry.billed)
            assert known == ("success", "yes", "yes"), f"the ledger says {known} of a finished job"
            assert context.submits() == before + 1, "one generation made more than one submission, or none"

    def test_saves_the_output(self, context: CheckContext) -> None:
        """A result that cannot be downloaded is useless.

        To fix: give the `Asset` a URL that works without the key, or `download`, the call that fetches it.
        """
        path = context.generate().save(context.folder / "output.bin", allow_private_hosts=True)
        assert path.stat().st_size > 50

    @in_every_mode
    @pytest.mark.parametrize("fault", [*PASSING_FAULTS, NOT_YET_KNOWN])
    def test_a_flaky_status_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """One bad answer during polling must neither lose a job that is paid for nor pay for it twice.

        To fix: read answers with `reply.json_object()` and `require_text`, which raise what the core retries. If an answer is not
        JSON, raise `UnexpectedResponseError` yourself where it cannot be read, also in what `tarash_error` reads. Never return
        "failed" for an answer that you cannot read.
        """
        context.polls_are_possible()
        context.break_streams()
        context.simulator.inject(context.cases.poll_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_a_flaky_result_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """One bad answer while fetching the result must not lose it either.

        To fix: in `tarash_normalize`, raise what `reply.json_object()` raises; the core runs the hook again.
        """
        if not context.cases.result_route:
            pytest.skip("the status carries the result")
        context.simulator.inject(context.cases.result_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    def test_an_unknown_status_keeps_the_job(self, context: CheckContext) -> None:
        """A status word that the provider introduces later must not lose jobs.

        To fix: read words with `state_of_word(word, STATES)`, for which an unknown word is "processing".
        """
        context.polls_are_possible()
        context.break_streams()
        context.conforming.show_status(UNKNOWN_WORD, times=2)
        assert context.generate().status == "completed"

    def test_every_status_word_is_understood(self, context: CheckContext) -> None:
        """A word that is misread ends a job too early, or never.

        To fix: compare the table of states in the plugin with `cases.status_words`, and both with the provider's documentation.
        """
        context.polls_are_possible()
        job = context.submit()
        for word, expected in context.cases.status_words.items():
            context.conforming.show_status(word)
            status = context.run_hook("tarash_poll", JobStatus, job=job.reference)
            assert status.state == expected, f"{word!r} was read as {status.state!r}"

    @in_every_mode
    def test_a_lost_answer_is_never_submitted_again(self, context: CheckContext) -> None:
        """Submitting twice may be billed twice.

        To fix: submit with one POST, without a loop or a retry of your own, and without `repeatable=True`.
        """
        context.simulator.inject(context.cases.submit_route, LostResponse())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        self._require_one_job(context)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_server_error_is_never_submitted_again(self, context: CheckContext, status: int) -> None:
        """A proxy answers 5xx for a job that was created behind it, too: submitting again is billed twice.

        To fix: return `RateLimitError` from `tarash_error` for a 5xx only if the provider's own words in the body say that nothing
        was accepted, and leave all others to `default_error`.
        """
        if context.can_look_up and status != 503:
            pytest.skip("looking for the job takes seconds, and one status is enough")
        context.simulator.inject(context.cases.submit_route, Status(status, text="upstream error"), times=2)
        try:
            context.generate(context.config(timeout=5.0))
        except TarashException as error:
            assert error.attempts[0].submitted in ("unknown", "no")
        self._require_one_job(context)

    def test_an_unreadable_acceptance_is_never_submitted_again(self, context: CheckContext) -> None:
        """A 2xx status means that the job exists, even if the body cannot be read: submitting again is billed twice.

        To fix: let `reply.require_text` or `accepted_id` raise, and catch nothing around them.
        """
        context.simulator.inject(context.cases.submit_route, TruncatedBody())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        self._require_one_job(context)

    @pytest.mark.parametrize("answer", ACCEPTANCES_WITHOUT_A_JOB)
    def test_an_acceptance_without_an_id_is_no_job(
        self, context: CheckContext, answer: Body | Status
    ) -> None:
        """A job without an id is polled until the deadline and never found; then a fallback pays for another one.

        To fix: read the id with `accepted_id(reply, "id")`, which raises if the answer has none; never replace it by a default.
        """
        context.polls_are_possible()
        context.simulator.inject(context.cases.submit_route, Replaced(answer))
        try:
            context.generate()
        except PluginError:
            raise
        except TarashException as error:
            said = error.attempts[0].submitted
            assert said != "yes", (
                f"an acceptance that names no job ({_text_of(answer)}) became one, which then failed: {error.message}"
            )
            wanted = ("unknown",) if isinstance(answer, Body) else ("unknown", "no")
            assert said in wanted, f"the ledger says submitted={said!r} of an acceptance that names no job"
        self._require_one_job(context)

    def test_a_job_survives_in_a_file(self, context: CheckContext) -> None:
        """A crash after the submission must not lose the job.

        To fix: put all that a poll needs into `Submission.job`, as JSON; keep nothing in a variable of the plugin.
        """
        job = context.submit()
        text = job.to_json()
        json.loads(text)
        # the simulator is not at the provider's own base URL, so the configuration must name it
        response = context.gateway.resume(Job.from_json(text), config=context.config())
        assert response.status == "completed"
        assert context.submits() == 1

    @in_every_mode
    def test_cancels_a_running_job(self, context: CheckContext) -> None:
        """A job that is given up is billed unless it is cancelled.

        To fix: let `tarash_cancel` send the provider's cancel, and return what the answer says. If the plugin has one, look at its
        name and its decorator.
        """
        context.polls_are_possible()
        if "cancel" not in context.provider.features:
            route = context.cancel_route
            assert not route, f"the simulator has the route {route!r}, but the plugin has no tarash_cancel"
            pytest.skip("the provider cannot cancel jobs")
        context.simulator.hold()
        with pytest.raises(TimeoutError) as caught:
            context.generate(context.config(timeout=0.4))
        assert context.simulator.count(context.cases.cancel_route) >= 1, (
            "the provider was not asked to cancel"
        )
        cancelled = caught.value.attempts[0].cancelled
        assert cancelled == "yes", f"the ledger says {cancelled!r} of a job that was cancelled"

    def test_a_missing_result_raises_its_error(self, context: CheckContext) -> None:
        """A missing result must be neither a success nor an endless wait.

        To fix: raise `UnexpectedResponseError` for an answer without a state; return no assets for a result without a URL.
        """
        context.break_streams()
        route = context.cases.result_route or context.cases.poll_route or context.cases.submit_route
        context.simulator.inject(route, Body(b"{}"), times=None)
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.5))
        assert caught.value.attempts[0].status == "failed"

    def test_a_wrong_key_raises_its_error(self, context: CheckContext) -> None:
        """A wrong key is the most common mistake; an error that does not say so costs an hour.

        To fix: let `tarash_error` return `AuthenticationError` for what the provider says to a wrong key; `default_error` does for
        401 and 403. In the simulator, check the key in `authorize`.
        """
        if context.provider.info.works_without_key:
            pytest.skip("the provider needs no key")
        for name, key, settings in wrong_keys(
            context.provider.info, context.cases, context.simulator.api_key
        ):
            try:
                context.generate(context.config(api_key=key, provider_config=settings))
            except AuthenticationError:
                continue
            except TarashException as error:
                pytest.fail(
                    f"with a wrong {name}: {type(error).__name__} instead of AuthenticationError: {error}"
                )
            pytest.fail(
                f"a wrong {name} was accepted: the plugin sends none of it, or the simulator does not check it"
            )

    def test_a_silent_submit_ends_at_the_deadline(self, context: CheckContext) -> None:
        """`timeout` limits the whole attempt; a submission that waits longer blocks the user's program.

        To fix: set no `timeout_seconds` that is longer than the call needs; the core shortens it to the deadline.
        """
        context.simulator.inject(context.cases.submit_route, Hang(5.0))
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.4))
        assert caught.value.attempts[0].elapsed_seconds is not None
        # looking up the job may take a few seconds more
        assert caught.value.attempts[0].elapsed_seconds < (20.0 if context.can_look_up else 3.0)
        assert context.submits() == 1

    def _require_one_job(self, context: CheckContext) -> None:
        """Require one submission, or one job if the provider recognises a repetition by its idempotency key."""
        if context.provider.info.idempotent_submit and context.simulator.jobs:
            jobs = len(context.simulator.jobs)
            assert jobs == 1, f"{jobs} jobs exist: the repeated submission had another idempotency key"
            return
        assert context.submits() == 1, f"submitted {context.submits()} times"


def _text_of(answer: Body | Status) -> str:
    return answer.data.decode() if isinstance(answer, Body) else json.dumps(answer.json)
