"""Asks several models for the same clip at the same time, and compares time, cost and adjustments: `python examples/compare_models.py`."""

from __future__ import annotations

import asyncio

from tarash.tarash_gateway import (
    Gateway,
    MockConfig,
    TarashException,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

MODELS = [
    ("fal", "fal-ai/veo3.1"),
    ("kling", "kling-v2-6"),
    ("runway", "gen4.5"),
    ("replicate", "google/veo-3.1-fast"),
]
REQUEST = VideoGenerationRequest(prompt="a paper boat on a rainy street", duration_seconds=4)


async def try_one(gateway: Gateway, provider: str, model: str) -> str:
    """Generate with one model, and return its line of the table."""
    # without `mock=`, the models are real: each needs its key, and costs what the table says
    config = VideoGenerationConfig(provider=provider, model=model, mock=MockConfig())
    name = f"{provider}/{model}"
    estimate = gateway.plan_video(config, REQUEST).attempts[0].estimated_cost_usd
    try:
        response = await gateway.generate_video_async(config, REQUEST)
    except TarashException as error:
        return f"{name:<30} {type(error).__name__}: {error}"
    await response.save_async(f"output/compare-{provider}.mp4")
    metadata = response.execution_metadata
    changes = ", ".join(
        f"{change.field} {change.requested} → {change.used}" for change in metadata.adjustments
    )
    price = "unknown" if estimate is None else f"${estimate:.2f}"
    return f"{name:<30} {metadata.total_elapsed_seconds:5.1f} s  {price:>8}  {changes or 'as requested'}"


async def main() -> None:
    """Try every model, and print the lines in the order of `MODELS`."""
    async with Gateway() as gateway:
        lines = await asyncio.gather(*(try_one(gateway, *model) for model in MODELS))
    print(f"{'model':<30} {'time':>7}  {'estimate':>8}  adjustments", *lines, sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
