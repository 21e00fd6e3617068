"""Owns Runway's uploads as the simulator speaks them: a ticket, a form posted to a bucket, an address to use.

Source: runwayml 5.24.0, resources/uploads.py.
"""

from __future__ import annotations

import secrets

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    FormPart,
    RecordedRequest,
    Refusal,
    Route,
    Simulator,
    json_answer,
    text_answer,
    unknown_fields,
)

from .failures import refused

SMALLEST_BYTES = 512
LARGEST_BYTES = 200 * 1024 * 1024
LARGEST_DATA_URI = 5 * 1024 * 1024
PREFIX = "runway://uploads/"


class RunwayUploads(Simulator):
    """The upload endpoint and the bucket, which share the simulator's origin."""

    def __init__(self) -> None:
        self.uploads: dict[str, FormPart] = {}
        """What arrived in the bucket, by its `runway://` address."""
        self._tickets: dict[str, str] = {}
        super().__init__()

    def upload_routes(self) -> list[Route]:
        """The endpoint that hands out tickets, and the bucket."""
        return [
            Route("upload", "POST", "/v1/uploads", self._issue_ticket),
            Route("upload_bytes", "POST", "/bucket", self._receive, public=True),
        ]

    def _issue_ticket(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        filename = body.get("filename")
        if (
            unknown_fields(body, ("filename", "type"))
            or body.get("type") != "ephemeral"
            or not isinstance(filename, str)
        ):
            return refused([{"code": "invalid_type", "path": ["filename"], "message": "Required"}])
        if "." not in filename:
            return refused(
                [{"code": "custom", "path": ["filename"], "message": "Filename must have an extension"}]
            )
        token = secrets.token_hex(8)
        self._tickets[f"{token}/{filename}"] = f"{PREFIX}{token}"
        return json_answer(
            {
                "uploadUrl": f"{self.storage_url}/bucket",
                "fields": {"key": f"{token}/{filename}", "policy": "c2ltdWxhdGVk"},
                "runwayUri": f"{PREFIX}{token}",
            }
        )

    def _receive(self, request: RecordedRequest) -> Answer:
        """Take the form as a bucket does: signed fields first, the file last, no other credentials."""
        key, file = request.form_part("key"), request.form_part("file")
        uri = self._tickets.get(key.text) if key is not None else None
        if "Authorization" in request.headers or "X-Runway-Version" in request.headers:
            return _storage_error("InvalidArgument", 400)
        if uri is None or request.form_part("policy") is None:
            return _storage_error("AccessDenied", 403)
        if file is None or request.form[-1] is not file or not file.filename:
            return _storage_error("InvalidArgument", 400)
        if not SMALLEST_BYTES <= len(file.data) <= LARGEST_BYTES:
            return _storage_error(
                "EntityTooSmall" if len(file.data) < SMALLEST_BYTES else "EntityTooLarge", 400
            )
        self.uploads[uri] = file
        return Answer(status=204)

    def check_media(self, value: object) -> None:
        """Refuse a body that holds an address nobody uploaded to, or a `data:` URI beyond the limit."""
        if isinstance(value, dict):
            for member in value.values():
                self.check_media(member)
        elif isinstance(value, list):
            for item in value:
                self.check_media(item)
        elif isinstance(value, str) and value.startswith("data:") and len(value) > LARGEST_DATA_URI:
            raise Refusal(
                refused([{"code": "too_big", "path": [], "message": "Data URI is larger than 5 MB"}])
            )
        elif isinstance(value, str) and value.startswith("runway://") and value not in self.uploads:
            raise Refusal(refused([{"code": "custom", "path": [], "message": "Unknown upload"}]))


def _storage_error(code: str, status: int) -> Answer:
    page = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return text_answer(page, status=status, content_type="application/xml")
