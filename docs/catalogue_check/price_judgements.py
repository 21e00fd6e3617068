"""The prices of the price map that are not in our tables: which, and why. The report lists them apart from the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from .facts import KnownPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceJudgement:
    """A reason why some prices of the price map are not in our table.

    Attributes:
        provider: provider id.
        models: model names.
        unit: the unit of the prices; empty stands for any.
        when: conditions that they all have.
        usd: the prices; empty stands for any. Another price is a new difference.
        reason: why ours is right, or has no such price.
    """

    provider: str
    models: tuple[str, ...]
    unit: str = ""
    when: Mapping[str, object] = field(default_factory=dict)
    usd: tuple[float, ...] = ()
    reason: str

    def covers(self, provider: str, model: str, price: KnownPrice) -> bool:
        """Return whether a price is one of these."""
        return (
            provider == self.provider
            and model in self.models
            and self.unit in ("", price.unit)
            and price.when.items() >= self.when.items()
            and (not self.usd or price.usd in self.usd)
        )


_BY_TOKENS: Final = (
    "bills tokens; our rows have the price of a picture of each size and quality, where one is published"
)
_AZURE_TOKENS: Final = (
    "gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-1.5-2025-12-16", "gpt-image-2", "gpt-image-2-2026-04-21",
    "gpt-image-2.5-flare", "gpt-image-2.5-sunburst",
)  # fmt: skip
_OPENAI_TOKENS: Final = (
    *_AZURE_TOKENS, "chatgpt-image-latest", "gpt-image-2.5-flare-2026-09-08", "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.6-flare", "gpt-image-2.6-sunburst",
)  # fmt: skip
_NO_ROW: Final = (
    "bria/text-to-image/3.2", "fal-ai/bytedance/dreamina/v3.1/text-to-image", "fal-ai/bytedance/seedream/v3/text-to-image",
    "fal-ai/flux-lora-depth", "fal-ai/stable-diffusion-v35-medium", "fal-ai/trellis",
    "fal-ai/trellis-2",
)  # fmt: skip
_STABILITY: Final[Mapping[float, tuple[str, ...]]] = {
    0.002: ("upscale/fast",),
    0.004: ("edit/outpaint",),
    0.005: (
        "control/sketch", "control/structure", "control/style", "edit/erase", "edit/inpaint", "edit/remove-background",
        "edit/search-and-recolor", "edit/search-and-replace",
    ),
    0.008: ("control/style-transfer", "edit/replace-background-and-relight"),
    0.04: ("upscale/conservative",),
    0.06: ("upscale/creative",),
}  # fmt: skip
_RUNWAY: Final[Mapping[str, tuple[float, str]]] = {
    "hailuo3": (0.1, "the price of 768p without reference pictures, which our row has by resolution"),
    "seedance2": (0.36, "the price of 480p and 720p, which our row has by resolution"),
    "seedance2_fast": (0.29, "the price of both resolutions, which our row has by resolution"),
    "seedance2_mini": (0.16, "the price of both resolutions, which our row has by resolution"),
}

PRICE_JUDGEMENTS: Final[Sequence[PriceJudgement]] = (
    *(
        PriceJudgement(provider=provider, models=models, unit="token", reason=f"{title} {_BY_TOKENS}")
        for provider, models, title in (
            ("azure_openai", _AZURE_TOKENS, "Azure"),
            ("openai", _OPENAI_TOKENS, "OpenAI"),
        )
    ),
    *(
        PriceJudgement(
            provider=provider,
            models=("sora-2-pro-high-res",),
            usd=(0.5,),
            reason="the price map's name for 1024p of `sora-2-pro`, which our row prices by its resolution",
        )
        for provider in ("azure_openai", "openai")
    ),
    PriceJudgement(
        provider="azure_openai",
        models=("gpt-image-1-mini",),
        unit="image",
        usd=(0.0022, 0.0032, 0.0033, 0.0084, 0.0125, 0.0127, 0.0333, 0.0497, 0.0499),
        reason="without a source, and just the tokens of a picture of `gpt-image-1` times the price of a token; OpenAI states ours",
    ),
    PriceJudgement(
        provider="openai",
        models=("gpt-image-1.5", "gpt-image-1.5-2025-12-16"),
        usd=(0.009, 0.013),
        reason="the price of low quality; the quality `standard` does not exist, and without one the model chooses",
    ),
    PriceJudgement(
        provider="fal",
        models=("fal-ai/flux/schnell",),
        usd=(0.003,),
        reason="fal bills it by the megapixel, at this price",
    ),
    PriceJudgement(
        provider="fal",
        models=("gpt-image-2",),
        reason="LiteLLM's short name of `openai/gpt-image-2`, which has these prices",
    ),
    PriceJudgement(
        provider="fal",
        models=_NO_ROW,
        reason="no row of its own: the row for any name of fal's serves it, without a price",
    ),
    PriceJudgement(
        provider="google",
        models=("gemini-3.1-flash-image", "gemini-3.1-flash-image-preview"),
        usd=(0.045,),
        reason="the price of 512 pixels a side; without a size, the model makes a picture of 1K",
    ),
    PriceJudgement(
        provider="runway",
        models=("gen4_image",),
        usd=(0.05,),
        reason="the price of 720p, which our row has; without a resolution, it asks for 1080p",
    ),
    PriceJudgement(
        provider="runway", models=("hailuo3",), usd=(0.15,), reason="the price of 2k; the model has no 1080p"
    ),
    *(
        PriceJudgement(provider="runway", models=(model,), usd=(usd,), reason=reason)
        for model, (usd, reason) in _RUNWAY.items()
    ),
    *(
        PriceJudgement(
            provider="stability",
            models=models,
            usd=(usd,),
            reason="a tenth of the credits on Stability's price page, and far below the map's own entries for Amazon Bedrock",
        )
        for usd, models in _STABILITY.items()
    ),
    PriceJudgement(
        provider="xai",
        models=("grok-imagine-image-2.0",),
        usd=(0.04, 0.06),
        reason="the price of each size in low quality, which our row has; an edit without `quality` costs what medium does",
    ),
    PriceJudgement(
        provider="xai",
        models=(
            "grok-imagine-image-pro",
            "grok-imagine-image-quality",
            "grok-imagine-image-quality-20260403",
            "grok-imagine-image-quality-latest",
        ),
        usd=(0.05,),
        reason="the price until 2026-11-02; since then, grok-imagine-image-2.0 serves the name in low quality",
    ),
)


def price_reason_for(provider: str, model: str, price: KnownPrice) -> str | None:
    """Return why a price of the price map is not in our table, or None if nobody has judged it."""
    for judgement in PRICE_JUDGEMENTS:
        if judgement.covers(provider, model, price):
            return judgement.reason
    return None
