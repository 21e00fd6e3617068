"""What is sent: which endpoint serves a request, in which form its body travels, and the submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import quote, urlsplit

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpCall,
    Mapped,
    Media,
    Phrase,
    Submission,
    ValidationError,
    VideoGenerationRequest,
    accepted_id,
    default_map,
    error_in_body,
    fetch_media,
    hookimpl,
    mention,
    send,
    sniff_content_type,
    wire,
    with_transparent_masks,
    wrong_field,
)

from .errors import request_id_of
from .forms import form_parts, image_reference, is_upload
from .image_stream import is_stream, read_stream, with_stream
from .models_video import OPERATIONS
from .responses import submit_response
from .server import Server, model_name, server_of
from .settings import OpenAISettings

OWN_SCHEME = "openai"
"""`openai://video_…` names a video that the same server generated."""


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and choose between creating, editing, extending and remixing."""
    if isinstance(request, VideoGenerationRequest):
        if request.video is not None or {"video", "operation"} & set(request.extra_params):
            return _map_operation(call, request)
        return _with_model(call, default_map(call, request))
    return _map_image(call, request)


def _map_operation(call: Call, request: VideoGenerationRequest) -> Mapped:
    """Map the edit, extension or remix of an existing video."""
    operation = request.extra_params.get("operation", "edit")
    row = OPERATIONS.get(operation) if isinstance(operation, str) else None
    if row is None:
        raise ValidationError(_operation(operation) + f" is not offered; use {', '.join(OPERATIONS)}")
    mapped = default_map(call.with_row(row), request)
    video = mapped.payload.get("video")
    if isinstance(video, Media):
        video = _own_video(call, video) or video
    if video is None:
        needs = " needs the video it starts from; give " + wrong_field("video")
        raise ValidationError(f"operation={operation!r}" + needs)
    if operation == "remix" and wire.text(video, "id") is None:
        own = wrong_field("video", "openai://video_…")
        raise ValidationError("a remix starts from a video of the same server; give " + own)
    values = {**mapped.values, "video": video}
    return replace(mapped, values=values, payload={**mapped.payload, "video": video, "operation": operation})


def _operation(word: object) -> Phrase:
    return wrong_field("extra_params", word, key="operation")


def _own_video(call: Call, video: Media) -> dict[str, object] | None:
    """Return the reference of a video that this server generated, or None for any other."""
    if video.url is None:
        return None
    if video.url.startswith(f"{OWN_SCHEME}://"):
        return {"id": video.url.rpartition("/")[2]}
    if not call.is_own_origin(video.url):
        return None
    segments = urlsplit(video.url).path.split("/")
    if segments[-1] == "content" and segments[-3:-2] == ["videos"]:
        return {"id": segments[-2]}
    return None


def _map_image(call: Call, request: GenerationRequest) -> Mapped:
    settings = call.settings_as(OpenAISettings)
    in_background = settings.responses_model is not None
    if in_background:
        # the image generation tool makes one image per call
        fields = {name: mapper for name, mapper in call.row.fields.items() if name != "n"}
        call = call.with_row(replace(call.row, fields=fields))
    mapped = _with_model(call, default_map(call, request))
    _check_image(mapped.payload, in_background=in_background)
    if settings.stream and not in_background:
        return replace(mapped, payload=with_stream(mapped.payload))
    return mapped


def _check_image(payload: dict[str, object], *, in_background: bool) -> None:
    """Refuse what the endpoints would refuse or misread, and combinations that they do not take."""
    if payload.get("stream"):
        raise ValidationError(
            wrong_field("extra_params", key="stream")
            + " is not a parameter here, because not every request can be streamed; set "
            + mention("provider_config", key="stream")
            + " instead"
        )
    for name, field in (("mask", mention("mask_image")), ("markup", mention("extra_params", key="markup"))):
        if name in payload and "images" not in payload:
            raise ValidationError(
                field + " needs the image it belongs to; give it in " + wrong_field("image_list")
            )
    if not isinstance(payload.get("markup"), Media | None):
        raise ValidationError(
            "markup is not an image; declare it with extra_params_field_mapper(media=…) in your row"
        )
    if "markup" in payload and ("mask" in payload or in_background):
        raise ValidationError(
            Phrase(
                wrong_field("extra_params", key="markup"),
                " cannot be combined with ",
                mention("mask_image"),
                " or ",
                mention("provider_config", key="responses_model"),
                "; leave it out",
            )
        )
    mask = payload.get("mask")
    if (
        isinstance(mask, Media)
        and mask.content is not None
        and sniff_content_type(mask.content) != "image/png"
    ):
        raise ValidationError(
            wrong_field("mask_image")
            + " is not a PNG; use a PNG that is white (or transparent) where to repaint and black elsewhere"
        )


