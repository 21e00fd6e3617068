"""Rows: how a name finds one, what one field's value demands of another, prices, and the end of a model."""

from __future__ import annotations

from datetime import date

import pytest

from core.acme import Acme
from core.mapping.rows import changes, map_video, row
from tarash.tarash_gateway import ValidationError, register_model
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    Rule,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    switch_field_mapper,
)
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.mapping.field_mapper import merge_extra

PROMPT = passthrough_field_mapper("prompt")
FIELDS: dict[str, FieldMapper] = {
    "prompt": PROMPT,
    "seconds": duration_field_mapper(allowed_values=(5, 10)),
    "size": resolution_field_mapper(["720p", "1080p"]),
    "image": single_image_field_mapper("first_frame"),
    "end": single_image_field_mapper("last_frame"),
}


def _model(name: str, *, generic: bool = False, modality: str = "video") -> Model:
    return Model(id=name, modality=modality, fields={}, source="this test", generic=generic)


CATALOGUE = Catalogue(
    [
        _model("acme/clip"),
        _model("acme/clip-2"),
        _model("acme/clip-2/pro"),
        _model("*/turbo"),
        _model("acme/still", modality="image"),
        _model("any", generic=True),
    ]
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("acme/clip", "acme/clip", id="exact"),
        pytest.param("acme/clip-2", "acme/clip-2", id="exact-before-prefix"),
        pytest.param("acme/clip-2/fast", "acme/clip-2", id="longest-prefix"),
        pytest.param("acme/clip-3", "acme/clip", id="shorter-prefix"),
        pytest.param("acme/clip-2/pro/v1", "acme/clip-2/pro", id="still-longer-prefix"),
        pytest.param("acme/clip-2:v9", "acme/clip-2", id="version-hash"),
        pytest.param("acme/clip-2.mini", "acme/clip-2", id="word-after-a-full-stop"),
        pytest.param("acme/clip-2.5", "acme/clip", id="never-inside-a-number"),
        pytest.param("acme/clip-20", "acme/clip", id="never-inside-longer-digits"),
        pytest.param("acme/clip4", "acme/clip", id="version-after-a-word"),
        pytest.param("acme/clips", "any", id="never-inside-a-word"),
        pytest.param("acme/clip-2/production", "acme/clip-2", id="never-inside-a-later-word"),
        pytest.param("other/turbos", "any", id="never-inside-a-word-after-a-segment"),
        pytest.param("other/turbo", "*/turbo", id="one-segment"),
        pytest.param("other/turbo-v2", "*/turbo", id="segment-as-prefix"),
        pytest.param("a/b/turbo", "any", id="not-two-segments"),
        pytest.param("unheard-of", "any", id="generic"),
    ],
)
def test_a_name_finds_its_row(name: str, found: str) -> None:
    for _ in range(2):  # the second look-up is remembered
        row_found = CATALOGUE.lookup(name, "video")
        assert row_found is not None
        assert row_found.id == found


def test_a_row_serves_one_modality() -> None:
    assert CATALOGUE.lookup("acme/clip", "image") is None
    found = CATALOGUE.lookup("acme/still", "image")
    assert found is not None
    assert (CATALOGUE.has("image"), Catalogue([_model("a")]).has("image")) == (True, False)


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="has two rows for video"):
        Catalogue([_model("a"), _model("a")])
    with pytest.raises(ValueError, match="two generic rows"):
        Catalogue([_model("a", generic=True), _model("b", generic=True)])


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("acme/*/fast", "acme/fast/*", "acme/fast/fast"),
        ("*/video", "video/*", "video/video"),
        ("acme/*/edit", "acme/v1-0/*t", None),
        ("acme/*", "*/acme", "acme/acme"),
    ],
)
def test_two_rows_of_one_length_that_serve_one_name_are_refused(
    one: str, other: str, name: str | None
) -> None:
    for ids in ((one, other), (other, one)):
        if name is None:
            assert len(Catalogue([_model(row_id) for row_id in ids]).rows) == 2
            continue
        with pytest.raises(ValidationError, match=f"equally long and both serve '{name}'; make one"):
            Catalogue([_model(row_id) for row_id in ids])
        assert Catalogue([_model(ids[0]), _model(ids[1], modality="image")]).has("image")


