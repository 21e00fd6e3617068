"""Owns the simulator's File API (resumable upload, states, download) and the objects of its Cloud Storage.

Source: google-genai 3.4.0, `files.upload` and `files.download`; Cloud Storage JSON API, objects.get.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import unquote

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    Media,
    RecordedRequest,
    Refusal,
    Route,
    json_answer,
)

from .failures import refusal
from .tokens import GoogleTokens

FILE = r"files/{id:[a-z0-9-]+}"


@dataclass
class _StoredFile:
    """A file of the File API; it is PROCESSING for the next `polls_left` looks at it."""

    media: Media
    polls_left: int
    downloadable: bool
    failed: bool = False


class GoogleFiles(GoogleTokens):
    """Files: uploaded ones (inputs) and generated ones (outputs)."""

    def _start_files(self) -> None:
        self.files: dict[str, _StoredFile] = {}
        self.objects: dict[str, Media] = {}
        """Cloud Storage: `gs://…` → content."""
        self.file_polls = 0
        """How often a new file answers that it is still PROCESSING."""
        self.files_fail = False
        """Whether new files end as FAILED."""
        self._uploads: dict[str, tuple[str, int]] = {}

    def file_routes(self) -> list[Route]:
        """The version of the path is not looked at."""
        return [
            Route("upload", "POST", "/upload/{version}/files", self._upload),
            Route("download", "GET", f"/{{version}}/{FILE}:download", self._download),
            Route("file", "GET", f"/{{version}}/{FILE}", self._describe),
            Route("object", "GET", "/storage/v1/b/{bucket}/o/{name:.+}", self._object),
        ]

    def add_file(self, data: bytes, content_type: str, *, downloadable: bool) -> str:
        """Store a file; gives its URI."""
        name = uuid.uuid4().hex[:12]
        self.files[name] = _StoredFile(
            Media(data, content_type), self.file_polls, downloadable, self.files_fail
        )
        return f"{self.url}/v1beta/files/{name}"

    def _upload(self, request: RecordedRequest) -> Answer:
        command = request.headers.get("X-Goog-Upload-Command", "")
        if command == "start":
            return self._start_upload(request)
        content_type, size = self._uploads.pop(request.query.get("upload_id", ""), ("", -1))
        if command != "upload, finalize" or request.headers.get("X-Goog-Upload-Offset") != "0":
            return refusal(400, "INVALID_ARGUMENT", "Upload command not expected here.")
        if len(request.body) != size:
            return refusal(400, "INVALID_ARGUMENT", f"Expected {size} bytes, got {len(request.body)}.")
        name = self.add_file(request.body, content_type, downloadable=False).rpartition("/")[2]
        answer = {"file": self._description(name)}
        return json_answer(answer, headers={"x-goog-upload-status": "final"})

    def _start_upload(self, request: RecordedRequest) -> Answer:
        size = request.headers.get("X-Goog-Upload-Header-Content-Length", "")
        content_type = request.headers.get("X-Goog-Upload-Header-Content-Type", "")
        resumable = request.headers.get("X-Goog-Upload-Protocol") == "resumable"
        if not resumable or not size.isdigit() or not content_type:
            return refusal(400, "INVALID_ARGUMENT", "The upload headers are incomplete.")
        identifier = uuid.uuid4().hex
        self._uploads[identifier] = (content_type, int(size))
        location = f"{self.url}{request.path}?upload_id={identifier}&upload_protocol=resumable"
        return json_answer({}, headers={"x-goog-upload-url": location, "x-goog-upload-status": "active"})

    def _describe(self, request: RecordedRequest) -> Answer:
        name = request.parameters["id"]
        stored = self._file(name)
        answer = json_answer(self._description(name))
        stored.polls_left -= 1
        return answer

    def _description(self, name: str) -> dict[str, object]:
        stored = self.files[name]
        state = "PROCESSING" if stored.polls_left > 0 else "FAILED" if stored.failed else "ACTIVE"
        uri = f"{self.url}/v1beta/files/{name}"
        found: dict[str, object] = {
            "name": f"files/{name}",
            "uri": uri,
            "mimeType": stored.media.content_type,
            "sizeBytes": str(len(stored.media.data)),
            "state": state,
            "source": "GENERATED" if stored.downloadable else "UPLOADED",
        }
        if stored.downloadable:
            found["downloadUri"] = f"{uri}:download?alt=media"
        if state == "FAILED":
            found["error"] = {"code": 13, "message": "The file could not be processed."}
        return found

    def _download(self, request: RecordedRequest) -> Answer:
        stored = self._file(request.parameters["id"])
        if not stored.downloadable or request.query.get("alt") != "media" or stored.polls_left > 0:
            return refusal(400, "INVALID_ARGUMENT", "The file is not downloadable.")
        return Answer(200, stored.media.data, {}, stored.media.content_type)

    def _object(self, request: RecordedRequest) -> Answer:
        stored = self.objects.get(
            f"gs://{request.parameters['bucket']}/{unquote(request.parameters['name'])}"
        )
        if stored is None or request.query.get("alt") != "media":
            return refusal(404, "NOT_FOUND", "No such object.")
        return Answer(200, stored.data, {}, stored.content_type)

    def _file(self, name: str) -> _StoredFile:
        if name not in self.files:
            raise Refusal(
                refusal(403, "PERMISSION_DENIED", f"You do not have permission to access the File {name}.")
            )
        return self.files[name]
