"""How a finished job's result is listed: media inside of an answer, or links with what opens them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    HttpCall,
    JobReference,
    UnexpectedResponseError,
    wire,
)

from .answer_image import content_images, decoded, predicted_images
from .answer_interaction import output_media, read_interaction
from .answer_operation import output_videos
from .connection import Connection, connect
from .models import route_of
from .status import fetch_job, file_name

DOWNLOAD_TIMEOUT_SECONDS = 600.0


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the outputs; a webhook's delivery only names the job, so the result is fetched then."""
    body = wire.mapping(raw)
    if job.get("protocol") == "interactions" and not body.get("steps"):
        _, body = yield from fetch_job(call, job)
        status = read_interaction(body)
        if status.error is not None:
            raise status.error
        if status.state != "completed":
            raise UnexpectedResponseError(
                f"the interaction is announced as ended, but is {status.state}", raw_response=body
            )
    assets = yield from _assets(call, job, body)
    return Generated(assets=assets, raw=wire.without_base64(body))


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
    file = file_name(connection, uri)
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
