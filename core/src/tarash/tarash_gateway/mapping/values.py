"""The request as mappers see it: the requested values by field name, and the list of adjustments."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast, get_args

from ..exceptions import ValidationError
from ..media.inputs import Media
from ..models.config import Unsupported
from ..models.metadata import Adjustment
from ..models.request import ROLE_SPELLINGS, GenerationRequest, ImageRole
from ..models.request_fields import mapped_fields, media_fields
from ..phrases import Phrase, wrong_field
from .nearness import is_near

Values: TypeAlias = dict[str, object]
"""Values by unified field name. Images are listed under their role ("first_frame": list of Media), not under `image_list`."""

AUTO: Final = "auto"
"""The role of an image that takes whatever place the model has for it; never the role of a field."""
IMAGE_ROLES: Final = ("first_frame", "last_frame", "reference", "asset", "style_image")
"""Names of the input images by role. The role "style" is called `style_image`, since `style` is a field of image requests."""


class Omit:
    """The type of `OMIT`."""

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
"""Returned by a mapper that has nothing to send for its field."""


def read_values(request: GenerationRequest) -> Values:
    """Return the values that the request sets; None, texts without a word and counts of 1 are left out."""
    values: Values = {}
    for name in mapped_fields(type(request)):
        value = getattr(request, name)
        is_absent = value is None or (isinstance(value, str) and not value.strip())
        if not is_absent and not (name == request.count_field and value == 1):
            values[name] = value
    for item in request.image_list:
        cast("list[Media]", values.setdefault(role_field(item.type), [])).append(item.image)
    return values


@functools.cache
def input_fields(request_type: type[GenerationRequest]) -> frozenset[str]:
    """Return the names of all input media; losing one would change what is generated, not only how."""
    return media_fields(request_type).union(IMAGE_ROLES)


def set_or_drop(values: Values, name: str, used: object) -> None:
    """Replace a requested value with the one to send; None leaves the field out."""
    if used is None:
        del values[name]
    else:
        values[name] = used


def role_named(role: str) -> str:
    """Return the name in `Values` of an image role in any spelling.

    Raises:
        ValidationError: there is no such role.
    """
    usual = ROLE_SPELLINGS.get(role, role)
    if usual not in get_args(ImageRole):
        known = (*get_args(ImageRole), *ROLE_SPELLINGS)
        raise ValidationError(f"{role!r} is not a role of an image; use {', '.join(known)}")
    return role_field(usual)


def role_field(role: str) -> str:
    """Return the name of an image role in `Values` and in the capabilities of a row."""
    return "style_image" if role == "style" else role


WISHES: Final = frozenset({"seed", "negative_prompt", "enhance_prompt", "style", "quality"})
"""Fields that a fallback may leave out rather than fail: the result still shows what was asked for."""


@dataclass(slots=True)
class Adjustments:
    """Records the changes of one mapping, and refuses those that `unsupported` does not allow.

    Attributes:
        mode: the policy, `unsupported` of the configuration.
        provider, model: names for messages and records.
        made: the changes so far, oldest first.
        is_fallback: whether the model stands in for another one; it may then leave out more, and is skipped rather than refused.
    """

    mode: Unsupported
    provider: str
    model: str
    made: list[Adjustment] = field(default_factory=list)
    is_fallback: bool = False

    def change(
        self,
        name: str,
        requested: object,
        used: object,
        reason: str,
        *,
        near: bool | None = None,
        advice: str = "",
    ) -> None:
        """Record that `used` replaces `requested`; None means that the field is left out.

        Args:
            name: unified field name.
            requested: the value of the request.
            used: the value to send, or None.
            reason: why the requested value is not sent, and what is allowed.
            near: whether `used` is near enough to be sent without being asked; None applies the rules for the field.
            advice: what else to do, if the change is refused; a change that is made needs none.

        Raises:
            ValidationError: the policy does not allow this change; the message ends with `reason` and `advice`. Sound or an input
                that would be lost: see `lose`.
        """
        if self.mode == "adjust":
            self.note(name, requested, used, reason)
            return
        refused = Phrase(reason, "; ", advice) if advice else reason
        if self.mode == "nearest":
            if name == "generate_audio":
                raise self.lose(name, requested, refused)
            is_taken = is_near(name, requested, used) if near is None else near
            if is_taken or (self.is_fallback and name in WISHES):
                self.note(name, requested, used, reason)
                return
        raise self.refusal(name, requested, refused)

    def lose(self, name: str, requested: object, reason: str) -> ValidationError:
        """Return the error for an input that would be lost, which no policy allows; a fallback that loses one is skipped."""
        if not self.is_fallback:
            return self.refusal(name, requested, reason)
        what = name if name != "generate_audio" else "the sound" if requested else "the silence"
        return ValidationError(
            Phrase(f"{self.model} would lose {what}: ", wrong_field(name, shown(requested)), " ", reason),
            provider=self.provider,
            model=self.model,
            allows_fallback=True,
        )

    def note(self, name: str, requested: object, used: object, reason: str) -> None:
        """Record a change that loses nothing, which every policy allows; a second change of a field is merged with the first."""
        asked = shown(requested)
        for position, earlier in enumerate(self.made):
            if earlier.field == name and earlier.used == asked:
                asked = earlier.requested
                del self.made[position]
                break
        self.made.append(
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
        """Return the error for a value that the model cannot take."""
        message = Phrase(wrong_field(name, shown(requested)), " ", reason)
        return ValidationError(message, provider=self.provider, model=self.model)


def shown(value: object) -> object:
    """Return `value` in a form for messages: media as a summary, whole floats as integers."""
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    if isinstance(value, Media):
        return value.summary()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): shown(item) for key, item in value.items()}
    return value