def test_rows_of_one_length_without_a_common_name_are_no_mistake() -> None:
    ids = ["acme/*/fast", "acme/*/slow", "acme/one", "acme/two", "beta/*/fast"]
    assert len(Catalogue([_model(row_id) for row_id in ids]).rows) == len(ids)


def test_a_row_added_at_run_time_counts_at_once_and_for_one_registry_only() -> None:
    plugin = Acme()
    one, other = Registry(lambda _group: ()), Registry(lambda _group: ())
    for registry in (one, other):
        registry.register("acme", plugin)
        assert registry.get("acme").catalogue.lookup("paced-new", "video") is not None
    for source in ("first", "second"):
        one.add_model("acme", Model(id="paced-new", modality="video", fields={}, source=source))
        found = one.get("acme").catalogue.lookup("paced-new", "video")
        assert found is not None
        assert found.source == source
    kept = other.get("acme").catalogue.lookup("paced-new", "video")
    assert kept is not None
    assert kept.id == "paced"


def test_a_name_without_field_mappers_is_refused() -> None:
    with pytest.raises(
        ValidationError, match="the model 'paced-new' has no field mappers; pass them after its name"
    ):
        register_model("acme", "paced-new")


def test_a_rule_narrows_the_values_of_another_field() -> None:
    table = row(
        FIELDS,
        rules=(
            Rule(
                when={"resolution": ("1080p",)},
                allow={"duration_seconds": (5,)},
                reason="with resolution=1080p",
            ),
        ),
    )
    assert map_video(table, prompt="x", resolution="720p", duration_seconds=10).adjustments == ()
    asked = {"prompt": "x", "resolution": "1080p", "duration_seconds": 10}
    with pytest.raises(
        ValidationError, match="duration_seconds=10 is not offered with resolution=1080p; use 5"
    ):
        map_video(table, **asked)
    assert changes(map_video(table, "adjust", **asked)) == [("duration_seconds", 10, 5)]


def test_a_rule_forbids_a_field() -> None:
    table = row(
        FIELDS, rules=(Rule(when={"first_frame": ()}, allow={"resolution": ()}, reason="with a first frame"),)
    )
    asked = {
        "prompt": "x",
        "resolution": "720p",
        "image_list": [{"image": "https://x.example/a.png", "type": "start_frame"}],
    }
    with pytest.raises(ValidationError, match="is not offered with a first frame; leave it out"):
        map_video(table, **asked)
    assert "size" not in map_video(table, "adjust", **asked).payload


