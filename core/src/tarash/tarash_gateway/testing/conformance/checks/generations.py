"""Conformance checks for whole generations: results, faults on the way, durability and cancellation."""

from __future__ import annotations

import json

import pytest

from ....exceptions import (
    AuthenticationError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ....job import Job
from ....mapping.table import ModalityName
from ....models.response import ImageGenerationResponse, VideoGenerationResponse
from ...simulator.faults import (
    Body,
    Fault,
    Hang,
    Html,
    LostResponse,
    Reset,
    Status,
    TruncatedBody,
    TruncatedJson,
)
from ..context import CheckContext, in_every_mode

PASSING_FAULTS = [
    pytest.param(Status(502, text="bad gateway"), id="502"),
    pytest.param(Status(503, json={}), id="503"),
    pytest.param(Reset(), id="reset"),
    pytest.param(TruncatedJson(), id="truncated"),
    pytest.param(TruncatedBody(), id="half-json"),
    pytest.param(Html(), id="html"),
]
UNKNOWN_WORD = "TELEPORTING"


class GenerationChecks:
    """What users suffer if a job, its result or its money is lost."""

    @in_every_mode
    def test_generates_and_names_every_output(self, context: CheckContext) -> None:
        """A generation returns its outputs, in each modality of the provider."""
        modalities: tuple[ModalityName, ...] = ("video", "image")
        for modality in modalities:
            if not context.model(modality):
                continue
            before = context.submits()
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            assert response.assets, "the response has no outputs"
            assert response.request_id
            assert response.provider == context.plugin
            assert not response.is_mock
            if isinstance(response, VideoGenerationResponse):
                assert response.video.startswith(("https://", "http://", "file:")), "video is not a URL"
            if isinstance(response, ImageGenerationResponse):
                assert response.images
                assert response.image == response.images[0]
            entry = response.execution_metadata.attempts[0]
            assert (entry.status, entry.submitted, entry.billed) == ("success", "yes", "yes")
            assert context.submits() == before + 1, "one generation made more than one submission, or none"

    def test_saves_the_output(self, context: CheckContext) -> None:
        """A result that cannot be downloaded is useless."""
        path = context.generate().save(context.folder / "output.bin", allow_private_hosts=True)
        assert path.stat().st_size > 50

    @in_every_mode
    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_a_flaky_status_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """One bad answer during polling must neither lose a job that is paid for nor pay for it twice."""
        context.polls_are_possible()
        self._break_streams(context)
        context.simulator.inject(context.cases.poll_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_a_flaky_result_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """One bad answer while fetching the result must not lose it either."""
        if not context.cases.result_route:
            pytest.skip("the status carries the result")
        context.simulator.inject(context.cases.result_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    def test_an_unknown_status_keeps_the_job(self, context: CheckContext) -> None:
        """A status word that the provider introduces later must not lose jobs."""
        context.polls_are_possible()
        self._break_streams(context)
        context.conforming.show_status(UNKNOWN_WORD, times=2)
        assert context.generate().status == "completed"

    def test_every_status_word_is_understood(self, context: CheckContext) -> None:
        """Each status word of the provider is read as the cases say."""
        context.polls_are_possible()
        hook = context.provider.manager.hook
        job = context.submit()
        for word, expected in context.cases.status_words.items():
            context.conforming.show_status(word)
            status = context.run_flow(hook.tarash_poll(call=context.call(), job=job.reference))
            assert status.state == expected, f"{word!r} was read as {status.state!r}"

    @in_every_mode
    def test_a_lost_answer_is_never_submitted_again(self, context: CheckContext) -> None:
        """Submitting twice may be billed twice."""
        context.simulator.inject(context.cases.submit_route, LostResponse())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        assert context.submits() == 1

    def test_an_unreadable_acceptance_is_never_submitted_again(self, context: CheckContext) -> None:
        """A 2xx status means that the job exists, even if the body cannot be read."""
        context.simulator.inject(context.cases.submit_route, TruncatedBody())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        assert context.submits() == 1

    def test_a_job_survives_in_a_file(self, context: CheckContext) -> None:
        """A crash after the submission must not lose the job."""
        job = context.submit()
        text = job.to_json()
        json.loads(text)
        # the simulator is not at the provider's own base URL, so the configuration must name it
        response = context.gateway.resume(Job.from_json(text), config=context.config())
        assert response.status == "completed"
        assert context.submits() == 1

    @in_every_mode
    def test_cancels_a_running_job(self, context: CheckContext) -> None:
        """A job that is given up is billed unless it is cancelled."""
        context.polls_are_possible()
        if "cancel" not in context.provider.features:
            pytest.skip("the provider cannot cancel jobs")
        context.simulator.hold()
        with pytest.raises(TimeoutError) as caught:
            context.generate(context.config(timeout=0.4))
        assert context.simulator.count(context.cases.cancel_route) >= 1, (
            "the provider was not asked to cancel"
        )
        assert caught.value.attempts[0].cancelled == "yes"

    def test_a_missing_result_raises_its_error(self, context: CheckContext) -> None:
        """A missing result must be neither a success nor an endless wait."""
        route = context.cases.result_route or context.cases.poll_route or context.cases.submit_route
        context.simulator.inject(route, Body(b"{}"), times=None)
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.5))
        assert caught.value.attempts[0].status == "failed"

    def test_a_wrong_key_raises_its_error(self, context: CheckContext) -> None:
        """A wrong key is the most common mistake; the error must say so."""
        if not context.provider.info.key_required:
            pytest.skip("the provider needs no key")
        with pytest.raises(AuthenticationError):
            context.generate(context.config(api_key="wrong-key-of-some-length"))

    def test_a_silent_submit_ends_at_the_deadline(self, context: CheckContext) -> None:
        """`timeout` limits the whole attempt, including the submission."""
        context.simulator.inject(context.cases.submit_route, Hang(5.0))
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.4))
        assert caught.value.attempts[0].elapsed_seconds is not None
        # looking up the job may take a few seconds more
        assert caught.value.attempts[0].elapsed_seconds < (20.0 if context.can_look_up else 3.0)
        assert context.submits() == 1

    def _break_streams(self, context: CheckContext) -> None:
        """Break status streams, so that the status is polled."""
        if "streaming_status" in context.provider.features:
            context.simulator.inject("stream", Status(500), times=None)
