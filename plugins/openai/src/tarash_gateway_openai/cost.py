"""Computes what images cost: the tokens that OpenAI counted, times the price of each kind of token."""

from __future__ import annotations

from dataclasses import dataclass

from tarash.tarash_gateway.plugin import wire

PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """US dollars per million tokens, by what the tokens hold; None if no price is known."""

    text_in: float
    image_in: float
    image_out: float
    text_out: float | None = None


# Source: litellm 1.109.1 price map; OpenAI's model page of gpt-image-2.6-sunburst, read 2026-11-22.
# The first prefix that fits counts.
TOKEN_PRICES: tuple[tuple[str, TokenPrice], ...] = (
    ("gpt-image-1-mini", TokenPrice(text_in=2.0, image_in=2.5, image_out=8.0)),
    ("gpt-image-1.5", TokenPrice(text_in=5.0, image_in=8.0, image_out=32.0, text_out=10.0)),
    ("chatgpt-image-latest", TokenPrice(text_in=5.0, image_in=8.0, image_out=32.0, text_out=10.0)),
    ("gpt-image-2", TokenPrice(text_in=5.0, image_in=8.0, image_out=30.0)),
)


def image_cost_usd(model: str, body: object) -> float | None:
    """Return what an image answer cost, in US dollars; None when the model's price or a count is unknown.

    Cached text is cheaper, which the counts do not show, so the result can be too high but never too low.
    """
    price = next((found for prefix, found in TOKEN_PRICES if model.startswith(prefix)), None)
    text_in = wire.number(body, "usage", "input_tokens_details", "text_tokens")
    image_in = wire.number(body, "usage", "input_tokens_details", "image_tokens")
    total_out = wire.number(body, "usage", "output_tokens")
    if price is None or text_in is None or image_in is None or total_out is None:
        return None
    text_out = wire.number(body, "usage", "output_tokens_details", "text_tokens") or 0.0
    if text_out and price.text_out is None:
        return None
    spent = (
        text_in * price.text_in
        + image_in * price.image_in
        + (total_out - text_out) * price.image_out
        + text_out * (price.text_out or 0.0)
    )
    return round(spent / PER_MILLION, 6)
