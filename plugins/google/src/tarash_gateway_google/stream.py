"""Follows the event stream of an interaction (google-genai 3.6.1, `interactions.get(stream=True)`)."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    hookimpl,
    state_of_word,
    wire,
)

from .connection import connect
from .status import STATES, location_of, path_of

SILENCE_SECONDS = 60.0
"""Nothing is sent while a clip renders, for half a minute as a rule. A stream that stays silent for twice as long may have stopped for
good, as reported in Google's developer forum (topic 143099, "Streaming resume broken on Interactions API")."""


@hookimpl
def tarash_stream(call: Call, job: JobReference) -> Flow[StatusStream | None]:
    """Describe the stream of an interaction whose video is linked to; None for other jobs.

    Google repeats the events from the first one, so nothing is missed. A video inside the events would be larger than an event
    may be.
    """
    if job.get("protocol") != "interactions" or job.get("delivery") != "uri":
        return None
    connection = yield from connect(call, job_location=location_of(job))
    return StatusStream(
        call=connection.request(
            "GET", f"{path_of(job)}?stream=true", headers={"Accept": "text/event-stream"}
        ),
        read=read_event,
        silence_seconds=SILENCE_SECONDS,
        # the interaction in the last event has no steps, and nothing says why it failed
        ends_with_status=False,
    )


def read_event(event: ServerEvent) -> JobStatus | None:
    """Read one event; None for the steps of the model, whose content is polled.

    Raises:
        UnexpectedResponseError: the event is cut, or it is the "[DONE]" after which the server closes the stream.
    """
    body = event.json_object()
    kind = wire.text(body, "event_type") or event.event
    if kind == "error":
        # of the interaction or of the stream alone: the poll that follows tells
        return JobStatus(state="failed", raw=body)
    word = wire.text(body, "status") or wire.text(body, "interaction", "status")
    if word is None:
        return JobStatus(state="completed", raw=body) if kind == "interaction.completed" else None
    return JobStatus(state=state_of_word(word.lower(), STATES), raw=body)
