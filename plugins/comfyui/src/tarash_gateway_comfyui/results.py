"""Reads the files that a workflow has written, from the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    GenerationFailedError,
    JobReference,
    UnexpectedResponseError,
    content_type_of_name,
    hookimpl,
    send,
    wire,
)

from .server import history_path, prompt_id_of, with_auth
from .status import notes_of, read_entry

OTHER_TYPES: Mapping[str, str] = {"apng": "image/apng", "opus": "audio/ogg"}
MOVING = frozenset({"gif", "webp", "apng", "png"})
"""Image formats that are a video if they are animated."""


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Return the files of the job; previews count only if there is nothing else."""
    prompt_id = prompt_id_of(job)
    entry = wire.mapping(raw) if wire.member(raw, "outputs") is not None else {}
    if not entry:
        reply = yield from send(with_auth(call).request("GET", history_path(prompt_id)))
        entry = wire.mapping(reply.json_object(), prompt_id)
    if not entry:
        raise UnexpectedResponseError("the job has ended, but the history of the server does not have it")
    ended = read_entry(entry)
    if ended.error is not None or ended.state == "cancelled":
        # the WebSocket tells only that a job has ended
        raise ended.error or GenerationFailedError(
            "the job was interrupted on the server", raw_response=entry
        )
    found = list(_files(entry, job))
    assets = tuple(
        _asset(with_auth(call), file, is_animated)
        for file, is_animated in [item for item in found if item[0]["type"] == "output"] or found
    )
    if not assets:
        raise GenerationFailedError(_nothing(job), raw_response=entry)
    return Generated(assets=assets, seed=wire.integer(job, "seed"), raw=entry)


def _files(entry: Mapping[str, object], job: JobReference) -> Iterator[tuple[dict[str, str], bool]]:
    """Yield where each file lies, and whether it is animated, in the order of the nodes."""
    wanted = [node for node in wire.items(job, "outputs") if isinstance(node, str)]
    for node in wanted or wire.mapping(entry, "outputs"):
        lists = wire.mapping(entry, "outputs", node)
        is_animated = any(flag is True for flag in wire.items(lists, "animated")) or "gifs" in lists
        for name in lists:
            for item in wire.items(lists, name):
                filename = wire.identifier(item, "filename")
                if filename is not None:
                    folder, kind = wire.identifier(item, "subfolder"), wire.identifier(item, "type")
                    yield (
                        {"filename": filename, "subfolder": folder or "", "type": kind or "output"},
                        is_animated,
                    )


def _asset(call: Call, file: Mapping[str, str], is_animated: bool) -> Asset:
    ending = file["filename"].rpartition(".")[2].lower()
    # the key of a list says little: `images` also holds the videos of SaveVideo
    content_type = OTHER_TYPES.get(ending) or content_type_of_name(file["filename"]) or None
    kind = (content_type or "other").partition("/")[0]
    if kind == "image" and is_animated and ending in MOVING and call.modality == "video":
        kind = "video"
    return Asset(kind=kind, download=call.request("GET", "/view", query=file), content_type=content_type)


def _nothing(job: JobReference) -> str:
    reasons = "; ".join(notes_of(job))
    return (
        f"the workflow ended without a file{f': {reasons}' if reasons else ''}; it needs a node that saves one, and an older server "
        "names no files of a workflow that it has in its cache: change the seed"
    )
