"""What is sent: a request becomes the body of its model's protocol, and the submit sends it.

Inputs remain `Media` in the body until the submit, which uploads or inlines them (see `uploads`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from tarash.tarash_gateway.mapping import Size
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpCall,
    HttpReply,
    ImageGenerationRequest,
    Mapped,
    Submission,
    UnexpectedResponseError,
    accepted_id,
    default_map,
    error_in_body,
    hookimpl,
    wire,
)

from .connection import DEFAULT_LOCATION, VEO_LOCATION, Connection, ask, connect
from .interaction_body import calls_webhook, interaction_body
from .models import Route, bare_name, route_of, row_of
from .models_image import SIZE_FIELD, SIZES
from .settings import GoogleSettings, uses_vertex
from .status import read_interaction
from .uploads import with_uploads

# a picture takes 5 to 90 seconds, and a repeated call would generate and bill it again
IMAGE_TIMEOUT_SECONDS = 300.0
# inline media make large bodies
SUBMIT_TIMEOUT_SECONDS = 180.0

_IMAGE_CONFIG_EXTRA = ("personGeneration", "prominentPeople", "imageOutputOptions")
_PREDICTION_MEMBERS = ("instances", "parameters", "labels", "webhookConfig")


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then build the body of the model's protocol."""
    row, route = row_of(call), route_of(call)
    if route in ("predict", "predict_long_running"):
        request = _with_parameters(request)
    mapped = default_map(call.with_row(row), request)
    if route == "interactions":
        body = interaction_body(call, mapped.payload)
        return replace(
            mapped,
            payload=body,
            takes_webhook_url=calls_webhook(call, body),
            webhook_members={"webhook_config": {"uris": [call.webhook_url]}},
        )
    mapped = replace(mapped, takes_webhook_url=False)
    if route == "generate_content":
        if isinstance(request, ImageGenerationRequest) and SIZE_FIELD in row.fields:
            mapped = _with_image_size(mapped, request.size)
        return replace(mapped, payload=_content_body(mapped.payload))
    return replace(mapped, payload=_prediction_body(call, mapped.payload))


def _with_image_size(mapped: Mapped, size: str | None) -> Mapped:
    """Choose the step of a size in pixels by its long side; its shape is in the aspect ratio already."""
    pixels = Size.parse(size or "")
    if pixels is None:
        return mapped
    step = "1k" if pixels.long_side <= 1024 else "2k" if pixels.long_side <= 2048 else "4k"
    generation = dict(wire.mapping(mapped.payload, "generationConfig"))
    generation["imageConfig"] = {"imageSize": SIZES[step], **wire.mapping(generation, "imageConfig")}
    return replace(
        mapped,
        payload={**mapped.payload, "generationConfig": generation},
        values={**mapped.values, "size": step},
    )


def _content_body(flat: Mapping[str, object]) -> dict[str, object]:
    body = dict(flat)
    prompt, images = body.pop("prompt", None), wire.items(body, "images")
    body.pop("images", None)
    parts: list[object] = [] if prompt is None else [{"text": prompt}]
    moved = {name: body.pop(name) for name in _IMAGE_CONFIG_EXTRA if name in body}
    if moved:
        generation = wire.mapping(body, "generationConfig")
        body["generationConfig"] = {
            **generation,
            "imageConfig": {**wire.mapping(generation, "imageConfig"), **moved},
        }
    return {"contents": [{"role": "user", "parts": [*parts, *images]}], **body}


def _with_parameters(request: GenerationRequest) -> GenerationRequest:
    """Return the request with extra parameters that are not members of the body among `parameters`, where they replace fields."""
    body = {
        name: value
        for name, value in request.extra_params.items()
        if name in (*_PREDICTION_MEMBERS, "instance")
    }
    moved = {name: value for name, value in request.extra_params.items() if name not in body}
    if not moved:
        return request
    body["parameters"] = {**wire.mapping(body, "parameters"), **moved}
    return request.model_copy(update={"extra_params": body})


