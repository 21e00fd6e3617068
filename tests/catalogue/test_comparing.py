"""A row is compared with what others know by what it sends, whatever its mappers are."""

from __future__ import annotations

from datetime import date

import pytest

from catalogue_check import judgements, price_judgements
from catalogue_check.comparison import Comparison, Difference, compare
from catalogue_check.facts import KnownField, KnownModel, KnownPrice, Shape, kind_of
from catalogue_check.ours import sent_fields
from catalogue_check.price_judgements import PriceJudgement
from catalogue_check.report import report_page
from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    frame_size_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    switch_field_mapper,
)
from tarash_gateway_runway.arms import Arm, Input, armed
from tarash_gateway_runway.fields import defaulted

TEXT = KnownField(shape=Shape(free=frozenset({"text"})))


def _row(name: str, fields: dict[str, FieldMapper] | None = None, **members: object) -> Model:
    return Model(id=name, modality="video", fields=fields or {}, source="this test", **members)  # type: ignore[arg-type]


def _known(**fields: KnownField) -> KnownModel:
    return KnownModel(fields=fields)


def _required(*values: object, free: str = "") -> KnownField:
    return KnownField(shape=Shape(values=values, free=frozenset({free} if free else ())), required=True)  # type: ignore[arg-type]


def _compare(*rows: Model, models: dict[str, KnownModel], provider: str = "acme") -> Comparison:
    return compare(Catalogue(rows), models, {}, provider=provider, sources=("acme 1.0",))


@pytest.mark.parametrize(
    ("mapper", "shape"),
    [
        (duration_field_mapper("str", allowed_values=(5, 10), suffix="s"), Shape(values=("5s", "10s"))),
        (duration_field_mapper("int", minimum=2, maximum=4), Shape(values=(2, 3, 4))),
        (duration_field_mapper("int", minimum=2), Shape(free=frozenset({"number"}))),
        (duration_field_mapper("frames", frames_per_second=24, minimum=1), Shape(free=frozenset({"number"}))),
        (aspect_ratio_field_mapper({"16:9": "wide"}), Shape(values=("wide",))),
        (
            switch_field_mapper("generate_audio", when_true="on", when_false="off"),
            Shape(values=("on", "off")),
        ),
        (
            frame_size_field_mapper({("16:9", "720p"): "1280:720", ("9:16", "1080p"): "1080:1920"}),
            Shape(values=("1280:720", "1080:1920")),
        ),
        (size_field_mapper(("square",), form="object"), Shape(free=frozenset({"text", "object"}))),
        (passthrough_field_mapper("seed"), Shape(free=frozenset({"number"}))),
        (single_image_field_mapper("first_frame"), Shape(free=frozenset({"text"}))),
        (image_list_field_mapper(), Shape(free=frozenset({"list"}))),
    ],
)
def test_what_a_mapper_sends_is_found_out_by_trying(mapper: FieldMapper, shape: Shape) -> None:
    assert sent_fields(_row("clip", {"wire": mapper}))["wire"].shape == shape


def test_a_field_is_always_sent_if_it_is_demanded_or_constant() -> None:
    row = _row(
        "clip",
        {
            "prompt": passthrough_field_mapper("prompt", required=True),
            "style": passthrough_field_mapper("style"),
            "extra_params": extra_params_field_mapper("mood", needed={"voice": "whose"}),
        },
        constants={"kind": "video"},
    )
    assert {name: field.required for name, field in sent_fields(row).items()} == {
        "prompt": True,
        "style": False,
        "mood": False,
        "voice": True,
        "kind": True,
    }


def test_a_field_with_a_default_is_always_sent() -> None:
    row = _row(
        "clip",
        {
            "duration": defaulted(duration_field_mapper("int", minimum=2), 5),
            "seed": passthrough_field_mapper("seed"),
        },
    )
    assert {name: field.required for name, field in sent_fields(row).items()} == {
        "duration": True,
        "seed": False,
    }


def test_a_row_with_arms_sends_what_any_of_them_sends() -> None:
    duration = {"duration": duration_field_mapper("int", minimum=2, required=True)}
    arms: dict[Input, Arm] = {
        "text": Arm(
            {**duration, "seed": passthrough_field_mapper("seed"), "x": extra_params_field_mapper("mood")}
        ),
        "image": Arm({**duration, "first": single_image_field_mapper("first_frame", required=True)}),
    }
    sent = sent_fields(armed("clip", "video", arms, source="this test"))
    assert {name: field.required for name, field in sent.items()} == {
        "duration": True, "seed": False, "mood": False, "first": False,
    }  # fmt: skip


