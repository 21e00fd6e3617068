"""Proves every row against the types of the official SDK: the same members, the same ratios, the same words."""

from __future__ import annotations

import pytest

import tarash_gateway_runway as runway
from plugins.runway.sdk_arms import declared, rows_with_endpoints, sdk_arms, words
from simulators.runway.schema import issues
from tarash.tarash_gateway.mapping import OMIT, Model
from tarash.tarash_gateway.testing import call_for, map_for
from tarash_gateway_runway.arms import RunwayModel
from tarash_gateway_runway.models import CATALOGUE, IMAGE_ROWS, VIDEO_ROWS
from tarash_gateway_runway.payload import endpoint as endpoint_of

ROWS = [
    pytest.param(model, endpoint, row, id=f"{model}-{endpoint}-{number}")
    for number, (model, endpoint, row) in enumerate(rows_with_endpoints())
]
LEFT_OUT = {
    # deprecated beside targetAspectRatio (runwayml 5.24.0)
    ("aleph2", "video_to_video"): {"ratio"},
}
"""Members of the SDK that a row leaves to `extra_params` without naming them."""
OTHER_ARM = {
    # an arm that serves requests without reference images leaves their member to the other arm
    "hailuo3": {"references", "referenceAudio", "referenceVideos"},
    "grok_imagine_1_5": {"references", "referenceAudio"},
    "ideogram_4_5": {"referenceImages"},
}


def known(row: Model) -> set[str]:
    named = {path.partition(".")[0] for path in row.fields} - {"extra_params", "prompt"}
    extra = [item.note for item in row.capabilities() if item.field == "extra_params"]
    return named | {word for note in extra for word in note.split(", ") if word}


def test_every_model_and_endpoint_of_the_sdk_has_a_row() -> None:
    assert {(model, endpoint) for model, endpoint, _ in rows_with_endpoints()} == sdk_arms()


@pytest.mark.parametrize(("model", "endpoint", "row"), ROWS)
def test_a_row_names_exactly_the_members_that_the_sdk_declares(model: str, endpoint: str, row: Model) -> None:
    expected = declared(endpoint, model).keys() - LEFT_OUT.get((model, endpoint), set())
    assert known(row) <= expected
    assert expected - known(row) <= OTHER_ARM.get(model, set())


@pytest.mark.parametrize(("model", "endpoint", "row"), ROWS)
def test_a_member_that_the_sdk_requires_is_required_or_always_sent(
    model: str, endpoint: str, row: Model
) -> None:
    for name, need in declared(endpoint, model).items():
        if not need:
            continue
        mappers = [mapper for path, mapper in row.fields.items() if path.partition(".")[0] == name]
        always = any(mapper.required or mapper.encode({}) is not OMIT for mapper in mappers) or (
            "duration_seconds" in {field for mapper in mappers for field in mapper.fields}
        )
        supplied = isinstance(row, RunwayModel) and name in row.extra_required
        assert always or supplied, name


@pytest.mark.parametrize(("model", "endpoint", "row"), ROWS)
def test_every_ratio_of_the_sdk_can_be_asked_for_and_no_other(model: str, endpoint: str, row: Model) -> None:
    mapper = row.fields.get("ratio")
    if mapper is None:
        return
    mapper = getattr(mapper, "inner", mapper)
    sizes = getattr(mapper, "sizes", None)
    wire = {
        str(value) for value in (getattr(mapper, "payload_values", {}) if sizes is None else sizes).values()
    }
    expected = {str(word) for word in words(endpoint, model, "ratio")}
    if model in ("wan3", "wan3_prime"):
        # with frames only the automatic ones are taken, as the SDK's description says
        expected = {word for word in expected if endpoint == "text_to_video" or word.startswith("auto_")}
    if model == "ideogram_4_5":
        # the wide 1k sizes differ with and without input images, as the SDK's description says
        assert wire < expected
        assert len(expected - wire) == 4
        return
    if model == "hailuo3":
        expected -= {"adaptive"} if "references" not in row.fields and endpoint == "text_to_video" else set()
    assert wire == expected


@pytest.mark.parametrize(("model", "endpoint", "row"), ROWS)
def test_words_with_a_closed_set_are_those_of_the_sdk(model: str, endpoint: str, row: Model) -> None:
    for name in (
        "resolution",
        "quality",
        "flavor",
        "targetAspectRatio",
        "promptExpansionMode",
        "outputCount",
    ):
        mapper = row.fields.get(name)
        allowed = (
            {item for capability in mapper.describe() for item in capability.allowed} if mapper else set()
        )
        if not allowed or allowed == {True, False}:
            continue
        assert allowed <= set(words(endpoint, model, name)), name


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.modality}-{row.id}") for row in (*VIDEO_ROWS, *IMAGE_ROWS)]
)
def test_a_row_is_found_by_its_own_example(row: Model) -> None:
    assert CATALOGUE.lookup(row.example_name, row.modality) is row
    assert row.source


def test_rows_are_sorted_by_name() -> None:
    for rows in (VIDEO_ROWS, IMAGE_ROWS):
        names = [row.id for row in rows if not row.generic]
        assert names == sorted(names)


@pytest.mark.parametrize(("model", "endpoint", "row"), ROWS)
def test_a_request_for_everything_an_arm_takes_is_accepted_by_the_types_of_the_sdk(
    model: str, endpoint: str, row: Model
) -> None:
    call = call_for(runway, model, row.modality)
    mapped = map_for(runway, call, **everything(row))
    assert endpoint_of(call, mapped.payload) == f"/v1/{endpoint}"
    assert issues(endpoint, mapped.payload) == []
    assert mapped.adjustments == ()


def everything(row: Model) -> dict[str, object]:
    """A request with every input of an arm, and the last value of each of its choices, which is seldom the default."""
    capabilities = {item.field: item for item in row.capabilities()}
    images = [role for role in ("first_frame", "last_frame", "reference") if role in capabilities]
    if row.route and "first_frame" in images:
        images = ["reference"]  # one picture, whatever its role
    request: dict[str, object] = {
        "prompt": "a paper boat" if "prompt" in capabilities else "",
        "image_list": [{"type": role, "image": "https://example.com/a.png"} for role in images],
        "extra_params": row.example_params,
    }
    if "video" in capabilities:
        request["video"] = "https://example.com/a.mp4"
    choices = {
        "aspect_ratio",
        "duration_seconds",
        "generate_audio",
        "enhance_prompt",
        "n",
        "quality",
        "resolution",
        "seed",
        "size",
    }
    for name in choices & capabilities.keys():
        item = capabilities[name]
        request[name] = item.allowed[-1] if item.allowed else item.minimum or 3
    if "size" in request:  # exact pixels, which decide the shape
        del request["aspect_ratio"]
    if "ratio" in row.fields and "aspect_ratio" in request and "resolution" not in row.fields:
        request.pop("resolution", None)  # both choose one pair, and not every pair of words names one
    return request
