"""How a job is asked about, its result listed, and how it is cancelled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationFailedError,
    HttpCall,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    send,
    wire,
)

from .answer_image import content_images, decoded, predicted_images
from .answer_interaction import output_media, read_interaction
from .answer_operation import output_videos, read_operation
from .connection import Connection, ask, connect
from .models import route_of

# one answer may hold four whole videos
STATUS_TIMEOUT_SECONDS = 120.0
DOWNLOAD_TIMEOUT_SECONDS = 600.0
_FILE = re.compile(r"/files/([A-Za-z0-9_-]+)")


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the job stands; an interaction is finished when its files can be read, too."""
    connection, body = yield from _fetch(call, job)
    if job.get("protocol") != "interactions":
        return read_operation(body)
    status = read_interaction(body)
    if status.state != "completed":
        return status
    for media in output_media(body):
        state = yield from _file_state(connection, wire.text(media, "uri") or "")
        if state == "PROCESSING":
            return JobStatus(state="processing", raw=body)
        if state == "FAILED":
            error = GenerationFailedError(
                "the finished video could not be stored by the provider", raw_response=body
            )
            return JobStatus(state="failed", raw=body, error=error)
    return status


def _fetch(call: Call, job: JobReference) -> Flow[tuple[Connection, dict[str, object]]]:
    path, operation = str(job["path"]), job.get("operation")

    def build(connection: Connection) -> HttpCall:
        if connection.vertex and operation is not None:
            # Vertex AI is asked by POST, which only reads
            return connection.request(
                "POST",
                path,
                json={"operationName": operation},
                timeout_seconds=STATUS_TIMEOUT_SECONDS,
                repeatable=True,
            )
        return connection.request("GET", path, timeout_seconds=STATUS_TIMEOUT_SECONDS)

    connection, reply = yield from ask(call, build, job_location=str(job.get("location") or ""))
    return connection, reply.json_object()


def _file_state(connection: Connection, uri: str) -> Flow[str | None]:
    """Return the state of a file of the File API; None for other links, and when the file does not tell."""
    name = _file_name(connection, uri)
    if name is None:
        return None
    reply = yield from send(
        connection.request(
            "GET", f"{connection.version_path}/files/{name}", accept_statuses=frozenset({403, 404})
        )
    )
    return wire.text(reply.json_object(), "state") if reply.is_success else None


def _file_name(connection: Connection, uri: str) -> str | None:
    """Return the name of a file of the File API, also where a server in between passes Google's own link on."""
    if connection.vertex or not (connection.call.is_own_origin(uri) or uri.startswith(connection.google_url)):
        return None
    found = _FILE.search(uri)
    return found[1] if found else None


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the outputs; a webhook's delivery only names the job, so the result is fetched then."""
    body = wire.mapping(raw)
    if job.get("protocol") == "interactions" and not body.get("steps"):
        _, body = yield from _fetch(call, job)
        status = read_interaction(body)
        if status.error is not None:
            raise status.error
        if status.state != "completed":
            raise UnexpectedResponseError(
                f"the interaction is announced as ended, but is {status.state}", raw_response=body
            )
    assets = yield from _assets(call, job, body)
    return Generated(assets=assets, raw=body)


def _assets(call: Call, job: JobReference, body: Mapping[str, object]) -> Flow[tuple[Asset, ...]]:
    protocol = job.get("protocol") or route_of(call)
    if protocol == "generate_content":
        return content_images(body)
    if protocol == "predict" and (images := predicted_images(body)):
        return images
    connection = yield from connect(call, job_location=str(job.get("location") or ""))
    if protocol == "interactions":
        found = [_interaction_asset(connection, media) for media in output_media(body)]
    elif protocol == "predict":
        found = [_asset(connection, "image", item) for item in wire.items(body, "predictions")]
    else:
        found = [_asset(connection, "video", video) for video in output_videos(body)]
    return tuple(found)


def _interaction_asset(connection: Connection, media: Mapping[str, object]) -> Asset:
    kind: Literal["video", "image"] = "image" if media.get("type") == "image" else "video"
    content_type = wire.text(media, "mime_type")
    if data := wire.text(media, "data"):
        return Asset(kind=kind, content=decoded(data), content_type=content_type)
    return _linked(connection, kind, wire.text(media, "uri") or "", content_type)


def _asset(connection: Connection, kind: Literal["video", "image"], item: object) -> Asset:
    content_type = wire.text(item, "mimeType")
    if data := wire.text(item, "bytesBase64Encoded"):
        return Asset(kind=kind, content=decoded(data), content_type=content_type)
    return _linked(connection, kind, wire.text(item, "gcsUri") or wire.text(item, "uri") or "", content_type)


def _linked(
    connection: Connection, kind: Literal["video", "image"], uri: str, content_type: str | None
) -> Asset:
    """Return an output behind a link; the credentials go to the platform and Cloud Storage only."""
    if uri.startswith("gs://"):
        bucket, _, name = uri.removeprefix("gs://").partition("/")
        address = (
            f"{connection.settings.storage_base_url}/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
        )
        download = HttpCall(
            method="GET", url=address, headers=connection.headers, timeout_seconds=DOWNLOAD_TIMEOUT_SECONDS
        )
        return Asset(kind=kind, download=download, content_type=content_type)
    own = connection.call.is_own_origin(uri)
    file = _file_name(connection, uri)
    if file is not None and not (own and ":download" in uri):
        uri, own = f"{connection.base_url}{connection.version_path}/files/{file}:download?alt=media", True
    if own:
        download = HttpCall(
            method="GET", url=uri, headers=connection.headers, timeout_seconds=DOWNLOAD_TIMEOUT_SECONDS
        )
        return Asset(kind=kind, download=download, content_type=content_type)
    if not uri.startswith(("http://", "https://")):
        raise UnexpectedResponseError(f"the result is at {uri[:80]!r}, which is no address that can be read")
    return Asset(kind=kind, url=uri, content_type=content_type)


def cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel an interaction; Veo's operations cannot be cancelled (Vertex AI reference, 2026-11-22)."""
    if job.get("protocol") != "interactions":
        return Cancellation(outcome="refused")

    def build(connection: Connection) -> HttpCall:
        # cancelling twice is cancelling once
        return connection.request(
            "POST",
            f"{job['path']}/cancel",
            json={},
            repeatable=True,
            accept_statuses=frozenset({400, 404, 409}),
        )

    _, reply = yield from ask(call, build, job_location=str(job.get("location") or ""))
    if reply.status == 404:
        return Cancellation(outcome="unknown")
    if not reply.is_success:
        return Cancellation(outcome="finished" if reply.status == 400 else "refused")
    state = read_interaction(reply.json_object()).state
    return Cancellation(outcome="finished" if state == "completed" else "accepted")
