"""Puts the values of a request into the workflow, and submits it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpReply,
    Mapped,
    Phrase,
    Submission,
    ValidationError,
    accepted_id,
    default_map,
    hookimpl,
    mention,
    send,
    wire,
    wrong_field,
)

from .errors import node_problems
from .inputs import SEVERAL, Inputs, find_inputs, frame_rate
from .models import WORKFLOW
from .server import with_auth
from .settings import ComfyUISettings
from .uploads import with_uploads
from .workflow import Place, Workflow

FRAME_COUNTS = frozenset({"length", "num_frames", "frames", "video_frames", "frame_count", "batch_size"})
"""Inputs that count frames; any other input for a duration takes seconds."""
FRAMES_PER_LATENT = {"LTXV": 8}
"""Frames between two latent frames by beginning of the class of a node: a video has a multiple of them, and one frame more."""
USUAL_FRAMES_PER_LATENT = 4


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Return the workflow with the values of the request in it.

    The payload has the workflow as `prompt`, ids of the nodes with the result as `outputs`, and as `random_inputs` the inputs that
    get a random seed: the server does not generate again what it has in its cache.
    """
    mapped = default_map(call, request)
    graph = call.row.constants.get(WORKFLOW)
    if not isinstance(graph, Mapping):
        return mapped
    workflow, settings = Workflow(cast("Mapping[str, object]", graph)), call.settings_as(ComfyUISettings)
    inputs = find_inputs(workflow, settings)
    set_inputs: dict[Place, object] = {}
    for name, value in mapped.payload.items():
        if name == "size" and isinstance(value, Mapping):
            for side in ("width", "height"):
                set_inputs |= dict.fromkeys(inputs.places.get(side, ()), value[side])
        elif name in inputs.places:
            set_inputs |= _set(workflow, inputs, settings, name, value)
        elif name != WORKFLOW or name in request.extra_params:
            set_inputs[_extra(workflow, name)] = value
    seeds = [place for place in inputs.places.get("seed", ()) if place not in set_inputs]
    payload: dict[str, object] = {
        "prompt": _with_values(workflow, set_inputs),
        "outputs": list(inputs.outputs),
        "random_inputs": [[place.node, place.input] for place in seeds],
    }
    return replace(mapped, payload=payload)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload the inputs, and queue the workflow under an id of our own, by which it is found if the answer is lost."""
    server = with_auth(call)
    prompt_id = own_prompt_id(call)
    graph = yield from with_uploads(server, wire.mapping(payload, "prompt"))
    key = call.settings_as(ComfyUISettings).comfy_org_api_key
    body: dict[str, object] = {
        "prompt": _with_seeds(graph, payload, _seed(call)),
        "prompt_id": prompt_id,
        # the server tells this client, and no other, what becomes of the job
        "client_id": prompt_id,
    }
    if key:
        body["extra_data"] = {"api_key_comfy_org": key.reveal()}
    http = server.request("POST", "/prompt", json=body)
    reply = yield from send(replace(http, secrets=(key.reveal(),)) if key else http)
    return read_submission(call, payload, accepted_id(reply, "prompt_id"), _left_out(reply))


def own_prompt_id(call: Call) -> str:
    """Return the id of the attempt's job; current servers take a canonical UUID only."""
    return str(uuid.UUID(hex=call.idempotency_key))


def _seed(call: Call) -> int:
    """Return the random seed of the attempt, for inputs without one; a second try of the attempt has the same."""
    # some nodes take no more than 31 bits
    return uuid.UUID(hex=call.idempotency_key).int >> 97


def read_submission(
    call: Call, payload: Mapping[str, object], prompt_id: str, left_out: list[str]
) -> Submission:
    """Return the submission of the job `prompt_id`; `left_out` says of which outputs the server makes none, and why."""
    graph = wire.mapping(payload, "prompt")
    job: dict[str, object] = {"prompt_id": prompt_id, "nodes": len(graph)}
    if wire.items(payload, "random_inputs"):
        job["seed"] = _seed(call)
    if outputs := wire.items(payload, "outputs"):
        job["outputs"] = outputs
    if left_out:
        job["left_out"] = left_out
    return Submission(job=job, request_id=prompt_id)


def _left_out(reply: HttpReply) -> list[str]:
    """Return why the server does not make some of the outputs, although it makes the others."""
    return node_problems(wire.mapping(reply.json_object(), "node_errors"))[:5]


def _extra(workflow: Workflow, name: str) -> Place:
    try:
        return workflow.place(name)
    except ValidationError as error:
        raise ValidationError(
            wrong_field("extra_params", key=name)
            + f" is not an input of the workflow, such as '3.steps': {error.message}"
        ) from error


def _set(
    workflow: Workflow, inputs: Inputs, settings: ComfyUISettings, name: str, value: object
) -> dict[Place, object]:
    places = inputs.places[name]
    if name in SEVERAL and isinstance(value, list):
        images = cast("list[object]", value)
        if len(images) < len(places):
            raise ValidationError(
                f"the workflow takes {len(places)} images of the role {name}, but the request has {len(images)}; pass {len(places)}"
            )
        return dict(zip(places, images, strict=True))
    if name == "duration_seconds" and isinstance(value, int | float):
        return {place: _length(workflow, settings, place, value) for place in places}
    return dict.fromkeys(places, value)


def _length(workflow: Workflow, settings: ComfyUISettings, place: Place, seconds: float) -> float:
    """Return a duration as the input takes it: in frames or in seconds, as a whole number if the workflow has one there."""
    present = workflow.inputs(place.node).get(place.input)
    if place.input not in FRAME_COUNTS:
        return round(seconds) if isinstance(present, int) else float(seconds)
    rate = frame_rate(workflow, settings)
    if rate is None:
        raise ValidationError(
            Phrase(
                wrong_field("duration_seconds"),
                f" sets the frames in {place} of the workflow, which does not say how many a second has; set ",
                mention("provider_config", {"frames_per_second": ...}),
            )
        )
    if place.input != "length":
        return max(round(seconds * rate), 1)
    kind = wire.text(workflow.graph, place.node, "class_type") or ""
    step = next((step for name, step in FRAMES_PER_LATENT.items() if name in kind), USUAL_FRAMES_PER_LATENT)
    return round(seconds * rate / step) * step + 1


def _with_values(workflow: Workflow, values: Mapping[Place, object]) -> dict[str, object]:
    """Return a copy of the graph with these inputs set."""
    graph = {node: dict(wire.mapping(workflow.graph, node)) for node in workflow.graph}
    for place, value in values.items():
        graph[place.node]["inputs"] = {**wire.mapping(graph[place.node], "inputs"), place.input: value}
    return dict(graph)


def _with_seeds(graph: Mapping[str, object], payload: Mapping[str, object], seed: int) -> dict[str, object]:
    """Set the inputs that get a random seed."""
    places = (
        Place(node, name)
        for pair in wire.items(payload, "random_inputs")
        if (node := wire.text(pair, 0)) and (name := wire.text(pair, 1)) and node in graph
    )
    return _with_values(Workflow(graph), dict.fromkeys(places, seed))