def test_a_rule_requires_a_field() -> None:
    table = row(
        FIELDS, rules=(Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame"),)
    )
    end = {"image": "https://x.example/b.png", "type": "end_frame"}
    with pytest.raises(ValidationError, match="first_frame is required with a last frame"):
        map_video(table, prompt="x", image_list=[end])
    start = {"image": "https://x.example/a.png", "type": "start_frame"}
    assert set(map_video(table, prompt="x", image_list=[start, end]).payload) == {"prompt", "image", "end"}


def test_a_rule_that_looks_at_a_fixed_value() -> None:
    table = row(
        {"prompt": PROMPT, "seconds": FIELDS["seconds"]},
        fixed={"resolution": "1080p"},
        rules=(Rule(when={"resolution": ("1080p",)}, allow={"duration_seconds": (5,)}, reason="at 1080p"),),
    )
    with pytest.raises(ValidationError, match="at 1080p"):
        map_video(table, duration_seconds=10)


def test_a_fixed_value_may_be_asked_for_and_no_other() -> None:
    table = row({"prompt": PROMPT}, fixed={"resolution": "720p"})
    assert map_video(table, resolution="720p").payload == {}
    with pytest.raises(ValidationError, match="always uses resolution='720p'"):
        map_video(table, resolution="4k")
    assert changes(map_video(table, "adjust", resolution="4k")) == [("resolution", "4k", "720p")]


def test_silence_is_what_a_model_without_sound_renders_anyway() -> None:
    table = row({"prompt": PROMPT})
    assert map_video(table, generate_audio=False).adjustments == ()
    with pytest.raises(
        ValidationError, match="generate_audio=True is not an option of this model; it takes prompt"
    ):
        map_video(table, generate_audio=True)


def test_what_to_do_is_told_with_a_refusal_and_not_with_a_change() -> None:
    table = row({"prompt": PROMPT})
    with pytest.raises(ValidationError, match=r"it takes prompt; leave it out, or set unsupported='adjust'$"):
        map_video(table, seed=1)
    (change,) = map_video(table, "adjust", seed=1).adjustments
    assert change.reason == "is not an option of this model; it takes prompt"


@pytest.mark.parametrize("name", ["*", "**"])
def test_a_row_for_every_name_says_that_it_is_one(name: str) -> None:
    with pytest.raises(ValueError, match="names no model; set generic=True"):
        Catalogue([Model(id=name, modality="video", fields={"prompt": PROMPT}, source="this test")])


def test_members_are_nested_by_dots_and_constants_always_sent() -> None:
    table = row(
        {
            "input.prompt": PROMPT,
            "input.audio.mode": switch_field_mapper("generate_audio", when_true="on", when_false="off"),
        },
        constants={"input.watermark": False, "version": 3},
    )
    assert map_video(table, prompt="x", generate_audio=True).payload == {
        "input": {"prompt": "x", "audio": {"mode": "on"}, "watermark": False},
        "version": 3,
    }


def test_extra_parameters_win_and_merge_member_by_member() -> None:
    table = row(
        {
            "input.prompt": PROMPT,
            "input.seed": passthrough_field_mapper("seed"),
            "x": extra_params_field_mapper(),
        }
    )
    extra = {"input": {"seed": 9, "cfg": 0.5}, "tags": ["a"]}
    assert map_video(table, prompt="x", seed=1, extra_params=extra).payload == {
        "input": {"prompt": "x", "seed": 9, "cfg": 0.5},
        "tags": ["a"],
    }


def test_merging_changes_neither_side() -> None:
    payload: dict[str, object] = {"a": {"b": 1}}
    extra = {"a": {"c": 2}}
    assert merge_extra(payload, extra) == {"a": {"b": 1, "c": 2}}
    assert (payload, extra) == ({"a": {"b": 1}}, {"a": {"c": 2}})


PRICED = row(
    FIELDS,
    defaults={"resolution": "720p", "duration_seconds": 5},
    prices=(
        Price(usd=0.4, unit="second", when={"resolution": "1080p"}, source="this test"),
        Price(usd=0.2, unit="second", source="this test"),
    ),
)


@pytest.mark.parametrize(
    ("values", "usd"),
    [
        ({}, 1.0),
        ({"duration_seconds": 10}, 2.0),
        ({"duration_seconds": 10, "resolution": "1080p"}, 4.0),
        ({"duration_seconds": 10, "number_of_videos": 3}, 6.0),
    ],
)
def test_the_first_price_that_holds_counts(values: dict[str, object], usd: float) -> None:
    assert estimate_cost_usd(PRICED, values, count_field="number_of_videos") == pytest.approx(usd)


@pytest.mark.parametrize(
    ("modality", "unit", "values", "usd"),
    [
        ("video", "video", {}, 0.5),
        ("image", "image", {"n": 4}, 2.0),
        ("audio", "audio", {"n": 2}, 1.0),
        ("image", "megapixel", {}, None),
        ("video", "second", {}, None),
    ],
)
def test_a_price_per_piece_counts_the_pieces(
    modality: str, unit: str, values: dict[str, object], usd: float | None
) -> None:
    table = row({}, modality=modality, prices=(Price(usd=0.5, unit=unit, source="this test"),))
    assert estimate_cost_usd(table, values, count_field="n") == usd


@pytest.mark.parametrize(
    ("usual", "size", "usd"),
    [
        (None, None, None),
        (None, "1024x1024", None),
        (1, None, 0.5),
        (1, "square_hd", 0.5),
        (1, "1920x1080", 1.0),
    ],
)
def test_a_price_per_megapixel_counts_begun_ones_where_the_usual_number_is_known(
    usual: float | None, size: object, usd: float | None
) -> None:
    price = Price(usd=0.25, unit="megapixel", usual_megapixels=usual, source="this test")
    table = row({}, modality="image", prices=(price,))
    assert estimate_cost_usd(table, {"n": 2, "size": size}, count_field="n") == usd


@pytest.mark.parametrize(
    ("unit", "values", "usd"),
    [
        ("megapixel", {}, 1.0),
        ("megapixel", {"size": "1920x1080", "n": 3}, 3.75),
        ("megapixel", {"size": "512x512"}, 1.0),
        ("second", {"duration_seconds": 5}, 2.0),
        ("second", {"duration_seconds": 0.5}, 0.5),
    ],
)
def test_the_first_unit_may_have_a_price_of_its_own(unit: str, values: dict[str, object], usd: float) -> None:
    price = Price(usd=0.25, unit=unit, usd_first=1.0, usual_megapixels=1, source="this test")
    table = row({}, modality="image", prices=(price,))
    assert estimate_cost_usd(table, values, count_field="n") == usd


@pytest.mark.parametrize(
    ("inputs", "usd"),
    [
        ({}, 1.0),
        ({"first_frame": "one"}, 1.0),
        ({"reference": ["one", "two", "three"]}, 1.2),
        ({"first_frame": "one", "reference": ["two"], "mask_image": "mask", "video": "clip"}, 1.1),
    ],
)
def test_each_input_image_beyond_the_free_ones_adds_to_the_cost(
    inputs: dict[str, object], usd: float
) -> None:
    price = Price(usd=0.5, unit="image", usd_per_input_image=0.1, free_input_images=1, source="this test")
    table = row({}, modality="image", prices=(price,))
    assert estimate_cost_usd(table, {"n": 2, **inputs}, count_field="n") == usd


def test_an_amount_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="usd_per_input_image=-1"):
        Price(usd=0.5, unit="image", usd_per_input_image=-1, source="this test")


