"""Owns Replicate's files API as the simulator speaks it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import ssl

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    Simulator,
    json_answer,
)

from .failures import NOT_FOUND, problem


class ReplicateFiles(Simulator):
    """Upload, read, list and delete input files."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.files: dict[str, dict[str, object]] = {}
        """The uploaded files by id, as the API describes them."""
        super().__init__(ssl_context=ssl_context)

    def file_routes(self) -> list[Route]:
        """The endpoints under /v1/files."""
        return [
            Route("upload", "POST", "/v1/files", self._upload),
            Route("files", "GET", "/v1/files", self._list_files),
            Route("file", "GET", "/v1/files/{id}", self._get_file),
            Route("delete_file", "DELETE", "/v1/files/{id}", self._delete_file),
        ]

    def _upload(self, request: RecordedRequest) -> Answer:
        part = request.form_part("content")
        if part is None or part.filename is None:
            return problem(400, "Bad request", "Missing content")
        file_id = secrets.token_hex(13)
        metadata = request.form_part("metadata")
        content_type = part.content_type or "application/octet-stream"
        now = dt.datetime.now(dt.UTC)
        checksum = hashlib.sha256(part.data).hexdigest()
        self.store_media(file_id, part.data, content_type)
        self.files[file_id] = {
            "id": file_id,
            "name": part.filename,
            "etag": checksum,
            "checksums": {"sha256": checksum},
            "content_type": content_type,
            "size": len(part.data),
            "metadata": json.loads(metadata.text) if metadata is not None else {},
            "created_at": now.isoformat(),
            "expires_at": (now + dt.timedelta(hours=24)).isoformat(),
            "urls": {"get": f"{self.url}/v1/files/{file_id}"},
        }
        return json_answer(self.files[file_id], status=201)

    def _list_files(self, request: RecordedRequest) -> Answer:
        return json_answer({"previous": None, "next": None, "results": list(self.files.values())})

    def _get_file(self, request: RecordedRequest) -> Answer:
        file = self.files.get(request.parameters["id"])
        return NOT_FOUND if file is None else json_answer(file)

    def _delete_file(self, request: RecordedRequest) -> Answer:
        return NOT_FOUND if self.files.pop(request.parameters["id"], None) is None else Answer(204)