def _prediction_body(call: Call, flat: Mapping[str, object]) -> dict[str, object]:
    """Build Veo's or Imagen's body; what is not a member of it goes to `parameters`."""
    rest = dict(flat)
    instance = wire.mapping(rest, "instance")
    rest.pop("instance", None)
    references = [
        {"image": image, "referenceType": kind}
        for kind, name in (("asset", "assets"), ("style", "styles"))
        for image in wire.items(instance, name)
    ]
    instance = {name: value for name, value in instance.items() if name not in ("assets", "styles")}
    if references:
        instance["referenceImages"] = references
    body = {name: rest.pop(name) for name in _PREDICTION_MEMBERS if name in rest}
    parameters = {**wire.mapping(body, "parameters"), **rest}
    vertex = uses_vertex(call)
    if (
        vertex
        and row_of(call).accepts("generate_audio")
        and "parameters.generateAudio" in row_of(call).fields
    ):
        # Google's reference calls it required for Veo 3, and says that true is the default
        parameters.setdefault("generateAudio", True)
    if vertex and (folder := call.settings_as(GoogleSettings).storage_uri):
        parameters.setdefault("storageUri", folder)
    if route_of(call) == "predict":
        # Imagen generates and bills 4 pictures unless told otherwise
        parameters.setdefault("sampleCount", 1)
        if "seed" in parameters:
            # a watermark changes the pixels, so a seed is refused with it
            parameters.setdefault("addWatermark", False)
    return {"instances": [instance], **body, "parameters": parameters}


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Authenticate, upload or inline the inputs, and send the body by the model's protocol."""
    route = route_of(call)
    location = VEO_LOCATION if route == "predict_long_running" else DEFAULT_LOCATION
    connection = yield from connect(call, default_location=location)
    body = yield from with_uploads(connection, payload, route)
    connection, reply = yield from ask(
        call, lambda now: _submit_call(now, route, body), default_location=location
    )
    if route == "interactions":
        return _interaction(connection, reply, body)
    if route == "predict_long_running":
        return _operation(connection, reply)
    answer = reply.json_object()
    if not {"candidates", "promptFeedback", "predictions"} & set(answer):
        error = error_in_body(reply)
        if error is not None:
            raise error
    return Submission(result=answer, request_id=wire.identifier(answer, "responseId"), raw=answer)


def _submit_call(connection: Connection, route: Route, body: Mapping[str, object]) -> HttpCall:
    if route == "interactions":
        return connection.request(
            "POST",
            f"{connection.version_path}/interactions",
            json=body,
            timeout_seconds=SUBMIT_TIMEOUT_SECONDS
            if body.get("background")
            else connection.call.timeout_seconds,
        )
    method = {
        "generate_content": "generateContent",
        "predict_long_running": "predictLongRunning",
        "predict": "predict",
    }[route]
    return connection.request(
        "POST",
        connection.model_path(bare_name(connection.call.model), method),
        json=body,
        timeout_seconds=SUBMIT_TIMEOUT_SECONDS if route == "predict_long_running" else IMAGE_TIMEOUT_SECONDS,
    )


def _interaction(connection: Connection, reply: HttpReply, body: Mapping[str, object]) -> Submission:
    answer = reply.json_object()
    status = read_interaction(answer)
    if status.error is not None:
        raise status.error
    if status.state == "completed" and wire.identifier(answer, "id") is None:
        # with store=false the result has no id, and needs none
        return Submission(result=answer, raw=answer)
    identifier = accepted_id(reply, "id")
    job = {
        "protocol": "interactions",
        "path": f"{connection.version_path}/interactions/{quote(identifier, safe='')}",
        "location": connection.location,
    }
    if wire.text(body, "response_format", "delivery") == "uri":
        job["delivery"] = "uri"
    return Submission(job=job, request_id=identifier, state=status.state, raw=answer)


def _operation(connection: Connection, reply: HttpReply) -> Submission:
    name = accepted_id(reply, "name")
    version = (
        connection.version_path.split("/")[1]
        if not connection.vertex
        else connection.call.api_version or "v1"
    )
    # Vertex AI is asked for an operation at its model, by POST; the name begins with the model's path
    model, _, _ = name.rpartition("/operations/")
    if connection.vertex and not model:
        raise UnexpectedResponseError(
            f"the operation is named {name[:200]!r}, without its model", raw_response=reply.json_object()
        )
    path = f"/{version}/{model}:fetchPredictOperation" if connection.vertex else f"/{version}/{name}"
    job = {
        "protocol": "predict_long_running",
        "path": path,
        "operation": name,
        "location": connection.location,
    }
    return Submission(
        job=job, request_id=name.rpartition("/")[2], state="processing", raw=reply.json_object()
    )