def test_models_that_one_side_lacks_are_listed() -> None:
    found = _compare(
        _row("clip"),
        _row("reel", unverified=True),
        _row("film"),
        _row("*", generic=True),
        models={"clip/pro": _known(), "song": _known()},
    )
    assert (found.shared, found.lacking) == (1, ("song",))
    assert (found.ours_only, found.unmarked) == (("reel", "film"), ("film",))


def test_a_required_field_that_is_not_always_sent_is_listed() -> None:
    row = _row("clip", {"prompt": passthrough_field_mapper("prompt")})
    found = _compare(row, models={"clip": _known(prompt=_required(free="text"), angle=_required("left"))})
    assert found.never_sent == (
        Difference(model="clip", field="prompt", ours="sent if the request has it", theirs="required"),
        Difference(model="clip", field="angle", ours="never sent", theirs="required"),
    )


def test_a_field_that_the_client_does_not_know_is_listed() -> None:
    row = _row("clip", {"text": passthrough_field_mapper("prompt"), "seed": passthrough_field_mapper("seed")})
    found = _compare(row, models={"clip": _known(text=TEXT)})
    assert found.unknown_fields == (Difference(model="clip", field="seed", ours="sent", theirs="unknown"),)


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (Shape(values=(5, 10)), ("text", "number", ())),
        (Shape(values=("5", "8")), ("only we: 10", "only they: 8", ("10", "8"))),
        (Shape(values=("5", "10", "auto")), ("", "only they: auto", ("auto",))),
    ],
)
def test_values_and_types_that_differ_are_listed(
    theirs: Shape, told: tuple[str, str, tuple[str, ...]]
) -> None:
    row = _row("clip", {"duration": duration_field_mapper("str", allowed_values=(5, 10))})
    found = _compare(row, models={"clip": _known(duration=KnownField(shape=theirs))})
    assert found.values == (
        Difference(model="clip", field="duration", ours=told[0], theirs=told[1], values=told[2]),
    )


@pytest.mark.parametrize(
    "theirs",
    [Shape(values=("10", "5")), Shape(free=frozenset({"text"})), Shape(values=("x",), free=frozenset({"text"})), Shape()],
)  # fmt: skip
def test_values_that_agree_are_not_listed(theirs: Shape) -> None:
    row = _row("clip", {"duration": duration_field_mapper("str", allowed_values=(5, 10))})
    closed = KnownModel(fields={"duration": KnownField(shape=theirs)}, closed="x" not in theirs.values)
    assert _compare(row, models={"clip": closed}).values == ()


def test_prices_that_differ_and_models_without_one_are_listed() -> None:
    prices = (
        Price(usd=0.5, unit="second", when={"resolution": "1080p"}, source="this test"),
        Price(usd=0.2, unit="second", source="this test"),
    )
    catalogue = Catalogue([_row("clip", prices=prices), _row("reel")])
    known = {
        "clip": [
            KnownPrice(usd=0.5, unit="second", when={"resolution": "1080p"}),
            KnownPrice(usd=0.3, unit="second", when={"resolution": "720p"}),
            KnownPrice(usd=9, unit="image"),
        ],
        "reel": [KnownPrice(usd=0.1, unit="second")],
        "song": [KnownPrice(usd=0.3, unit="image")],
    }
    found = compare(catalogue, {}, known, provider="acme", sources=("prices 1.0",))
    assert found.prices == (
        Difference(model="clip", field="resolution=720p", ours="$0.2 per second", theirs="$0.3 per second"),
        Difference(model="clip", field="otherwise", ours="no price", theirs="$9 per image"),
    )
    assert found.unpriced == ("reel", "song")
    assert (found.rows, found.without_price) == (2, ("reel",))


def test_ends_that_differ_are_listed() -> None:
    ended = Lifecycle(ends_on=date(2026, 12, 1), where="on one server", source="this test")
    catalogue = Catalogue([_row("clip", lifecycle=ended), _row("reel"), _row("film")])
    one, other = date(2026, 12, 1), date(2026, 12, 3)
    theirs = {"clip": {one, other}, "reel": {other, one}, "song": {one}}
    found = compare(catalogue, {}, {}, provider="acme", sources=("prices 1.0",), ends=theirs)
    assert found.ends == (
        Difference(model="reel", field="end", ours="no end", theirs="2026-12-01, 2026-12-03"),
    )
    later = compare(catalogue, {}, {}, provider="acme", sources=("prices 1.0",), ends={"clip": {other}})
    assert [(item.ours, item.theirs) for item in later.ends] == [("2026-12-01", "2026-12-03")]
    assert "| `clip` | `end` | 2026-12-01 | 2026-12-03 |" in report_page({"acme": later}, read_on=one)


