"""A misspelt name in `extra_params` is pointed out, and no real parameter is taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.discovery import process_registry
from tarash.tarash_gateway.mapping import (
    Model,
    aspect_ratio_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
)
from tarash.tarash_gateway.mapping.parameter_names import parameter_notices

ROOT = Path(__file__).parents[3]
FAL_FIELDS = ROOT / "tests" / "catalogue" / "fal_required_fields.json"
ROW = Model(
    id="acme-2",
    modality="video",
    fields={
        "negative_prompt": passthrough_field_mapper("negative_prompt"),
        "settings.ratio": aspect_ratio_field_mapper(("16:9",)),
        "extra_params": extra_params_field_mapper(
            "cfg_scale", "image_url", "mode", "x_start", "image_1", "frame_12", needed={"strength": "0 to 1"}
        ),
    },
    constants={"watermark": False},
    source="this module",
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("negativePrompt", "negative_prompt", id="another-style"),
        pytest.param("NEGATIVE-PROMPT", "negative_prompt", id="hyphen-and-case"),
        pytest.param("cfg_scal", "cfg_scale", id="a-letter-missing-at-the-end"),
        pytest.param("cg_scale", "cfg_scale", id="a-letter-missing"),
        pytest.param("cfg_scalle", "cfg_scale", id="a-letter-too-many"),
        pytest.param("cfg_sclae", "cfg_scale", id="swapped-letters"),
        pytest.param("strenght", "strength", id="a-required-parameter"),
        pytest.param("settngs", "settings", id="an-object"),
        pytest.param("water_mark", "watermark", id="a-constant"),
    ],
)
def test_a_misspelt_parameter_is_pointed_out(given: str, meant: str) -> None:
    (told,) = parameter_notices(ROW, [given])
    assert told == (
        f"extra_params has {given!r}, which the table does not have; did you mean {meant!r}? It is sent as it is"
    )


@pytest.mark.parametrize(
    "given",
    [
        "cfg_scale",
        "settings",
        "image_urls",
        "model",
        "y_start",
        "image_2",
        "image_12",
        "frame_21",
        "image",
        "quality",
        "",
    ],
)
def test_a_known_or_another_parameter_is_no_mistake(given: str) -> None:
    assert parameter_notices(ROW, [given]) == ()


def _rows() -> Iterator[tuple[str, Model]]:
    for provider in process_registry().ids():
        for row in process_registry().get(provider).catalogue.rows:
            yield provider, row


def _documented(row: Model) -> set[str]:
    listed = (getattr(mapper, "known", ()) for mapper in row.fields.values())
    return {*row.fields, *row.constants, *row.example_params, *(name for names in listed for name in names)}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def test_no_parameter_of_another_model_is_taken_for_a_mistake() -> None:
    documented: dict[str, set[str]] = {}
    for provider, row in _rows():
        documented.setdefault(provider, set()).update(_documented(row))
    for provider, row in _rows():
        for name in documented[provider] - {"extra_params"}:
            # a provider with two protocols may spell one parameter in two ways; a model takes one of them
            if not any(_plain(name) == _plain(own) for own in _documented(row)):
                assert parameter_notices(row, [name]) == (), f"{provider}/{row.id}"


def test_no_parameter_that_fal_requires_is_taken_for_a_mistake() -> None:
    required: dict[str, list[str]] = json.loads(FAL_FIELDS.read_text(encoding="utf-8"))["required"]
    catalogue = process_registry().get("fal").catalogue
    rows = [row for name in required for kind in ("video", "image") if (row := catalogue.lookup(name, kind))]
    for row in rows:
        for names in required.values():
            assert parameter_notices(row, names) == (), row.id


def test_the_plan_points_it_out() -> None:
    with Gateway(environ={}) as gateway:
        plan = gateway.plan_video(
            "fal/fal-ai/veo3.1", prompt="a boat", extra_params={"negativePrompt": "rain", "new_knob": 1}
        )
    (told,) = plan.attempts[0].parameter_notices
    assert "did you mean 'negative_prompt'?" in told
