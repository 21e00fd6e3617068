"""The differences that were looked at and stay: which, and why. The report lists them apart from the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A reason why some differences stay.

    Attributes:
        provider: provider id.
        field: name of the field on the wire.
        models: beginnings of the model names; empty stands for every model.
        values: the values that only one side may have; any other is a new difference.
        reason: why ours is right, or will do.
    """

    provider: str
    field: str
    models: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    reason: str

    def covers(self, provider: str, field: str, model: str, values: tuple[str, ...]) -> bool:
        """Return whether a difference is one of these."""
        named = not self.models or model.startswith(self.models)
        return named and (provider, field) == (self.provider, self.field) and set(values) <= set(self.values)


JUDGEMENTS: Final[tuple[Judgement, ...]] = (
    Judgement(
        provider="fal",
        field="duration",
        models=("fal-ai/ltx-2", "fal-ai/sora-2", "fal-ai/vidu/q2", "fal-ai/wan/v2.7"),
        reason="the types put whole numbers in quotes; the model pages have none",
    ),
    Judgement(
        provider="fal",
        field="resolution",
        models=("fal-ai/veo3.1",),
        values=("4k",),
        reason="the types are older than 4k, which the model pages list",
    ),
    Judgement(
        provider="fal",
        field="resolution",
        models=("fal-ai/sora-2", "xai/grok-imagine-video"),
        values=("auto", "true_1080p"),
        reason="`auto` and `true_1080p` are no resolution that a request can have; they go through `extra_params`",
    ),
    Judgement(
        provider="fal",
        field="thinking_type",
        models=("fal-ai/pixverse",),
        values=("auto",),
        reason="`auto` is what the model does without the field",
    ),
    Judgement(
        provider="fal",
        field="video_size",
        models=("fal-ai/ltx-2-19b",),
        values=("auto", "square"),
        reason="the aspect ratio of a request chooses the size; `auto` and the smaller square go through `extra_params`",
    ),
    *(
        Judgement(
            provider="luma",
            field=field,
            models=("ray-2", "ray-flash-2"),
            reason="belongs to the request that modifies a video, which lumaai has no types for",
        )
        for field in ("media", "mode", "generation_id")
    ),
    Judgement(
        provider="runway",
        field="duration",
        values=("auto",),
        reason="`auto` is no number of seconds; it goes through `extra_params`",
    ),
    Judgement(
        provider="runway",
        field="promptExpansionMode",
        models=("h3_max",),
        values=("quality",),
        reason="`enhance_prompt` is a switch; the third word goes through `extra_params`",
    ),
    Judgement(
        provider="runway",
        field="resolution",
        models=("hailuo3", "happyhorse_1_0"),
        values=("768P", "2K", "720P", "1080P"),
        reason="the client calls the words in capitals deprecated",
    ),
    Judgement(
        provider="runway",
        field="ratio",
        models=("recraft_v4_1_flash",),
        values=("832:1344", "1280:896", "896:1280"),
        reason="a second size of the same shape; a request with `size` in pixels sends it",
    ),
    *(
        judgement
        for provider in ("azure_openai", "openai")
        for judgement in (
            Judgement(
                provider=provider,
                field="images",
                reason="our name for the parts `image` and `image[]` of the form",
            ),
            *(
                Judgement(
                    provider=provider,
                    field=field,
                    models=("sora-2",),
                    reason="belongs to the requests that edit, extend or remix a video",
                )
                for field in ("video", "characters", "operation")
            ),
            Judgement(
                provider=provider,
                field="size",
                models=("sora-2-pro",),
                values=("1080x1920", "1920x1080"),
                reason="OpenAI's video guide lists 1080p, which the client's types leave out",
            ),
        )
    ),
)


def reason_for(provider: str, field: str, model: str, values: tuple[str, ...]) -> str | None:
    """Return why a difference stays, or None if nobody has judged it."""
    for judgement in JUDGEMENTS:
        if judgement.covers(provider, field, model, values):
            return judgement.reason
    return None
