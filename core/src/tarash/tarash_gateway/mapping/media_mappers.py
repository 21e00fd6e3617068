"""Mappers for input images and videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, cast, get_args

from ..media.dimensions import differ_in_size, picture_dimensions
from ..media.inputs import Media
from ..models.request import AnyImageRole
from .argument_checks import CONTENT_TYPES, FLAG, ROLE, ROLES, checked, one_of, role_or_roles, whole
from .field_mapper import FieldCapability, FieldMapper
from .values import OMIT, Adjustments, Values, role_named

MediaEncoding: TypeAlias = Literal["data_uri", "base64", "url", "upload"]
"""How an input image, video or mask is put into the payload:

- `"data_uri"`: bytes as the text of a `data:` URI, a URL as it is
- `"base64"`: bytes as Base64 without a prefix, a URL as it is
- `"url"`: a URL as it is; bytes and files are refused, since the provider takes public URLs only
- `"upload"`: the `Media` itself, for the plugin's submit flow, which uploads it or sends it as a part of a form
"""

_ENCODING: Final = one_of(*get_args(MediaEncoding))
_SIZE: Final = whole(or_none=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaListMapper(FieldMapper):
    """Maps the input media of one or several roles to a list or to a single value."""

    roles: tuple[str, ...]
    encoding: MediaEncoding = "data_uri"
    single: bool = False
    max_items: int | None = None
    content_types: tuple[str, ...] = ()
    max_bytes: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return self.roles

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        limit = 1 if self.single else self.max_items
        taken = 0
        for role in self.roles:
            items = _media_list(values.get(role))
            for item in items:
                self._check(role, item, adjustments)
            room = len(items) if limit is None else max(limit - taken, 0)
            if len(items) > room:
                reason = f"has {len(items)} items; at most {limit} {'is' if limit == 1 else 'are'} allowed"
                raise adjustments.lose(role, items, reason)
            taken += len(items)

    def _check(self, role: str, item: Media, adjustments: Adjustments) -> None:
        """Refuse, whatever the policy, media that the provider cannot take: without it, the result would be something else."""
        if item.path is not None:
            raise adjustments.refusal(
                role, item, "has not been read; pass the request through read_media first"
            )
        if self.encoding == "url" and not item.is_url:
            raise adjustments.refusal(
                role,
                item,
                "is a local file; this provider takes public http(s) URLs only; host the file first",
            )
        if item.content is None:
            return
        if self.content_types and item.content_type not in self.content_types:
            raise adjustments.refusal(
                role, item, f"has a format that is not accepted; use {', '.join(self.content_types)}"
            )
        if self.max_bytes is not None and len(item.content) > self.max_bytes:
            raise adjustments.refusal(role, item, f"is too large; at most {self.max_bytes} bytes are allowed")

    def encode(self, values: Values) -> object:
        items = [item for role in self.roles for item in _media_list(values.get(role))]
        if not items:
            return OMIT
        encoded = [encode_media(item, self.encoding) for item in items]
        return encoded[0] if self.single else encoded

    def describe(self) -> tuple[FieldCapability, ...]:
        note = {"url": "public URL only", "upload": "", "data_uri": "", "base64": ""}[self.encoding]
        limit = 1 if self.single else self.max_items
        return tuple(
            FieldCapability(
                field=role, required=self.required and len(self.roles) == 1, maximum=limit, note=note
            )
            for role in self.roles
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskMapper(MediaListMapper):
    """Maps the mask of an image edit.

    Attributes:
        same_size_as: roles of the image whose size the mask must have, in the order of the payload; empty allows any size.
    """

    same_size_as: tuple[str, ...] = ()

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        # naming the base: a dataclass with slots is another class than the one that `super()` remembers
        MediaListMapper.fit(self, values, adjustments)
        pictures = (item for role in self.same_size_as for item in _media_list(values.get(role)))
        picture = next(pictures, None)
        for mask in _media_list(values.get("mask_image")):
            if picture is None or mask.content is None or picture.content is None:
                continue
            if differ_in_size(mask.content, picture.content):
                raise adjustments.refusal("mask_image", mask, _size_problem(mask.content, picture.content))

    def describe(self) -> tuple[FieldCapability, ...]:
        (mask,) = MediaListMapper.describe(self)
        if not self.same_size_as:
            return (mask,)
        notes = (mask.note, "as large as the image")
        return (replace(mask, note=", ".join(filter(None, notes))),)


def _size_problem(mask: bytes, picture: bytes) -> str:
    has, needed = ("x".join(map(str, picture_dimensions(content) or ())) for content in (mask, picture))
    return (
        f"has {has} pixels and the image {needed}; this model takes a mask of exactly the size of the image it belongs to; "
        f"resize or redraw the mask to {needed}"
    )


def _media_list(value: object) -> list[Media]:
    if value is None:
        return []
    return [value] if isinstance(value, Media) else list(cast("Sequence[Media]", value))


def encode_media(item: Media, encoding: MediaEncoding) -> object:
    """Return the payload value of one input: URL text, `data:` URI, raw base64, or the `Media` itself for "upload"."""
    if encoding == "upload":
        return item
    if item.url is not None:
        return item.url
    return item.as_base64() if encoding == "base64" else item.as_data_uri()


@checked(
    image_type=ROLE,
    required=FLAG,
    encoding=_ENCODING,
    also=ROLES,
    content_types=CONTENT_TYPES,
    max_bytes=_SIZE,
)
def single_image_field_mapper(
    image_type: AnyImageRole = "first_frame",
    *,
    required: bool = False,
    encoding: MediaEncoding = "data_uri",
    also: Sequence[AnyImageRole] = (),
    content_types: Sequence[str] = (),
    max_bytes: int | None = None,
) -> FieldMapper:
    """Map one image of a role.

    Args:
        image_type: role of the image, such as "first_frame" or "start_frame".
        required: whether the model requires the image.
        encoding: how bytes are put into the payload; see `MediaEncoding`.
        also: other roles to use if there is no image of the first role.
        content_types: accepted media types; empty accepts any.
        max_bytes: size limit in bytes.

    Raises:
        ValidationError: there is no such role.
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: there is no such encoding or media type, or a number is out of range.
    """
    return MediaListMapper(
        roles=tuple(role_named(role) for role in (image_type, *also)),
        encoding=encoding,
        single=True,
        required=required,
        content_types=tuple(content_types),
        max_bytes=max_bytes,
    )


@checked(
    image_type=role_or_roles,
    required=FLAG,
    max_items=whole(or_none=True),
    encoding=_ENCODING,
    content_types=CONTENT_TYPES,
    max_bytes=_SIZE,
)
def image_list_field_mapper(
    image_type: AnyImageRole | Sequence[AnyImageRole] = ("reference", "asset", "style"),
    *,
    required: bool = False,
    max_items: int | None = None,
    encoding: MediaEncoding = "data_uri",
    content_types: Sequence[str] = (),
    max_bytes: int | None = None,
) -> FieldMapper:
    """Map all images of one or several roles to a list.

    Args:
        image_type: one role, or several in the order of the list.
        required: whether the model requires at least one image.
        max_items: most images; None sets no limit.
        encoding: how bytes are put into the payload; see `MediaEncoding`.
        content_types: accepted media types; empty accepts any.
        max_bytes: size limit of each image in bytes.

    Raises:
        ValidationError: there is no such role.
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: there is no such encoding or media type, or a number is out of range.
    """
    roles: tuple[str, ...] = (image_type,) if isinstance(image_type, str) else tuple(image_type)
    return MediaListMapper(
        roles=tuple(role_named(role) for role in roles),
        encoding=encoding,
        required=required,
        max_items=max_items,
        content_types=tuple(content_types),
        max_bytes=max_bytes,
    )


@checked(required=FLAG, encoding=_ENCODING, as_list=FLAG, max_bytes=_SIZE)
def video_url_field_mapper(
    *,
    required: bool = False,
    encoding: MediaEncoding = "data_uri",
    as_list: bool = False,
    max_bytes: int | None = None,
) -> FieldMapper:
    """Map the input video.

    Args:
        required: whether the model requires the video.
        encoding: how bytes are put into the payload; see `MediaEncoding`.
        as_list: whether to send a list with one item.
        max_bytes: size limit in bytes.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: there is no such encoding, or a number is out of range.
    """
    return MediaListMapper(
        roles=("video",),
        encoding=encoding,
        single=not as_list,
        required=required,
        max_items=1,
        max_bytes=max_bytes,
    )


@checked(required=FLAG, encoding=_ENCODING, max_bytes=_SIZE, same_size_as=ROLES)
def mask_image_field_mapper(
    *,
    required: bool = False,
    encoding: MediaEncoding = "data_uri",
    max_bytes: int | None = None,
    same_size_as: Sequence[AnyImageRole] = (),
) -> FieldMapper:
    """Map the mask of an image edit.

    Args:
        required: whether the model requires the mask.
        encoding: how bytes are put into the payload; see `MediaEncoding`.
        max_bytes: size limit in bytes.
        same_size_as: roles of the image whose width and height the mask must have, in the order of the payload: the first image
            counts. Set it only if the provider documents that the mask must fit; empty allows any size. Sizes are compared where
            the bytes of both are at hand; a URL is left to the provider.

    Raises:
        ValidationError: there is no such role.
        TypeError: an argument has a wrong type.
        ValueError: there is no such encoding, or `max_bytes` is below 1.
    """
    return MaskMapper(
        roles=("mask_image",),
        encoding=encoding,
        single=True,
        required=required,
        max_bytes=max_bytes,
        same_size_as=tuple(role_named(role) for role in same_size_as),
    )
