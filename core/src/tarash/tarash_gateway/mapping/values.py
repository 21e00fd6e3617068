"""The request as mappers see it: only what was asked for, by field name; and the record of what had to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast

from ..exceptions import ValidationError
from ..media.inputs import Media
from ..models.metadata import Adjustment
from ..models.request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest

Values: TypeAlias = dict[str, object]
"""Unified field name → value. Images stand under their role ("first_frame": list of Media), never under `image_list`."""

IMAGE_ROLES: Final = ("first_frame", "last_frame", "reference", "asset", "style_image")
"""Names of the input images by role; the role "style" is `style_image` here, since `style` is the word an image may have."""
INPUT_FIELDS: Final = frozenset({*IMAGE_ROLES, "video", "mask_image"})
"""Fields whose loss would change what is rendered from, not just how."""

_VIDEO_FIELDS = (
    "prompt", "negative_prompt", "aspect_ratio", "seed", "duration_seconds", "resolution", "generate_audio", "video",
    "enhance_prompt",
)  # fmt: skip
_IMAGE_FIELDS = (
    "prompt",
    "negative_prompt",
    "aspect_ratio",
    "seed",
    "size",
    "quality",
    "style",
    "mask_image",
)


class Omit:
    """The type of `OMIT`."""

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
"""What a mapper returns when nothing is to be sent for its field."""


def read_values(request: GenerationRequest) -> Values:
    """Return what the request asks for; fields left at None, and counts of 1, are absent."""
    names = _VIDEO_FIELDS if isinstance(request, VideoGenerationRequest) else _IMAGE_FIELDS
    values: Values = {name: value for name in names if (value := getattr(request, name)) is not None}
    if values.get("prompt") == "":
        del values["prompt"]
    if isinstance(request, VideoGenerationRequest) and request.number_of_videos > 1:
        values["number_of_videos"] = request.number_of_videos
    if isinstance(request, ImageGenerationRequest) and request.n > 1:
        values["n"] = request.n
    for item in request.image_list:
        cast("list[Media]", values.setdefault(role_field(item.type), [])).append(item.image)
    return values


def role_field(role: str) -> str:
    """Return the name under which images of a role stand in `Values` and in a row's capabilities."""
    return "style_image" if role == "style" else role


@dataclass(slots=True)
class Settlement:
    """Collects the adjustments of one mapping, or refuses the first one in "error" mode."""

    mode: Literal["error", "adjust"]
    provider: str
    model: str
    adjustments: list[Adjustment] = field(default_factory=list)

    def change(self, name: str, requested: object, used: object, reason: str) -> None:
        """Record that `used` (None: nothing) stands in for `requested`.

        Raises:
            ValidationError: in "error" mode; `reason` says what is allowed.
        """
        if self.mode == "error":
            raise self.refusal(name, requested, reason)
        self.note(name, requested, used, reason)

    def note(self, name: str, requested: object, used: object, reason: str) -> None:
        """Record a change that loses nothing, in either mode; a second change of a field continues the first."""
        asked = shown(requested)
        for position, earlier in enumerate(self.adjustments):
            if earlier.field == name and earlier.used == asked:
                asked = earlier.requested
                del self.adjustments[position]
                break
        self.adjustments.append(
            Adjustment(
                field=name,
                requested=asked,
                used=shown(used),
                reason=reason,
                provider=self.provider,
                model=self.model,
            )
        )

    def refusal(self, name: str, requested: object, reason: str) -> ValidationError:
        """Return the error that says `name` cannot be had as requested."""
        return ValidationError(
            f"{name}={shown(requested)!r} {reason}", provider=self.provider, model=self.model
        )


def shown(value: object) -> object:
    """Return `value` in a form for messages: media as their summary, whole floats as integers."""
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    summary = getattr(value, "summary", None)
    if callable(summary):
        return summary()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): shown(item) for key, item in value.items()}
    return value
