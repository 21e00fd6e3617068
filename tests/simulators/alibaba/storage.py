"""Owns Model Studio's temporary storage as the simulator plays it: a policy, a form posted to a bucket, an `oss://` address to use.

Source: dashscope 2.0.2 (utils/oss_utils.py); Model Studio documentation (temporary URLs), read 2026-11-27.
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
)

from .failures import answer, invalid

SIGNED_FIELDS = ("OSSAccessKeyId", "Signature", "policy", "key", "x-oss-object-acl", "x-oss-forbid-overwrite")
LARGEST_DATA_URI = 10_000_000
PREFIX = "oss://"


class TemporaryStorage(Simulator):
    """The endpoint that hands out upload policies, and the bucket, which shares the simulator's origin."""

    def __init__(self) -> None:
        self.uploads: dict[str, FormPart] = {}
        """What arrived in the bucket, by its `oss://` address."""
        self.max_file_size_mb = 100
        """What a policy says about the size of a file."""
        self._models: dict[str, str] = {}
        super().__init__()

    def upload_routes(self) -> list[Route]:
        """The endpoint of the policies, and the bucket."""
        return [
            Route("upload", "GET", "/api/v1/uploads", self._issue_policy),
            Route("upload_bytes", "POST", "/bucket", self._receive, public=True),
        ]

    def _issue_policy(self, request: RecordedRequest) -> Answer:
        model = request.query.get("model")
        if request.query.get("action") != "getPolicy" or not model:
            return answer(invalid("Required parameter(s) missing or invalid: action, model"))
        folder = f"dashscope-instant/{secrets.token_hex(8)}/2026-11-27/{secrets.token_hex(8)}"
        self._models[folder] = model
        policy = {
            "policy": "c2ltdWxhdGVk",
            "signature": "c2lnbmVk",
            "upload_dir": folder,
            "upload_host": f"{self.storage_url}/bucket",
            "expire_in_seconds": 300,
            "max_file_size_mb": self.max_file_size_mb,
            "capacity_limit_mb": 999_999_999,
            "oss_access_key_id": "LTAI-simulated",
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        return json_answer({"request_id": "policy-1", "data": policy})

    def _receive(self, request: RecordedRequest) -> Answer:
        """Take the form as a bucket does: signed fields first, the file last, no other credentials."""
        fields = {part.name: part.text for part in request.form if part.filename is None}
        file = request.form_part("file")
        if "Authorization" in request.headers:
            return _storage_error("InvalidArgument", 400)
        folder, _, name = fields.get("key", "").rpartition("/")
        if set(SIGNED_FIELDS) - fields.keys() or folder not in self._models or not name:
            return _storage_error("AccessDenied", 403)
        if file is None or request.form[-1] is not file:
            return _storage_error("InvalidArgument", 400)
        address = f"{PREFIX}{fields['key']}"
        if address in self.uploads:
            return _storage_error("FileAlreadyExists", 409)
        self.uploads[address] = file
        return Answer(status=int(fields.get("success_action_status", "204")))

    def check_media(self, request: RecordedRequest, value: object, model: str) -> None:
        """Refuse an address nobody uploaded to for this model, one whose header is missing, and a `data:` URI beyond the limit."""
        if isinstance(value, dict):
            for member in value.values():
                self.check_media(request, member, model)
        elif isinstance(value, list):
            for item in value:
                self.check_media(request, item, model)
        elif isinstance(value, str) and value.startswith("data:"):
            if len(value) > LARGEST_DATA_URI or not value.startswith("data:image/"):
                raise Refusal(answer(invalid("The data URI is not an image, or too large")))
        elif isinstance(value, str) and value.startswith(PREFIX):
            folder = value.removeprefix(PREFIX).rpartition("/")[0]
            if not self.has_header(request, "X-DashScope-OssResourceResolve", "enable"):
                raise Refusal(answer(invalid("url error, please check url!")))
            if value not in self.uploads or self._models[folder] != model:
                raise Refusal(answer(invalid("The file is not found, or belongs to another model")))


def _storage_error(code: str, status: int) -> Answer:
    page = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return text_answer(page, status=status, content_type="application/xml")
