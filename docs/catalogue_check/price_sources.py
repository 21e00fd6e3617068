"""Where the prices of the rows without one were looked for, and on which day; written by hand, for the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

LOOKED_ON: Final = date(2026, 11, 27)
EVERYWHERE: Final = (
    "LiteLLM's price map (litellm 1.110.2)",
    "the official client's types",
    "the price list of Comfy's partner nodes (the repository Comfy-Org/docs, 2025 and 2026)",
    "the price tables of genai-prices, @ai-sdk/gateway, @tanstack/ai-fal, celeste, llm-info and llm-zoo",
)
LOOKED_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "azure_openai": ("OpenAI's price page, which has the prices of tokens only",),
    "fal": (
        "copies of the answers of fal's pricing API of 2026-07-28 (the repository nodetool-ai/nodetool) and in falaw 0.0.79",
        "fal's model pages and developer guides",
    ),
    "google": ("Google's price page of the Gemini API, as others quote it",),
    "kling": ("Kling's price pages, copies of 2026-09-20",),
    "luma": ("Luma's price page, as others quote it",),
    "minimax": ("MiniMax's pay-as-you-go page",),
    "openai": ("OpenAI's price page, which has the prices of tokens only",),
    "replicate": ("Replicate's price page and its model pages; its API has no prices",),
    "runway": (
        "Runway's price page, copies of 2026-10-04 and 2026-10-08",
        "the price list of the reseller timeweb.cloud",
    ),
    "stability": ("Stability's price page",),
    "xai": ("xAI's price pages",),
}
WHY_NONE: Final[Mapping[str, tuple[str, ...]]] = {
    "fal": (
        "rows whose name has a `*` stand for tiers to come, or for names beside rows of their own",
        "for FLUX.2 base, klein realtime, the Wan 2.6 and 2.7 Pro pictures and Hunyuan's edits, the API gives a second of computing",
        "for PixVerse from 5.5 on, Vidu Q2, edits and layers of Seedream 5 Pro, and Ideogram 4, it gives a unit without its multipliers",
        "the edits of GPT Image 1 are billed by the tokens of their input pictures",
        "the rest is in no list",
    ),
    "google": ("the rows are for names to come",),
    "kling": (
        "the row `kling-v` is for names to come, and the effects cost what the chosen effect does",
        "Kling 4.0 Flash is in no list",
    ),
    "openai": ("gpt-image-2.6 has a price for tokens, and nobody states how many a picture takes",),
    "azure_openai": ("gpt-image-2.6 has a price for tokens, and nobody states how many a picture takes",),
    "replicate": (
        "the copies of the pages have no price of these models, or contradict each other; some are billed by the second of a GPU",
    ),
}
"""What is known of the reasons."""