def test_a_cost_without_a_price_is_unknown_and_never_0() -> None:
    assert estimate_cost_usd(row({}), {}, count_field="n") is None


def test_a_price_per_something_unknown_is_refused_with_the_row() -> None:
    with pytest.raises(ValueError, match="price per 'minute'; use second, megapixel, video"):
        row({}, prices=(Price(usd=0.5, unit="minute", source="this test"),))


@pytest.mark.parametrize(
    ("lifecycle", "notice"),
    [
        (None, None),
        (Lifecycle(source="x"), "model m is deprecated"),
        (
            Lifecycle(ends_on=date(2026, 11, 21), replacement="n", source="x"),
            "model m was retired on 2026-11-21; use n",
        ),
        (Lifecycle(ends_on=date(2026, 11, 22), source="x"), "model m ends on 2026-11-22"),
        (Lifecycle(ends_on=date(2027, 1, 21), source="x"), "model m ends on 2027-01-21"),
        (Lifecycle(ends_on=date(2027, 1, 22), source="x"), None),
    ],
)
def test_the_end_of_a_model_is_told_from_sixty_days_before(
    lifecycle: Lifecycle | None, notice: str | None
) -> None:
    assert row({}, lifecycle=lifecycle).end_notice(date(2026, 11, 22)) == notice