def _with_model(call: Call, mapped: Mapped) -> Mapped:
    return replace(mapped, payload={"model": model_name(call), **mapped.payload})


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a video job or a background response, or generate images while the connection is held."""
    server = server_of(call)
    if call.modality == "video":
        return (yield from _submit_video(server, payload))
    body = yield from _with_own_mask(call, payload)
    if server.settings.responses_model is not None:
        return (yield from submit_response(server, body, server.settings.responses_model))
    reply = yield from send((yield from _image_call(server, body)))
    answer = read_stream(reply) if is_stream(reply) else reply.json_object()
    if not wire.items(answer, "data") and (error := error_in_body(reply)) is not None:
        raise error
    return Submission(result=answer, request_id=request_id_of(reply))


def _with_own_mask(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with a mask that is transparent where to repaint (openai 3.54.0, image_edit_params, `mask`)."""
    mask = payload.get("mask")
    if not isinstance(mask, Media):
        return dict(payload)
    at_hand = yield from fetch_media(call, mask)
    return (yield from with_transparent_masks({**payload, "mask": at_hand}, ("mask",)))


def _image_call(server: Server, body: Mapping[str, object]) -> Flow[HttpCall]:
    images = wire.items(body, "images")
    if not images:
        return server.image_request("generations", json=body)
    fields = {name: value for name, value in body.items() if name not in ("images", "mask", "markup")}
    markup, mask = body.get("markup"), body.get("mask")
    # only a form has `markup`; only JSON has URLs, file ids and `moderation`
    has_files_only = all(map(is_upload, images)) and (mask is None or is_upload(mask))
    if isinstance(markup, Media) or (has_files_only and "moderation" not in body):
        files: list[Media] = []
        for image in images:
            file = yield from _form_file(server.call, image)
            files.append(file)
        fields |= {"image": files if len(files) > 1 else files[0], "mask": mask}
        if isinstance(markup, Media):
            fields["markup"] = yield from fetch_media(server.call, markup)
        return server.image_request("edits", multipart=form_parts(fields))
    fields["images"] = [image_reference(image) for image in images]
    if mask is not None:
        fields["mask"] = image_reference(mask)
    return server.image_request("edits", json=fields)


def _form_file(call: Call, image: object) -> Flow[Media]:
    if not isinstance(image, Media):
        raise ValidationError("markup cannot be combined with images given by file id; give the files")
    return (yield from fetch_media(call, image))


def _submit_video(server: Server, payload: Mapping[str, object]) -> Flow[Submission]:
    http = yield from _video_call(server, payload)
    reply = yield from send(http)
    video_id = accepted_id(reply, "id")
    return Submission(job={"kind": "video", "id": video_id}, request_id=video_id, raw=reply.json_object())


def _video_call(server: Server, payload: Mapping[str, object]) -> Flow[HttpCall]:
    fields = {name: value for name, value in payload.items() if name != "operation"}
    operation = payload.get("operation")
    if operation == "remix":
        source = quote(cast("str", wire.text(fields.pop("video"), "id")), safe="")
        return _video_request(server, f"/videos/{source}/remix", fields)
    if operation is not None:
        video = fields["video"]
        if isinstance(video, Media):
            # the API takes a video as a file or by its id, never by URL
            fields["video"] = yield from fetch_media(server.call, video)
        return _video_request(
            server, "/videos/edits" if operation == "edit" else "/videos/extensions", fields
        )
    reference = fields.get("input_reference")
    if isinstance(reference, Media) and reference.url is not None:
        fields["input_reference"] = {"image_url": reference.url}
    return _video_request(server, "/videos", fields)


def _video_request(server: Server, path: str, fields: Mapping[str, object]) -> HttpCall:
    if server.settings.multipart or any(map(is_upload, fields.values())):
        return server.request("POST", path, multipart=form_parts(fields))
    return server.request("POST", path, json=fields)
