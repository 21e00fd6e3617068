"""Owns the checks of media references in requests to Luma's Agents API: exactly one way, and a sound one.

Source: luma-agents 0.5.0 (ImageRefParam); Agents API documentation (error handling), read 2026-11-22.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from .failures import refused

WAYS = ("url", "data", "generation_id", "file_id")
MAX_IMAGE_BYTES = 50 * 1024 * 1024

Exists = Callable[[str], bool]


class MediaReferences:
    """Checks references against what the account has.

    `unfetchable` are URLs that answer Luma with 404; `has_generation` and `has_file` know the account's ids.
    """

    def __init__(self, unfetchable: set[str], has_generation: Exists, has_file: Exists) -> None:
        self._unfetchable = unfetchable
        self._has_generation = has_generation
        self._has_file = has_file

    def check(self, field: str, reference: object, *, video: bool = False) -> None:
        """Refuse a reference that cannot be used; `field` is its name in messages, such as `image_ref[0]`."""
        if not isinstance(reference, dict) or set(reference) - {*WAYS, "media_type"}:
            raise refused(422, f"{field}: not a media reference")
        given = [way for way in WAYS if reference.get(way) is not None]
        if given == ["url", "data"]:
            raise refused(400, f"{field}: provide either 'url' or 'data', not both")
        if len(given) != 1:
            raise refused(400, f"{field}: provide exactly one of 'url', 'data', 'generation_id', 'file_id'")
        getattr(self, f"_check_{given[0]}")(field, reference, video)

    def check_all(self, field: str, references: object, *, maximum: int | None = None) -> None:
        """Refuse a list with a reference that cannot be used, or with too many."""
        if not isinstance(references, list):
            raise refused(422, f"{field}: not a list")
        if maximum is not None and len(references) > maximum:
            slot = " (source occupies one slot)" if maximum == 8 else ""
            kind = "image_edit" if maximum == 8 else "image"
            raise refused(400, f"{kind} supports up to {maximum} reference images{slot}")
        for index, reference in enumerate(references):
            self.check(f"{field}[{index}]", reference)

    def _check_url(self, field: str, reference: dict[str, object], video: bool) -> None:
        url = reference["url"]
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise refused(422, f"{field}: failed to fetch URL")
        if url in self._unfetchable:
            raise refused(422, f"{field}: failed to fetch URL (HTTP 404)")
        self._check_kind(field, reference, video)

    def _check_data(self, field: str, reference: dict[str, object], video: bool) -> None:
        if not reference.get("media_type"):
            raise refused(400, f"{field}: 'media_type' is required with 'data'")
        try:
            decoded = base64.b64decode(str(reference["data"]), validate=True)
        except binascii.Error:
            raise refused(422, f"{field}: invalid base64 data") from None
        if not video and len(decoded) > MAX_IMAGE_BYTES:
            raise refused(413, "Image exceeds 50 MB size limit")
        self._check_kind(field, reference, video)

    def _check_kind(self, field: str, reference: dict[str, object], video: bool) -> None:
        kind = str(reference.get("media_type") or "")
        if video and not kind.startswith("video/"):
            raise refused(400, f"{field}: 'media_type' must be a video type")
        if not video and kind and not kind.startswith("image/"):
            raise refused(422, f"{field}: content-type is not an image")

    def _check_generation_id(self, field: str, reference: dict[str, object], _video: bool) -> None:
        if not self._has_generation(str(reference["generation_id"])):
            raise refused(404, "Generation not found")

    def _check_file_id(self, field: str, reference: dict[str, object], _video: bool) -> None:
        if not self._has_file(str(reference["file_id"])):
            raise refused(422, f"{field}: file is not ready")