def test_prices_that_differ_by_rounding_agree() -> None:
    row = _row("clip", prices=(Price(usd=0.0527, unit="second", source="this test"),))
    known = {"clip": [KnownPrice(usd=0.05268, unit="second")]}
    assert compare(Catalogue([row]), {}, known, provider="acme", sources=("prices 1.0",)).prices == ()


def test_a_price_that_was_judged_is_told_with_its_reason_only(monkeypatch: pytest.MonkeyPatch) -> None:
    judged = PriceJudgement(
        provider="acme",
        models=("clip",),
        unit="second",
        when={"resolution": "4k"},
        usd=(0.9,),
        reason="a slip",
    )
    monkeypatch.setattr(price_judgements, "PRICE_JUDGEMENTS", (judged,))

    def found(usd: float, model: str = "clip", unit: str = "second", **when: object) -> Comparison:
        known = {model: [KnownPrice(usd=usd, unit=unit, when=when)]}
        prices = (Price(usd=0.5, unit="second", source="this test"),)
        rows = [_row("clip", prices=prices), _row("reel", prices=prices)]
        return compare(Catalogue(rows), {}, known, provider="acme", sources=("prices 1.0",))

    assert found(0.9, resolution="4k").prices == ()
    assert [item.model for item in found(0.9, resolution="4k").judged["a slip"]] == ["clip"]
    # anything else is a new difference
    assert found(0.8, resolution="4k").prices
    assert found(0.9).prices
    assert found(0.9, "reel", resolution="4k").prices
    assert found(0.9, unit="image", resolution="4k").prices


def test_a_difference_that_was_judged_is_told_with_its_reason_only() -> None:
    judged = judgements.JUDGEMENTS[0]
    model = judged.models[0]
    row = _row(model, {judged.field: duration_field_mapper("int", allowed_values=(5,))})
    known = {model: _known(**{judged.field: KnownField(shape=Shape(values=("5",)))})}
    found = _compare(row, models=known, provider=judged.provider)
    assert found.values == ()
    assert [item.model for item in found.judged[judged.reason]] == [model]


def test_another_value_of_a_judged_field_is_a_difference_again() -> None:
    row = _row("fal-ai/veo3.1", {"resolution": resolution_field_mapper(["720p", "4k", "8k"])})

    def found(*theirs: str) -> Comparison:
        known = _known(resolution=KnownField(shape=Shape(values=theirs)))
        return _compare(row, models={"fal-ai/veo3.1": known}, provider="fal")

    assert found("720p", "8k").values == ()
    assert [item.ours for item in found("720p").values] == ["only we: 4k, 8k"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "boolean"), (1, "number"), (1.5, "number"), ("x", "text"), ([], "list"), ({}, "object")],
)
def test_a_value_has_the_kind_that_json_gives_it(value: object, kind: str) -> None:
    assert kind_of(value) == kind


def test_the_page_tells_the_day_the_counts_and_every_difference() -> None:
    row = _row("clip", {"seed": passthrough_field_mapper("seed")})
    found = _compare(row, _row("reel"), models={"clip": _known(angle=_required("left")), "song": _known()})
    nothing = compare(Catalogue([row]), {}, {}, provider="other", sources=())
    page = report_page({"acme": found, "other": nothing}, read_on=date(2026, 11, 27))
    assert "On 2026-11-27, `make catalogue`" in page
    assert "| [acme](#acme) | acme 1.0 | 1 | 1 | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 of 2 |" in page
    assert "| [other](#other) | nothing | – |" in page
    assert "**Models they know and we lack** (1): `song`." in page
    assert "| `clip` | `angle` | never sent | required |" in page
    assert "Neither an official client nor the price map names its models." in page
    assert "**Rows of ours without a price** (2): `clip`, `reel`." in page


def test_the_page_tells_where_prices_were_looked_for_if_somebody_did() -> None:
    found = _compare(_row("clip"), models={})
    page = report_page({"acme": found, "fal": found}, read_on=date(2026, 11, 27))
    assert page.count("**Rows of ours without a price** (1): `clip`.") == 2
    assert page.count("their prices were not found in:") == 1
    assert "- fal's model pages and developer guides" in page


def test_a_long_list_of_names_is_counted_by_family() -> None:
    names = {f"acme/clip/{number}": _known() for number in range(120)} | {"other/reel": _known()}
    page = report_page({"acme": _compare(models=names)}, read_on=date(2026, 11, 27))
    assert "(121), by family: `acme/clip` (120), `other/reel`." in page
