"""The tables agree with what was read of others: `make catalogue` writes the extracts, and the list of newer endpoints is kept by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from catalogue_check.comparison import agree, our_price, row_for
from catalogue_check.facts import KnownPrice
from catalogue_check.ours import sent_fields
from catalogue_check.price_judgements import PRICE_JUDGEMENTS, PriceJudgement, price_reason_for
from catalogue_check.price_sources import LOOKED_IN, WHY_NONE
from simulators.every_provider import SIMULATORS
from tarash.tarash_gateway import ValidationError, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import apply_row
from tarash.tarash_gateway.testing import Example

FOLDER = Path(__file__).parent
REGISTRY = Registry()
FAL = REGISTRY.get("fal").catalogue


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return content


CLIENT = _read("fal_required_fields.json")
NEWER = _read("fal_newer_endpoints.json")
PRICES = _read("prices.json")
REQUIRED: dict[str, list[str]] = {
    **CLIENT["required"],
    **{name: fields for group in NEWER["required"] for name, fields in group["endpoints"].items()},
}
NAMED: set[str] = {*REQUIRED, *(name for group in NEWER["named"] for name in group["endpoints"])}


def _row(model: str) -> Model:
    row = row_for(FAL, model)
    assert row is not None, f"{model} has no row of its own"
    return row


@pytest.mark.parametrize("model", REQUIRED)
def test_a_row_of_fal_sends_every_field_that_its_endpoint_requires(model: str) -> None:
    sent = sent_fields(_row(model))
    assert [name for name in REQUIRED[model] if name not in sent or not sent[name].required] == []


@pytest.mark.parametrize("row", [row for row in FAL.rows if not row.generic], ids=lambda row: row.id)
def test_a_row_of_fal_has_a_name_that_somebody_else_knows_or_is_marked(row: Model) -> None:
    served = [name for name in NAMED if FAL.lookup(name, row.modality) is row]
    assert bool(served) != row.unverified, "mark it as unverified" if not served else "it is known: unmark it"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("fal-ai/kling-video/v3/pro/motion-control", "character_orientation"),
        ("fal-ai/kling-video/v2.6/standard/motion-control", "character_orientation"),
        ("fal-ai/sora-2/video-to-video/remix", "video_id"),
        ("fal-ai/ltx-2-19b/text-to-video/lora", "loras"),
        ("fal-ai/bytedance/omnihuman/v1.5", "audio_url"),
        ("fal-ai/pixverse/v5/effects", "effect"),
        ("blackforestlabs/flux-3/keyframes-to-video", "keyframes"),
    ],
)
def test_a_parameter_that_only_the_user_can_choose_is_asked_for(model: str, told: str) -> None:
    request = VideoGenerationRequest(
        prompt="",
        image_list=[{"image": "https://example.com/a.png"}]
        if _row(model).accepts("first_frame") or _row(model).accepts("reference")
        else [],
        video="https://example.com/a.mp4" if _row(model).accepts("video") else None,
    )
    with pytest.raises(ValidationError, match=rf"extra_params\['{told}'\]"):
        apply_row(_row(model), request, provider="fal", model=model, mode="error")


def _known_prices() -> Iterator[tuple[str, str, list[KnownPrice]]]:
    for provider, models in PRICES["prices"].items():
        for model, entries in models.items():
            yield provider, model, [KnownPrice(usd=usd, unit=unit, when=when) for usd, unit, when in entries]


def _agrees(provider: str, model: str, known: KnownPrice) -> bool:
    row = row_for(REGISTRY.get(provider).catalogue, model)
    ours = None if row is None else our_price(row, known)
    return ours is not None and agree(ours, known.usd)


@pytest.mark.parametrize(
    ("provider", "model", "entries"),
    [pytest.param(*known, id=f"{known[0]} {known[1]}") for known in _known_prices()],
)
def test_every_price_of_the_price_map_is_in_our_table_or_judged(
    provider: str, model: str, entries: list[KnownPrice]
) -> None:
    unknown = [known for known in entries if not _agrees(provider, model, known)]
    assert [known for known in unknown if not price_reason_for(provider, model, known)] == []


def _map_cost(provider: str, model: str, request: Mapping[str, object]) -> float | None:
    """What a request costs by the price map alone: the price that applies, for each second or picture; None if the map has none."""
    entries: list[tuple[float, str, dict[str, object]]] = PRICES["prices"].get(provider, {}).get(model, [])
    for usd, unit, when in entries:
        if unit in ("second", "image") and when.items() <= request.items():
            each = request["duration_seconds"] if unit == "second" else request.get("n", 1)
            return usd * float(str(each))
    return None


def _priced_examples() -> Iterator[tuple[str, str, Example, float]]:
    for provider, simulator in SIMULATORS.items():
        cases = simulator.cases
        for example in cases.examples:
            is_image = example.modality == "image" or not cases.video_model
            model = example.model or (cases.image_model if is_image else cases.video_model)
            known = _map_cost(provider, model, example.request)
            if example.usd is not None and known is not None:
                yield provider, model, example, known


@pytest.mark.parametrize(
    ("example", "known"),
    [
        pytest.param(example, known, id=f"{provider} {model}")
        for provider, model, example, known in _priced_examples()
        # a size that the map does not tell apart has a price of its own
        if (provider, model) != ("google", "gemini-3-pro-image")
    ],
)
def test_an_example_of_the_conformance_kit_costs_what_the_price_map_says(
    example: Example, known: float
) -> None:
    assert example.usd == pytest.approx(known)


def test_most_providers_of_the_price_map_have_an_example_that_it_prices() -> None:
    compared = {provider for provider, *_ in _priced_examples()}
    assert compared >= {"alibaba", "azure_openai", "fal", "minimax", "openai", "runway", "xai"}


@pytest.mark.parametrize("judgement", PRICE_JUDGEMENTS, ids=lambda item: f"{item.provider} {item.models[0]}")
def test_a_judged_price_is_needed(judgement: PriceJudgement) -> None:
    open_ones = {
        name
        for provider, name, entries in _known_prices()
        for known in entries
        if judgement.covers(provider, name, known) and not _agrees(provider, name, known)
    }
    assert set(judgement.models) == open_ones, (
        "remove those that the map no longer has, or that our table has by now"
    )


def test_the_sources_of_prices_are_noted_for_providers_that_exist() -> None:
    assert {*LOOKED_IN, *WHY_NONE} <= set(REGISTRY.ids())