def test_what_a_model_is_for_follows_from_its_fields() -> None:
    frame = single_image_field_mapper("first_frame", required=True)
    assert row({"prompt": PROMPT}).tasks() == ("text-to-video",)
    assert row({"prompt": PROMPT, "image": frame}).tasks() == ("image-to-video",)
    assert row({"refs": image_list_field_mapper()}).tasks() == ("text-to-video", "reference-to-video")
    assert row({"prompt": PROMPT}, modality="image").tasks() == ("text-to-image",)
    assert row({"refs": image_list_field_mapper()}, modality="image").tasks() == (
        "text-to-image",
        "image-to-image",
    )
    assert row({"prompt": PROMPT}, modality="audio").tasks() == ("text-to-audio",)


def test_a_row_says_what_it_takes_and_needs() -> None:
    table = row(
        {"image": single_image_field_mapper("first_frame", required=True)}, fixed={"resolution": "720p"}
    )
    assert table.accepts("first_frame")
    assert table.accepts("resolution")
    assert not table.accepts("seed")
    assert table.needs("first_frame")
    assert not table.needs("resolution")


NEEDY = row(
    {
        "prompt": PROMPT,
        "extra_params": extra_params_field_mapper(
            "style", needed={"strength": "0 to 1", "angle": "in degrees"}
        ),
    }
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {},
            r"extra_params\['strength'\] \(0 to 1\) and extra_params\['angle'\] \(in degrees\) are required",
        ),
        ({"angle": 9}, r"extra_params\['strength'\] \(0 to 1\) is required"),
    ],
)
def test_a_parameter_that_the_model_requires_is_demanded_before_anything_is_sent(
    given: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_video(NEEDY, extra_params=given)


def test_a_parameter_that_the_model_requires_is_sent_and_documented() -> None:
    given = {"strength": 0.5, "angle": 0}
    assert map_video(NEEDY, extra_params=given).payload == given
    (said,) = [item.note for item in NEEDY.capabilities() if item.field == "extra_params"]
    assert said == "strength (required: 0 to 1), angle (required: in degrees), style"


def test_a_fixed_value_is_told_unless_a_mapper_tells_the_field() -> None:
    fields = {"prompt": passthrough_field_mapper("prompt"), "size": resolution_field_mapper(["720p"])}
    table = row(fields, fixed={"duration_seconds": 5, "resolution": "720p"})
    assert [(item.field, item.allowed, item.note) for item in table.capabilities()] == [
        ("prompt", (), ""),
        ("resolution", ("720p",), ""),
        ("duration_seconds", (5,), "always"),
    ]


OVERRIDDEN = Model(
    id="overridden",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "seconds": duration_field_mapper(allowed_values=(4, 8)),
        "options.seed": passthrough_field_mapper("seed"),
        "frame": single_image_field_mapper("first_frame"),
    },
    source="test",
)


@pytest.mark.parametrize(
    ("extra", "replaced"),
    [
        ({"seconds": 12}, {"duration_seconds": (5, "seconds")}),
        ({"options": {"seed": 7}}, {"seed": (1, "options.seed")}),
        ({"options": "none"}, {"seed": (1, "options.seed")}),
        ({"frame": "https://me.example/b.png"}, {"first_frame": (["https://me.example/a.png"], "frame")}),
        ({"seconds": 4, "options": {"seed": 1, "steps": 30}}, {}),
        ({"mood": "calm"}, {}),
        ({}, {}),
    ],
)
def test_a_field_that_a_parameter_replaces_is_listed(
    extra: dict[str, object], replaced: dict[str, tuple[object, str]]
) -> None:
    mapped = map_video(
        OVERRIDDEN,
        "nearest",
        prompt="x",
        duration_seconds=5,
        seed=1,
        image_list=[{"image": "https://me.example/a.png", "type": "first_frame"}],
        extra_params=extra,
    )
    listed = {change.field: change for change in mapped.adjustments if "extra_params" in change.reason}
    assert {name: (change.requested, change.used) for name, change in listed.items()} == {
        name: (requested, None) for name, (requested, _) in replaced.items()
    }
    for name, (_, path) in replaced.items():
        assert listed[name].reason == f"is replaced by {path!r} in extra_params, which take precedence"
