"""Conformance checks for status streams: a declared stream is used, and a broken one loses no job."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ....exceptions import TarashException
from ....plugin.outcomes import JobStatus, StatusStream
from ....steps import ServerEvent
from ...simulator.faults import Fault, Html, Reset, Status, TruncatedJson
from ..context import CheckContext, in_every_mode
from ..explaining import explain_failures
from .generations import UNKNOWN_WORD

BROKEN_STREAMS = [
    pytest.param(Status(500), id="refused"),
    pytest.param(Status(404), id="unknown"),
    pytest.param(Reset(), id="reset"),
    pytest.param(TruncatedJson(), id="broken-off"),
    pytest.param(Html(), id="html"),
]


POLLS = 3
"""So many states a stream shows before the last."""
UNFINISHED = ("queued", "processing")


@explain_failures
class StreamChecks:
    """What users suffer if a status stream is declared, but does not work."""

    @in_every_mode
    def test_the_status_stream_is_used(self, context: CheckContext) -> None:
        """A stream that never works costs a request for every job and saves none: users wait as long as with polling.

        To fix: compare the URL in `tarash_stream` and the words in `read` with what the provider sends. The stream must carry the
        last status, too; if that has neither the result nor the reason of a failure, set `ends_with_status=False`.
        """
        self._needs_a_stream(context)
        job = context.submit()
        stream = context.run_hook("tarash_stream", StatusStream, job=job.reference)
        response = context.generate()
        assert response.status == "completed"
        opened, polled = (
            context.simulator.count(route) for route in (context.cases.stream_route, context.cases.poll_route)
        )
        assert opened == 1, f"the status stream was opened {opened} times; the job was polled {polled} times"
        # the core polls once where the stream has no whole status
        allowed = (not stream.begins_with_status) + (not stream.ends_with_status)
        assert polled <= allowed, (
            f"the stream was opened, but did not end the wait: the job was polled {polled} times"
        )

    @pytest.mark.parametrize("fault", BROKEN_STREAMS)
    def test_a_broken_stream_does_not_lose_the_job(self, context: CheckContext, fault: Fault) -> None:
        """A stream that breaks must not lose a job that is paid for.

        To fix: let `read` return None for an event without a status, and write `tarash_poll` as if there were no stream.
        """
        self._needs_a_stream(context)
        context.simulator.inject(context.cases.stream_route, fault, times=None)
        assert context.generate().status == "completed"
        assert context.submits() == 1

    def test_an_unknown_status_on_the_stream_keeps_the_job(self, context: CheckContext) -> None:
        """A status word that the provider introduces later must not lose jobs, on the stream as little as in a poll.

        To fix: read the words in `StatusStream.read` with `state_of_word(word, STATES)`, as in `tarash_poll`; for an event that is
        not a status, return None.
        """
        self._needs_a_stream(context)
        context.simulator.polls_until_done = POLLS
        with context.wire.recording() as wire:
            job = context.submit()
            stream = context.run_hook("tarash_stream", StatusStream, job=job.reference)
            context.gateway.resume(job, config=context.config())
            events = [changed for event in wire.events if (changed := _with_unknown_word(context, event))]
        if not events:
            pytest.skip("no event of the stream carries a status word of the cases")
        for event in events:
            status = _read(stream, event)
            state = "processing" if status is None else status.state
            assert state in UNFINISHED, f"{event.data[:200]} was read as {state!r}"
        context.conforming.show_status(UNKNOWN_WORD, times=2)
        assert context.generate().status == "completed"

    def _needs_a_stream(self, context: CheckContext) -> None:
        if "streaming_status" not in context.provider.features:
            pytest.skip("the plugin has no status stream")


def _with_unknown_word(context: CheckContext, event: ServerEvent) -> ServerEvent | None:
    """Return the event with an unknown word in place of that of an unfinished job; None if it has none."""
    words = [word for word, state in context.cases.status_words.items() if state in UNFINISHED]
    data = event.data
    for word in words:
        data = data.replace(f'"{word}"', f'"{UNKNOWN_WORD}"')
    return None if data == event.data else replace(event, data=data)


def _read(stream: StatusStream, event: ServerEvent) -> JobStatus | None:
    try:
        return stream.read(event)
    except TarashException:
        # the core then polls
        return None
