"""Owns fal's storage as the simulator speaks it: uploads by signed URL, by CDN token and in parts."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import ssl

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Refusal,
    Route,
    Simulator,
    json_answer,
)

STORAGE_TYPES = ("fal-cdn-v3", "gcs")


class FalStorage(Simulator):
    """The storage, token and CDN hosts of fal, which share the simulator's one origin."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._declared_types: dict[str, str] = {}
        self._upload_tokens: set[str] = set()
        self._multipart_parts: dict[str, dict[int, tuple[str, bytes]]] = {}
        super().__init__(ssl_context=ssl_context)

    def storage_routes(self) -> list[Route]:
        """The endpoints of rest.fal.ai and v3.fal.media."""
        return [
            Route("upload", "POST", "/storage/upload/initiate", self._initiate_upload),
            Route("token", "POST", "/storage/auth/token", self._issue_token),
            Route("upload_bytes", "PUT", "/storage/signed/{name:.+}", self._receive_signed, public=True),
            Route("cdn_upload", "POST", "/files/upload", self._receive_with_token, public=True),
            Route("multipart", "POST", "/files/upload/multipart", self._start_multipart, public=True),
            Route(
                "multipart_part",
                "PUT",
                "/files/{name:.+}/multipart/{id}/{part}",
                self._receive_part,
                public=True,
            ),
            Route(
                "multipart_end",
                "POST",
                "/files/{name:.+}/multipart/{id}/complete",
                self._end_multipart,
                public=True,
            ),
            Route("file", "GET", "/files/{name:.+}", self._serve_file, public=True),
            Route("file", "HEAD", "/files/{name:.+}", self._serve_file, public=True),
        ]

    def origin(self, request: RecordedRequest) -> str:
        """The origin that the client believes it talks to."""
        return self.file_origin or f"{self.url.partition(':')[0]}://{request.headers['Host']}"

    def put_file(self, request: RecordedRequest, name: str, data: bytes, content_type: str) -> str:
        """Keep a file and give its CDN URL."""
        self.store_media(name, data, content_type)
        return f"{self.origin(request)}/files/{name}"

    def _initiate_upload(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        name, content_type = body.get("file_name"), body.get("content_type")
        if request.query.get("storage_type") not in STORAGE_TYPES:
            return json_answer({"detail": "Unknown storage type"}, status=400)
        if not isinstance(name, str) or not isinstance(content_type, str):
            return json_answer({"detail": "file_name and content_type are required"}, status=422)
        path = f"{secrets.token_hex(4)}/{name}"
        self._declared_types[path] = content_type
        origin = self.origin(request)
        signature = hashlib.sha256(f"{self.api_key}{path}".encode()).hexdigest()
        upload_url = f"{origin}/storage/signed/{path}?signature={signature}"
        return json_answer({"upload_url": upload_url, "file_url": f"{origin}/files/{path}"})

    def _receive_signed(self, request: RecordedRequest) -> Answer:
        name = request.parameters["name"]
        expected = hashlib.sha256(f"{self.api_key}{name}".encode()).hexdigest()
        if request.query.get("signature") != expected:
            return json_answer({"detail": "Signature does not match"}, status=403)
        if request.headers.get("Content-Type") != self._declared_types.get(name):
            return json_answer({"detail": "Content type differs from the declared one"}, status=403)
        self.store_media(name, request.body, request.headers["Content-Type"])
        return Answer()

    def _issue_token(self, request: RecordedRequest) -> Answer:
        if request.query.get("storage_type") != "fal-cdn-v3":
            return json_answer({"detail": "Unknown storage type"}, status=400)
        token = secrets.token_urlsafe(12)
        self._upload_tokens.add(token)
        expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
        return json_answer(
            {
                "token": token,
                "token_type": "Bearer",
                "base_url": self.origin(request),
                "expires_at": expires_at.isoformat(),
            }
        )

    def _receive_with_token(self, request: RecordedRequest) -> Answer:
        self._require_token(request)
        name = f"{secrets.token_hex(4)}/{request.headers.get('X-Fal-File-Name', 'upload.bin')}"
        url = self.put_file(request, name, request.body, request.headers["Content-Type"])
        return json_answer({"access_url": url})

    def _start_multipart(self, request: RecordedRequest) -> Answer:
        self._require_token(request)
        upload_id = secrets.token_hex(8)
        name = f"{secrets.token_hex(4)}/{request.headers['X-Fal-File-Name']}"
        self._multipart_parts[upload_id] = {}
        self._declared_types[name] = request.headers["Content-Type"]
        return json_answer({"access_url": f"{self.origin(request)}/files/{name}", "uploadId": upload_id})

    def _receive_part(self, request: RecordedRequest) -> Answer:
        self._require_token(request)
        parts = self._multipart_parts.get(request.parameters["id"])
        if parts is None:
            return self.not_found(request)
        etag = hashlib.sha256(request.body).hexdigest()
        parts[int(request.parameters["part"])] = (etag, request.body)
        return Answer(headers={"ETag": etag})

    def _end_multipart(self, request: RecordedRequest) -> Answer:
        self._require_token(request)
        parts = self._multipart_parts.pop(request.parameters["id"], None)
        if parts is None:
            return self.not_found(request)
        claimed = request.json_object().get("parts")
        received = [{"partNumber": number, "etag": parts[number][0]} for number in sorted(parts)]
        if not isinstance(claimed, list) or sorted(claimed, key=lambda part: part["partNumber"]) != received:
            return json_answer({"detail": "Parts do not match what was uploaded"}, status=400)
        name = request.parameters["name"]
        data = b"".join(parts[number][1] for number in sorted(parts))
        self.store_media(name, data, self._declared_types[name])
        return json_answer({"access_url": f"{self.origin(request)}/files/{name}"})

    def _serve_file(self, request: RecordedRequest) -> Answer:
        media = self.stored_media(request.parameters["name"])
        if media is None:
            return self.not_found(request)
        return Answer(200, media.data, {}, media.content_type)

    def _require_token(self, request: RecordedRequest) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._upload_tokens:
            raise Refusal(json_answer({"detail": "Invalid upload token"}, status=401))
