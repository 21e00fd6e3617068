"""Maps a request to the body of the API that serves the model, and submits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Submission,
    accepted_id,
    default_map,
    hookimpl,
    send,
    state_of_word,
    wire,
)

from .agents_body import agents_body
from .apis import check_key, serving_call
from .dream_body import dream_body, dream_path
from .models import AGENTS
from .prices import INPUT_IMAGES
from .uploads import with_uploads


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row and give the payload the form of its API."""
    call = serving_call(call)
    return _formed(call, default_map(call, request))


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload large local media, then create the generation.

    A submit whose answer is lost stays unknown. Dream Machine lists the account's generations, but takes no id of ours: another call
    with the same prompt looks the same, so its generation could be returned, or deleted, as ours.
    """
    call = serving_call(call)
    check_key(call)
    if call.row.route == AGENTS:
        body = yield from with_uploads(call, payload)
        # for tracing only: it makes no repetition safe
        headers = {"X-Request-Id": call.idempotency_key} if call.idempotency_key else {}
        reply = yield from send(call.request("POST", "/generations", json=body, headers=headers))
    else:
        path, body = dream_path(payload)
        reply = yield from send(call.request("POST", path, json=body))
    return submission_of(call.row.route, accepted_id(reply, "id"), reply.json())


def submission_of(api: str, generation_id: str, generation: object) -> Submission:
    """Return the submission that made a generation. With `sync`, an image of Dream Machine is finished already."""
    done = state_of_word(wire.text(generation, "state")) == "completed"
    return Submission(
        job={"id": generation_id, "api": api},
        request_id=generation_id,
        state="completed" if done else "queued",
        raw=generation,
    )


def _formed(call: Call, mapped: Mapped) -> Mapped:
    adjustments = call.adjustments(mapped.adjustments)
    values = mapped.values
    if call.row.route == AGENTS:
        body = agents_body(call.modality, mapped.payload, adjustments)
        if call.modality == "image" and body["type"] != "layering":
            values = {**values, INPUT_IMAGES: len(wire.items(body, "image_ref")) + ("source" in body)}
    else:
        body = dream_body(call.modality, mapped.payload, adjustments)
    return replace(
        mapped,
        payload=body,
        values=values,
        adjustments=tuple(adjustments.made),
        takes_webhook_url=call.row.route != AGENTS,
        webhook_members={"callback_url": call.webhook_url},
    )
