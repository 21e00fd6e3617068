"""What becomes of an output that fails its checks: it is kept, generated again, or left to the rest of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pydantic

from tarash.tarash_gateway.exceptions import ValidationError

from .media_facts import is_decoder_installed

OnBadMedia: TypeAlias = Literal["keep", "retry", "fallback"]
"""What to do with an output that fails its checks; all but "keep" pay again."""
ON_BAD_MEDIA: tuple[OnBadMedia, ...] = ("keep", "retry", "fallback")


class Rejection(pydantic.BaseModel):
    """An output that failed its checks and was generated again. It was paid for.

    Attributes:
        provider, model: who made it.
        request_id: the provider's id of the job.
        generation_id: the gateway's id of the generation.
        link: position of the model in the chain, counted from 0.
        next_link: position of the model that was to generate the row again.
        problems: what was wrong with it.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    provider: str
    model: str
    request_id: str | None = None
    generation_id: str | None = None
    link: int
    next_link: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """How outputs are checked.

    Attributes:
        is_checked: whether they are.
        on_bad_media: what to do with one that fails.
        retries: how often a model may generate the same row again, for "retry".
    """

    is_checked: bool = False
    on_bad_media: OnBadMedia = "keep"
    retries: int = 1

    @classmethod
    def of(cls, check: bool | None, on_bad_media: OnBadMedia, retries: int) -> MediaPolicy:
        """Return the policy for what the user asked for; `check=None` checks if PyAV is installed.

        Raises:
            ValidationError: a value is not allowed, or checks were asked for and PyAV is not installed.
        """
        if on_bad_media not in ON_BAD_MEDIA:
            raise ValidationError(
                f"on_bad_media={on_bad_media!r} is not offered; use {', '.join(ON_BAD_MEDIA)}"
            )
        if retries < 1:
            raise ValidationError(
                f"bad_media_retries={retries} retries nothing; use 1 or more, or on_bad_media='keep'"
            )
        if check is False and on_bad_media != "keep":
            raise ValidationError(
                f"on_bad_media={on_bad_media!r} needs the checks; leave out check_media=False"
            )
        is_needed = bool(check) or on_bad_media != "keep"
        if is_needed and not is_decoder_installed():
            raise ValidationError(
                "checking media needs PyAV; install the extra check, or pip install 'av>=17'"
            )
        return cls(is_needed or (check is None and is_decoder_installed()), on_bad_media, retries)

    def next_link(self, link: int, chain_length: int, rejections: Sequence[Rejection]) -> int | None:
        """Return which model generates a row again whose output failed, or None if it is kept.

        Args:
            link: position of the model that made the output.
            chain_length: number of models in the chain.
            rejections: the outputs of the row that failed before.
        """
        if self.on_bad_media == "fallback":
            return link + 1 if link + 1 < chain_length else None
        if self.on_bad_media == "retry":
            return link if sum(item.link == link for item in rejections) < self.retries else None
        return None


__all__ = ["ON_BAD_MEDIA", "MediaPolicy", "OnBadMedia", "Rejection"]
