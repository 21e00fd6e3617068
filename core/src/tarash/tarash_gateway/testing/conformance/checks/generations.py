"""Conformance checks of whole generations: results, faults on the way, durability, cancellation."""

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
    """What a user suffers when a job, its result or its money is lost."""

    @in_every_mode
    def test_generates_and_names_every_output(self, context: CheckContext) -> None:
        """The main job, in each modality the provider has."""
        modalities: tuple[ModalityName, ...] = ("video", "image")
        for modality in modalities:
            if not context.model(modality):
                continue
            before = context.submits()
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            assert response.assets, "a result has outputs"
            assert response.request_id
            assert response.provider == context.plugin
            assert not response.is_mock
            if isinstance(response, VideoGenerationResponse):
                assert response.video.startswith(("https://", "http://", "file:")), (
                    "video is a URL, whoever rendered it"
                )
            if isinstance(response, ImageGenerationResponse):
                assert response.images
                assert response.image == response.images[0]
            entry = response.execution_metadata.attempts[0]
            assert (entry.status, entry.submitted, entry.billed) == ("success", "yes", "yes")
            assert context.submits() == before + 1, "one generation is one submission"

    def test_saves_the_output(self, context: CheckContext) -> None:
        """A result that cannot be downloaded is no result."""
        path = context.generate().save(context.folder / "output.bin", allow_private_hosts=True)
        assert path.stat().st_size > 50

    @in_every_mode
    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_a_flaky_status_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """One bad answer while polling must not throw away what is paid for, nor pay for it twice."""
        context.polls_are_possible()
        self._break_streams(context)
        context.simulator.inject(context.cases.poll_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    @pytest.mark.parametrize("fault", PASSING_FAULTS)
    def test_a_flaky_result_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """The same for the request that fetches the result."""
        if not context.cases.result_route:
            pytest.skip("the status carries the result")
        context.simulator.inject(context.cases.result_route, fault)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    def test_an_unknown_status_keeps_the_job(self, context: CheckContext) -> None:
        """A word that the provider introduces tomorrow must not lose today's jobs."""
        context.polls_are_possible()
        self._break_streams(context)
        context.conforming.show_status(UNKNOWN_WORD, times=2)
        assert context.generate().status == "completed"

    def test_every_status_word_is_understood(self, context: CheckContext) -> None:
        """Each word of the provider's table means what the table says."""
        context.polls_are_possible()
        hook = context.provider.manager.hook
        job = context.submit()
        for word, expected in context.cases.status_words.items():
            context.conforming.show_status(word)
            status = context.run_flow(hook.tarash_poll(call=context.call(), job=job.reference))
            assert status.state == expected, f"{word!r} was read as {status.state!r}"

    @in_every_mode
    def test_a_lost_answer_is_never_submitted_again(self, context: CheckContext) -> None:
        """Two submissions are two bills."""
        context.simulator.inject(context.cases.submit_route, LostResponse())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        assert context.submits() == 1

    def test_an_unreadable_acceptance_is_never_submitted_again(self, context: CheckContext) -> None:
        """A 2xx that cannot be read says that the job exists."""
        context.simulator.inject(context.cases.submit_route, TruncatedBody())
        try:
            context.generate()
        except SubmissionUnknownError as error:
            assert error.attempts[0].submitted == "unknown"
        assert context.submits() == 1

    def test_a_job_survives_in_a_file(self, context: CheckContext) -> None:
        """A crash after submitting must cost nothing."""
        job = context.submit()
        text = job.to_json()
        json.loads(text)
        # the simulator is not the provider's own address, so the configuration must name it
        response = context.gateway.resume(Job.from_json(text), config=context.config())
        assert response.status == "completed"
        assert context.submits() == 1

    @in_every_mode
    def test_cancels_a_running_job(self, context: CheckContext) -> None:
        """A job that is given up goes on billing unless it is cancelled."""
        context.polls_are_possible()
        if "cancel" not in context.provider.features:
            pytest.skip("the provider has no cancel")
        context.simulator.hold()
        with pytest.raises(TimeoutError) as caught:
            context.generate(context.config(timeout=0.4))
        assert context.simulator.count(context.cases.cancel_route) >= 1, (
            "the provider was not asked to cancel"
        )
        assert caught.value.attempts[0].cancelled == "yes"

    def test_a_result_that_is_gone_is_told_as_such(self, context: CheckContext) -> None:
        """No success without an output, and no endless wait either."""
        route = context.cases.result_route or context.cases.poll_route or context.cases.submit_route
        context.simulator.inject(route, Body(b"{}"), times=None)
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.5))
        assert caught.value.attempts[0].status == "failed"

    def test_a_wrong_key_is_told_as_such(self, context: CheckContext) -> None:
        """The first mistake everyone makes."""
        if not context.provider.info.key_required:
            pytest.skip("the provider needs no key")
        with pytest.raises(AuthenticationError):
            context.generate(context.config(api_key="wrong-key-of-some-length"))

    def test_a_silent_submit_ends_at_the_deadline(self, context: CheckContext) -> None:
        """`timeout` is a wall clock, everywhere."""
        context.simulator.inject(context.cases.submit_route, Hang(5.0))
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=0.4))
        assert caught.value.attempts[0].elapsed_seconds is not None
        # where the job can be looked up, a few seconds of looking are well spent
        assert caught.value.attempts[0].elapsed_seconds < (20.0 if context.can_look_up else 3.0)
        assert context.submits() == 1

    def _break_streams(self, context: CheckContext) -> None:
        """Have the status polled where it would be streamed."""
        if "streaming_status" in context.provider.features:
            context.simulator.inject("stream", Status(500), times=None)
