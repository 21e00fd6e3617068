"""The request: what to generate, in the same terms for every provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias, TypedDict, cast

import pydantic

from ..exceptions import ValidationError
from ..media.inputs import Media, Picture, ReadableBinary
from .deferral import built_on_first_use
from .dimensions import Ratio, Size
from .media_field import MediaField
from .plain_values import Text, check_plain
from .request_fields import NOT_MAPPED
from .response import GenerationResponse, ResponseAsset
from .strict import StrictModel

ImageRole: TypeAlias = Literal["reference", "first_frame", "last_frame", "asset", "style"]
"""What an image is for. "start_frame" and "end_frame" are also accepted for the first and last frame."""
AnyImageRole: TypeAlias = ImageRole | Literal["start_frame", "end_frame"]
"""A role, in any accepted spelling."""
InputRole: TypeAlias = ImageRole | Literal["auto"]
"""The role of an input image; "auto" is the first frame if the model takes one, else its reference."""

MediaSource: TypeAlias = (
    str
    | Path
    | bytes
    | Media
    | ReadableBinary
    | Picture
    | GenerationResponse
    | ResponseAsset
    | Mapping[str, object]
)
"""The accepted forms of an image or a video; see `to_media`. A response stands for its first image, or its first video."""
AspectRatio: TypeAlias = Literal["16:9", "9:16", "1:1", "4:3", "21:9"]
"""Common aspect ratios, to annotate your own code; a request takes any ratio."""
Resolution: TypeAlias = Literal["360p", "480p", "720p", "1080p", "4k"]
"""Common resolutions, to annotate your own code; a request takes any resolution."""
ImageSource: TypeAlias = "ImageInput | MediaSource"
"""An input image: an `ImageInput`, a mapping with "image" and "type", or the image alone."""

ROLE_SPELLINGS = {"start_frame": "first_frame", "end_frame": "last_frame"}
"""Other names of roles, with the usual ones."""


class MediaContent(TypedDict):
    """An image or a video as bytes, with its media type: one form of a `MediaSource`."""

    content: bytes
    content_type: str


class ImageType(TypedDict):
    """An input image as a dictionary: one form of an `ImageSource`. `ImageInput` is the class, which checks it."""

    image: MediaSource
    type: AnyImageRole | InputRole


Count: TypeAlias = Annotated[int, pydantic.BeforeValidator(lambda value: 1 if value is None else value)]
"""A number of outputs; None is 1."""

_RATIO_WORDS = ("auto", "adaptive")
_SIDE_SEPARATORS = frozenset("x*×:,;/ ")


@built_on_first_use
class ImageInput(StrictModel):
    """One input image and its role.

    Attributes:
        image: URL, path, bytes, base64 text, `data:` URL, binary file object, Pillow image, or the response that has the image.
        type: role of the image: "reference", "first_frame", "last_frame", "asset", "style", or "auto", which is the first frame if
            the model takes one, else its reference.
    """

    other_spellings: ClassVar[dict[str, str]] = {
        "url": "image",
        "image_url": "image",
        "role": "type",
        "path": "image",
    }

    image: MediaField
    type: InputRole = "reference"

    if TYPE_CHECKING:

        def __init__(self, image: MediaSource, *, type: AnyImageRole | InputRole = "reference") -> None: ...

    else:

        def __init__(self, *image: object, **values: object) -> None:
            if len(image) > 1:
                raise ValidationError(
                    f"ImageInput takes one image, and its role by name, such as type={_role(image[1])!r}"
                )
            if image and "image" in values:
                raise ValidationError("ImageInput is given its image twice; pass it once")
            super().__init__(**dict(zip(("image",), image, strict=False)), **values)

    @pydantic.field_validator("image", mode="before")
    @classmethod
    def _of_response(cls, value: object) -> object:
        return output_of(value, "image")

    @pydantic.field_validator("type", mode="before")
    @classmethod
    def _spelling(cls, value: object) -> object:
        return ROLE_SPELLINGS.get(value, value) if isinstance(value, str) else value


def _role(value: object) -> str:
    return value[:40] if isinstance(value, str) else "reference"


def output_of(value: object, kind: str) -> object:
    """Return the URL of the first output of this kind if the value is a response or an asset, else the value.

    Raises:
        ValueError: the response has no such output.
    """
    if isinstance(value, ResponseAsset):
        return value.url
    if not isinstance(value, GenerationResponse):
        return value
    found = next((asset.url for asset in value.assets if asset.kind == kind), getattr(value, kind, None))
    if not isinstance(found, str):
        raise ValueError(f"the {type(value).__name__} has no {kind}; pass the response of a generated {kind}")  # noqa: TRY004
    return found


class GenerationRequest(StrictModel):
    """What to generate; the fields of all modalities alike.

    Field mappers see each field of a subclass by name, unless it is annotated with `NOT_MAPPED`.

    Attributes:
        prompt: what to show.
        negative_prompt: what not to show.
        aspect_ratio: width to height, such as "16:9"; also "auto" or "adaptive" if the model offers it.
        seed: 64-bit integer that repeats a result, if the model supports seeds.
        image_list: input images with their roles. `image` is the short form for one image, which is then the first frame if the
            model takes one, else its reference.
        extra_params: parameters that only this model has; merged into the payload last, so they take precedence, and a field that one
            of them replaces is listed in the adjustments. The cost is unknown if one of them may change it; use the fields for length,
            size and number.
    """

    accepted_names: ClassVar[dict[str, str]] = {"image": "image_list"}
    first_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    takes_extra: ClassVar[bool] = True
    count_field: ClassVar[str] = ""
    """Name of the field that sets the number of outputs; empty if there is always one."""

    prompt: Text
    negative_prompt: Text | None = None
    aspect_ratio: Text | None = None
    seed: int | None = pydantic.Field(default=None, ge=-(2**63), lt=2**64)
    image_list: Annotated[tuple[ImageInput, ...], NOT_MAPPED] = ()
    extra_params: Annotated[Mapping[str, object], NOT_MAPPED] = pydantic.Field(default_factory=dict)

    @pydantic.field_validator("image_list", mode="before")
    @classmethod
    def _images(cls, value: object) -> object:
        if value is None:
            return ()
        if isinstance(value, set | frozenset):
            raise ValueError("the images of a set have no order; pass a list")  # noqa: TRY004
        is_one = isinstance(value, str | bytes | bytearray | Mapping | pydantic.BaseModel) or hasattr(
            value, "read"
        )
        if isinstance(value, Iterable) and not is_one:
            return tuple(_with_role(item) for item in _items(cast("Iterable[object]", value)))
        return (_with_role(value),)

    @pydantic.field_validator("extra_params")
    @classmethod
    def _can_be_sent(cls, value: Mapping[str, object]) -> Mapping[str, object]:
        check_plain("extra_params", value, or_media=True)
        return value

    @pydantic.field_validator("aspect_ratio")
    @classmethod
    def _ratio(cls, value: str | None) -> str | None:
        if value is None or value in _RATIO_WORDS or Ratio.parse(value) is not None:
            return value
        raise ValueError("an aspect ratio must be width:height, such as '16:9' or '9:16'")

    def images(self, *roles: ImageRole) -> tuple[ImageInput, ...]:
        """Return the input images with one of these roles, in their given order."""
        return tuple(item for item in self.image_list if item.type in roles)


def _items(images: Iterable[object]) -> list[object]:
    try:
        return list(images)
    except Exception as error:
        raise ValueError(f"the images cannot be read from the {type(images).__name__}: {error}") from error


def _with_role(value: object) -> object:
    """Return an image of a list in a form that `ImageInput` takes; an image alone has the role "auto"."""
    if isinstance(value, ImageInput) or (isinstance(value, Mapping) and "content" not in value):
        return value
    return {"image": value, "type": "auto"}


@built_on_first_use
class VideoGenerationRequest(GenerationRequest):
    """A video to generate.

    Attributes:
        duration_seconds: length in seconds, up to 3600; `duration` is the short form.
        resolution: "480p", "720p", "1080p", "4k", … or exact pixels such as "1280x720".
        generate_audio: whether the clip has sound; None leaves it to the model.
        video: input video to edit, extend or restyle.
        number_of_videos: how many variants, 1 to 100.
        enhance_prompt: whether the provider may rewrite the prompt; None leaves it to the model.
    """

    other_spellings: ClassVar[dict[str, str]] = {
        "seconds": "duration_seconds", "ratio": "aspect_ratio", "size": "resolution",
        "audio": "generate_audio", "images": "image_list", "image_url": "image",
        "n": "number_of_videos", "video_url": "video", "prompt_optimizer": "enhance_prompt",
    }  # fmt: skip
    accepted_names: ClassVar[dict[str, str]] = {
        **GenerationRequest.accepted_names,
        "duration": "duration_seconds",
    }
    count_field: ClassVar[str] = "number_of_videos"

    duration_seconds: float | None = pydantic.Field(default=None, gt=0, le=3600)
    resolution: Text | None = None
    generate_audio: bool | None = None
    video: MediaField | None = None
    number_of_videos: Count = pydantic.Field(default=1, ge=1, le=100)
    enhance_prompt: bool | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            prompt: str,
            negative_prompt: str | None = None,
            aspect_ratio: str | None = None,
            seed: int | None = None,
            image_list: Iterable[ImageSource] | None = (),
            image: MediaSource | None = None,
            extra_params: Mapping[str, object] = ...,
            duration_seconds: float | None = None,
            duration: float | None = None,
            resolution: str | None = None,
            generate_audio: bool | None = None,
            video: MediaSource | None = None,
            number_of_videos: int | None = 1,
            enhance_prompt: bool | None = None,
        ) -> None: ...

    @pydantic.field_validator("video", mode="before")
    @classmethod
    def _of_response(cls, value: object) -> object:
        return output_of(value, "video")

    @pydantic.field_validator("resolution", mode="before")
    @classmethod
    def _resolution(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        word = value.strip().lower()
        if Size.short_side_of(word) is not None:
            return word
        raise ValueError(
            "a resolution must be '480p', '720p', '1080p', '4k' or exact pixels such as '1280x720'"
        )


@built_on_first_use
class ImageGenerationRequest(GenerationRequest):
    """An image to generate.

    Attributes:
        size: exact pixels such as "1024x1024", or "1k", "2k", "4k" or "auto" if the model offers it.
        quality: quality level of the model, such as "low", "medium" or "high".
        style: style name of the model.
        n: how many images, 1 to 100.
        mask_image: mask of the area to repaint. White areas are repainted and black areas kept; in a mask with transparency,
            transparent areas are repainted.
    """

    other_spellings: ClassVar[dict[str, str]] = {
        "number_of_images": "n", "num_images": "n", "resolution": "size", "image_size": "size", "mask": "mask_image",
        "images": "image_list", "image_url": "image", "ratio": "aspect_ratio",
    }  # fmt: skip
    count_field: ClassVar[str] = "n"

    size: Text | None = None
    quality: Text | None = None
    style: Text | None = None
    n: Count = pydantic.Field(default=1, ge=1, le=100)
    mask_image: MediaField | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            prompt: str,
            negative_prompt: str | None = None,
            aspect_ratio: str | None = None,
            seed: int | None = None,
            image_list: Iterable[ImageSource] | None = (),
            image: MediaSource | None = None,
            extra_params: Mapping[str, object] = ...,
            size: str | None = None,
            quality: str | None = None,
            style: str | None = None,
            n: int | None = 1,
            mask_image: MediaSource | None = None,
        ) -> None: ...

    @pydantic.field_validator("mask_image", mode="before")
    @classmethod
    def _of_response(cls, value: object) -> object:
        return output_of(value, "image")

    @pydantic.field_validator("size", mode="before")
    @classmethod
    def _size(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        word = value.strip().lower()
        if Size.parse(word) is None and word[:1].isdigit() and not _SIDE_SEPARATORS.isdisjoint(word):
            raise ValueError(
                "a size must be WIDTHxHEIGHT in pixels, such as '1024x1024', or a step of the model, such as '2k'"
            )
        return word
