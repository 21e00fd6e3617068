"""Owns the Files API of Luma's Agents API: both ways of uploading, listing, deletion, and the storage.

Source: luma-agents 0.5.0 (files); Agents API documentation, read 2026-11-22.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    Simulator,
    json_answer,
    text_answer,
)

from .failures import refused

MAX_FILE_BYTES = 5 * 1024**3
PURPOSES = ("input", "reference")


@dataclass(eq=False)
class LumaFile:
    """One file of the account; `checks` counts how often its state was read since the bytes were complete."""

    mime_type: str
    size_bytes: int
    filename: str | None
    purpose: str
    user_id: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "pending"
    data: bytes = b""
    is_complete: bool = False
    checks: int = 0
    failure_reason: str | None = None

    def view(self) -> dict[str, object]:
        """The file as the API shows it."""
        return {
            "id": self.id,
            "created_at": datetime.now(UTC).isoformat(),
            "mime_type": self.mime_type,
            "purpose": self.purpose,
            "size_bytes": self.size_bytes,
            "state": self.state,
            "filename": self.filename,
            "failure_reason": self.failure_reason,
            "user_id": self.user_id,
        }


class LumaFiles(Simulator):
    """The file side of the simulator.

    Route names: file_create, file_complete, file, file_list, file_delete, upload, output.
    """

    api_key: ClassVar[str] = "luma-api-simulated-secret"

    def __init__(self) -> None:
        self.checks_until_ready = 1
        """How many reads of a complete file still answer `pending`."""
        self.rejected_files: dict[str, str] = {}
        """Filename → reason with which its ingest fails."""
        self.files: dict[str, LumaFile] = {}
        """Every file, oldest first."""
        self._outputs: dict[str, tuple[bytes, str]] = {}
        super().__init__()

    def file_routes(self) -> list[Route]:
        """The endpoints under /v1/files, the signed upload and the signed download."""
        return [
            Route("file_create", "POST", "/v1/files", self._create_file),
            Route("file_list", "GET", "/v1/files", self._list_files),
            Route("file_complete", "POST", "/v1/files/{id}/complete", self._complete_file),
            Route("file", "GET", "/v1/files/{id}", self._show_file),
            Route("file_delete", "DELETE", "/v1/files/{id}", self._delete_file),
            Route("upload", "PUT", "/bucket/{id}", self._receive, public=True),
            Route("output", "GET", "/bucket/outputs/{token}/{name}", self._serve_output, public=True),
        ]

    def is_ready(self, file_id: str) -> bool:
        """Whether a generation may refer to the file."""
        file = self.files.get(file_id)
        return file is not None and file.state == "ready"

    def signed_output(self, name: str, data: bytes, content_type: str) -> str:
        """Serve an output under a fresh signed address."""
        token = secrets.token_hex(8)
        self._outputs[token] = (data, content_type)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"{self.storage_url}/bucket/outputs/{token}/{name}?X-Amz-Date={stamp}&X-Amz-Expires=3600"

    def expire_links(self) -> None:
        """Let every address given out so far answer 403, as after an hour."""
        self._outputs.clear()

    def _create_file(self, request: RecordedRequest) -> Answer:
        if request.form:
            return self._create_inline(request)
        body = request.json_object()
        size = body.get("size_bytes")
        if not isinstance(body.get("mime_type"), str) or not isinstance(size, int):
            raise refused(422, "mime_type and size_bytes are required")
        if not 0 < size <= MAX_FILE_BYTES:
            raise refused(413, "File exceeds 5 GiB")
        file = self._add_file(body, size)
        upload: dict[str, object] = {
            "url": f"{self.storage_url}/bucket/{file.id}?X-Amz-Signature={file.token}",
            "method": "PUT",
            "headers": {"Content-Type": file.mime_type},
            "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        }
        return self._ticket(file, upload)

    def _create_inline(self, request: RecordedRequest) -> Answer:
        part = request.form_part("file")
        if part is None:
            raise refused(422, "the part 'file' is missing")
        fields: dict[str, object] = {item.name: item.text for item in request.form if item.name != "file"}
        fields |= {"mime_type": part.content_type or "application/octet-stream", "filename": part.filename}
        file = self._add_file(fields, len(part.data))
        file.data, file.is_complete = part.data, True
        return self._ticket(file, None)

    def _add_file(self, fields: Mapping[str, object], size_bytes: int) -> LumaFile:
        purpose = str(fields.get("purpose") or "input")
        if purpose not in PURPOSES:
            raise refused(422, f"purpose must be one of {', '.join(PURPOSES)}")
        file = LumaFile(
            mime_type=str(fields["mime_type"]),
            size_bytes=size_bytes,
            filename=_text(fields.get("filename")),
            purpose=purpose,
            user_id=_text(fields.get("user_id")),
        )
        self.files[file.id] = file
        return file

    def _ticket(self, file: LumaFile, upload: dict[str, object] | None) -> Answer:
        body = {"id": file.id, "state": file.state, "file": file.view(), "upload": upload}
        return json_answer(body, status=201)

    def _receive(self, request: RecordedRequest) -> Answer:
        file = self.files.get(request.parameters["id"])
        if "Authorization" in request.headers:
            return text_answer(
                "<Error><Code>InvalidRequest</Code></Error>", status=400, content_type="text/xml"
            )
        if file is None or request.query.get("X-Amz-Signature") != file.token:
            return text_answer(
                "<Error><Code>AccessDenied</Code></Error>", status=403, content_type="text/xml"
            )
        if request.headers.get("Content-Type") != file.mime_type or len(request.body) != file.size_bytes:
            mismatch = "<Error><Code>SignatureDoesNotMatch</Code></Error>"
            return text_answer(mismatch, status=403, content_type="text/xml")
        file.data = request.body
        return Answer(200, b"")

    def _complete_file(self, request: RecordedRequest) -> Answer:
        file = self._file(request)
        if not file.data:
            raise refused(409, "The file's bytes were not uploaded")
        file.is_complete = True
        return json_answer(file.view())

    def _show_file(self, request: RecordedRequest) -> Answer:
        file = self._file(request)
        if file.is_complete and file.state == "pending":
            file.checks += 1
            if file.checks > self.checks_until_ready:
                file.failure_reason = self.rejected_files.get(file.filename or "")
                file.state = "failed" if file.failure_reason else "ready"
        return json_answer(file.view())

    def _list_files(self, request: RecordedRequest) -> Answer:
        query = request.query
        found = [
            file
            for file in reversed(self.files.values())
            if query.get("purpose", file.purpose) == file.purpose
            and query.get("state", file.state) == file.state
        ]
        start, limit = int(query.get("cursor", "0")), int(query.get("limit", "25"))
        if not 1 <= limit <= 100:
            raise refused(422, "limit must be 1 to 100")
        more = len(found) > start + limit
        page = [file.view() for file in found[start : start + limit]]
        return json_answer(
            {"data": page, "has_more": more, "next_cursor": str(start + limit) if more else None}
        )

    def _delete_file(self, request: RecordedRequest) -> Answer:
        self._file(request).state = "deleted"
        return Answer(204)

    def _file(self, request: RecordedRequest) -> LumaFile:
        file = self.files.get(request.parameters["id"])
        if file is None:
            raise refused(404, "File not found")
        return file

    def _serve_output(self, request: RecordedRequest) -> Answer:
        if "Authorization" in request.headers:
            return text_answer(
                "<Error><Code>InvalidRequest</Code></Error>", status=400, content_type="text/xml"
            )
        if request.parameters["token"] not in self._outputs:
            return text_answer(
                "<Error><Code>AccessDenied</Code></Error>", status=403, content_type="text/xml"
            )
        data, content_type = self._outputs[request.parameters["token"]]
        return Answer(200, data, {}, content_type)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
