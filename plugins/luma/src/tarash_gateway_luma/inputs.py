"""Mappers of input images and videos: the reference objects of the Agents API, the URL objects of Dream Machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from tarash.tarash_gateway.mapping import (
    OMIT,
    FieldCapability,
    FieldMapper,
    Settlement,
    Values,
    image_list_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import Media

Form: TypeAlias = Literal["reference", "references", "keyframe", "media", "entries", "identity"]
"""How media are written: the first two for the Agents API, the others, which are URLs, for Dream Machine."""
Role: TypeAlias = Literal["first_frame", "last_frame", "reference", "asset", "style"]

MAX_INLINE_BYTES = 10 * 1024 * 1024
"""Larger files go through the Files API. Inline, an image may have 50 MB (Agents API documentation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LumaMediaMapper(FieldMapper):
    """Writes the media that `inner` has checked in one of Luma's forms."""

    inner: FieldMapper
    form: Form

    @property
    def fields(self) -> tuple[str, ...]:
        return self.inner.fields

    def settle(self, values: Values, settlement: Settlement) -> None:
        for role in self.fields:
            items = values.get(role, [])
            for item in items if isinstance(items, list) else [items]:
                self._check(role, cast("Media", item), settlement)
        self.inner.settle(values, settlement)

    def encode(self, values: Values) -> object:
        found = self.inner.encode(values)
        if found is OMIT:
            return OMIT
        items = [cast("Media", item) for item in found] if isinstance(found, list) else [cast("Media", found)]
        match self.form:
            case "reference":
                return media_reference(items[0])
            case "references":
                return [media_reference(item) for item in items]
            case "keyframe":
                return {"type": "image", "url": items[0].url}
            case "media":
                return {"url": items[0].url}
            case "entries":
                return [{"url": item.url} for item in items]
            case "identity":
                return {"identity0": {"images": [item.url for item in items]}}

    def describe(self) -> tuple[FieldCapability, ...]:
        return self.inner.describe()

    def _check(self, role: str, item: Media, settlement: Settlement) -> None:
        if item.url is not None and not item.url.startswith(("http://", "https://")):
            raise settlement.refusal(role, item, "is no address Luma can fetch; use a public http(s) URL")
        if item.url is None and self.form not in ("reference", "references"):
            raise settlement.refusal(
                role,
                item,
                "is a local file, and Luma's Dream Machine API only takes public http(s) URLs; host the file first, "
                "or use ray-3.2 or uni-1, which take local files",
            )


def media_reference(media: Media) -> object:
    """Return the Agents API's form of one input; a large file stays `Media`, for the submit flow to upload.

    Source: luma-agents 0.5.0 (ImageRefParam).
    """
    if media.url is not None:
        return {"url": media.url}
    if media.content is not None and len(media.content) <= MAX_INLINE_BYTES:
        return {"data": media.as_base64(), "media_type": media.content_type}
    return media


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVideoMapper(LumaMediaMapper):
    """Writes the source video of the Agents API, whose media type must be told even for a URL."""

    def encode(self, values: Values) -> object:
        items = cast("list[Media] | Media | None", values.get("video"))
        media = items[0] if isinstance(items, list) else items
        if media is None or media.url is None:
            return LumaMediaMapper.encode(self, values)
        # only that it is some video matters: it says how the address is to be fetched
        kind = media.content_type if media.content_type.startswith("video/") else "video/mp4"
        return {"url": media.url, "media_type": kind}


def one_image(role: Role, form: Form) -> FieldMapper:
    """Map the one image of a role."""
    return LumaMediaMapper(inner=single_image_field_mapper(role, encoding="upload"), form=form)


def images(roles: Role | Sequence[Role], form: Form, *, maximum: int | None = None) -> FieldMapper:
    """Map the images of some roles, at most `maximum`."""
    inner = image_list_field_mapper(roles, encoding="upload", max_items=maximum)
    return LumaMediaMapper(inner=inner, form=form)


def source_video() -> FieldMapper:
    """Map the input video for the Agents API."""
    return SourceVideoMapper(inner=video_url_field_mapper(encoding="upload"), form="reference")


def video_url() -> FieldMapper:
    """Map the input video for Dream Machine."""
    return LumaMediaMapper(inner=video_url_field_mapper(encoding="upload"), form="media")
