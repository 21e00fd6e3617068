"""Mappers of input images and videos: the reference objects of the Agents API, the URL objects of Dream Machine."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from tarash.tarash_gateway.mapping import (
    OMIT,
    Adjustments,
    FieldCapability,
    FieldMapper,
    Values,
    image_list_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole, Media

UrlForm: TypeAlias = Literal["keyframe", "media", "entries", "identity"]

MAX_INLINE_BYTES = 10 * 1024 * 1024
"""Larger files go through the Files API. Inline, an image may have 50 MB (Agents API documentation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LumaMediaMapper(FieldMapper):
    """Checks that Luma can reach what `inner` collects."""

    inner: FieldMapper

    @property
    def fields(self) -> tuple[str, ...]:
        return self.inner.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        for role in self.fields:
            given = values.get(role, [])
            for item in given if isinstance(given, list) else [given]:
                self.check(role, cast("Media", item), adjustments)
        self.inner.fit(values, adjustments)

    def describe(self) -> tuple[FieldCapability, ...]:
        return self.inner.describe()

    def check(self, role: str, item: Media, adjustments: Adjustments) -> None:
        """Refuse what Luma cannot reach, in either mode."""
        check_address(role, item, adjustments)

    @abc.abstractmethod
    def encode(self, values: Values) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceMapper(LumaMediaMapper):
    """Writes media as references of the Agents API; `inner` returns the `Media` themselves.

    Attributes:
        names_video_type: whether a URL needs its media type, as an input video does.
    """

    names_video_type: bool = False

    def encode(self, values: Values) -> object:
        found = self.inner.encode(values)
        if found is OMIT:
            return OMIT
        if isinstance(found, list):
            return [self._reference(cast("Media", item)) for item in found]
        return self._reference(cast("Media", found))

    def _reference(self, media: Media) -> object:
        """Return one reference (luma-agents 0.5.0, ImageRefParam); a large file stays `Media`, to be uploaded."""
        if media.url is None:
            if len(media.content or b"") > MAX_INLINE_BYTES:
                return media
            return {"data": media.as_base64(), "media_type": media.content_type}
        if not self.names_video_type:
            return {"url": media.url}
        # any video type will do: it only tells Luma how to fetch the address
        kind = media.content_type if media.content_type.startswith("video/") else "video/mp4"
        return {"url": media.url, "media_type": kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlMapper(LumaMediaMapper):
    """Writes media as the objects of Dream Machine, which takes public addresses only."""

    form: UrlForm

    def encode(self, values: Values) -> object:
        found = self.inner.encode(values)
        if found is OMIT:
            return OMIT
        urls = found if isinstance(found, list) else [found]
        match self.form:
            case "keyframe":
                return {"type": "image", "url": urls[0]}
            case "media":
                return {"url": urls[0]}
            case "entries":
                return [{"url": url} for url in urls]
            case "identity":
                return {"identity0": {"images": urls}}

    def check(self, role: str, item: Media, adjustments: Adjustments) -> None:
        if item.url is None:
            raise adjustments.refusal(
                role,
                item,
                "is a local file, and Luma's Dream Machine API only takes public http(s) URLs; host the file first, "
                "or use ray-3.2 or uni-1, which take local files",
            )
        check_address(role, item, adjustments)


def check_address(role: str, item: Media, adjustments: Adjustments) -> None:
    """Refuse an address that is not http(s)."""
    if item.url is not None and not item.url.startswith(("http://", "https://")):
        raise adjustments.refusal(
            role, item, "is not an address that Luma can fetch; use a public http(s) URL"
        )


def image_reference(role: ImageRole) -> FieldMapper:
    """Map the one image of a role for the Agents API."""
    return ReferenceMapper(inner=single_image_field_mapper(role, encoding="upload"))


def image_references(*roles: ImageRole, maximum: int | None = None) -> FieldMapper:
    """Map the images of some roles for the Agents API, at most `maximum`."""
    return ReferenceMapper(inner=image_list_field_mapper(roles, encoding="upload", max_items=maximum))


def video_reference() -> FieldMapper:
    """Map the input video for the Agents API."""
    return ReferenceMapper(inner=video_url_field_mapper(encoding="upload"), names_video_type=True)


def image_url(role: ImageRole, form: UrlForm) -> FieldMapper:
    """Map the one image of a role for Dream Machine."""
    return UrlMapper(inner=single_image_field_mapper(role, encoding="url"), form=form)


def image_urls(role: ImageRole, form: UrlForm, *, maximum: int | None = None) -> FieldMapper:
    """Map the images of a role for Dream Machine, at most `maximum`."""
    roles: Sequence[ImageRole] = (role,)
    return UrlMapper(inner=image_list_field_mapper(roles, encoding="url", max_items=maximum), form=form)


def video_url() -> FieldMapper:
    """Map the input video for Dream Machine."""
    return UrlMapper(inner=video_url_field_mapper(encoding="url"), form="media")
