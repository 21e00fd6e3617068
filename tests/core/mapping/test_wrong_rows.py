"""A row with a value of a wrong type is refused where it is written, and the message says what to write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import (
    Lifecycle,
    Model,
    Price,
    Rule,
    duration_field_mapper,
    passthrough_field_mapper,
)

PROMPT = passthrough_field_mapper("prompt")
PRICE = Price(usd=0.05, unit="second", source="price list, 2026-11-20")


def _price(**when: object) -> Price:
    return Price(usd=0.05, unit="second", when=when, source="price list, 2026-11-20")


def _row(**changes: Any) -> Model:
    values: dict[str, Any] = {
        "id": "m",
        "modality": "video",
        "fields": {"prompt": PROMPT},
        "source": "docs, 2026-11-20",
    }
    return Model(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": None}, "model row None has id=None; use text"),
        ({"modality": None}, "has modality=None; use text"),
        ({"source": 5}, "has source=5; use text"),
        ({"example": 5}, "has example=5; use text"),
        ({"route": None}, "has route=None; use text"),
        ({"fields": [PROMPT]}, "use a mapping of payload members to field mappers"),
        ({"fields": {"prompt": "prompt"}}, "has 'prompt' in fields; use field mappers"),
        ({"fields": {1: PROMPT}}, "has 1 in fields; use names of payload members"),
        ({"fixed": None}, "has fixed=None; use a mapping"),
        ({"defaults": None}, "has defaults=None; use a mapping"),
        ({"constants": None}, "has constants=None; use a mapping"),
        ({"replaced_by": None}, "has replaced_by=None; use a mapping"),
        ({"example_params": None}, "has example_params=None; use a mapping"),
        ({"rules": Rule(reason="always")}, "use a tuple of Rule"),
        ({"rules": ({"reason": "always"},)}, "in rules; use Rule"),
        ({"prices": PRICE}, "use a tuple of Price"),
        ({"prices": ({"usd": 0.05},)}, "has {'usd': 0.05} in prices; use Price"),
        ({"lifecycle": "2026-12-01"}, "has lifecycle='2026-12-01'; use a Lifecycle or None"),
        ({"typical_seconds": "60"}, "has typical_seconds='60'; use a number of seconds or None"),
    ],
)
def test_a_wrong_type_in_a_row_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(TypeError) as caught:
        _row(**changes)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": ""}, "a model row has no id"),
        ({"typical_seconds": -5.0}, "has typical_seconds=-5.0; use a finite number of at least 0"),
        ({"typical_seconds": float("nan")}, "has typical_seconds=nan"),
    ],
)
def test_a_value_that_cannot_be_is_told(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match="model row") as caught:
        _row(**changes)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("members", "constants", "told"),
    [
        (["size"], ["size"], "writes 'size' in fields and in constants, which would win"),
        (["size", "size.width"], [], "writes 'size' and 'size.width', which lies within it"),
        (["a.b.c", "a"], [], "writes 'a' and 'a.b.c'"),
        (["config.seed"], ["config"], "writes 'config' and 'config.seed'"),
        (["config"], ["config.watermark"], "writes 'config' and 'config.watermark'"),
        ([], ["config", "config.watermark"], "writes 'config' and 'config.watermark'"),
    ],
)
def test_two_entries_that_write_one_member_are_told(
    members: list[str], constants: list[str], told: str
) -> None:
    with pytest.raises(ValueError, match="model row 'm'") as caught:
        _row(fields=dict.fromkeys(members, PROMPT), constants=dict.fromkeys(constants, 1))
    assert told in str(caught.value)


def test_members_of_one_object_and_one_field_in_two_members_are_no_mistake() -> None:
    fields = {"a.b": PROMPT, "a.c": PROMPT, "a.bc": PROMPT}
    assert set(_row(fields=fields, constants={"a.d": 1, "ab": 2}).fields) == set(fields)


@pytest.mark.parametrize("usd", [-1, float("nan"), float("inf")])
def test_a_price_is_no_less_than_nothing(usd: float) -> None:
    with pytest.raises(ValueError, match="use a finite number of at least 0"):
        Price(usd=usd, unit="second", source="price list")


@pytest.mark.parametrize(
    ("changes", "told"), [({"usd": "0.05"}, "usd='0.05'"), ({"when": None}, "when=None")]
)
def test_a_wrong_type_in_a_price_is_told(changes: dict[str, Any], told: str) -> None:
    values: dict[str, Any] = {"usd": 0.05, "unit": "second", "source": "price list"}
    with pytest.raises(TypeError) as caught:
        Price(**{**values, **changes})
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"when": {"resolution": "1080p"}}, "has '1080p' for resolution in when; use a tuple of values"),
        ({"allow": {"duration_seconds": 8}}, "has 8 for duration_seconds in allow; use a tuple of values"),
        ({"require": "prompt"}, "has require='prompt'; use a tuple of names"),
        ({"require": (1,)}, "has 1 in require; use names of fields"),
        ({"when": None}, "has when=None; use a mapping"),
    ],
)
def test_a_wrong_type_in_a_rule_is_told(changes: dict[str, Any], told: str) -> None:
    values: dict[str, Any] = {"reason": "at night"}
    with pytest.raises(TypeError) as caught:
        Rule(**{**values, **changes})
    assert told in str(caught.value)


@pytest.mark.parametrize("ends_on", ["2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)])
def test_an_end_that_is_no_date_is_told(ends_on: Any) -> None:
    with pytest.raises(TypeError, match=r"use a datetime\.date or None"):
        Lifecycle(ends_on=ends_on, source="a letter")
    assert Lifecycle(ends_on=date(2026, 12, 1), source="a letter").ends_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"fixed": {"resolutoin": "720p"}},
            "fixed of m has 'resolutoin', which is not a field of video requests",
        ),
        (
            {"rules": (Rule(when={"resolutoin": ()}, reason="in HD"),)},
            "the rule 'in HD' of m has 'resolutoin', which is not a field of video requests; did you mean 'resolution'?",
        ),
        ({"rules": (Rule(allow={"durations": ()}, reason="in HD"),)}, "of m has 'durations'"),
        ({"rules": (Rule(require=("promtp",), reason="in HD"),)}, "of m has 'promtp'"),
        ({"replaced_by": {"promt": "texts"}}, "not a payload member of fields; did you mean 'prompt'?"),
        ({"prices": (_price(resoltion="720p"),)}, "have 'resoltion', which is not a field of video requests"),
        ({"prices": (PRICE, _price(duration=5))}, "did you mean 'duration_seconds'?"),
        ({"defaults": {"aspect_ratoi": "16:9"}}, "did you mean 'aspect_ratio'?"),
    ],
)
def test_a_name_that_never_matches_is_told_when_a_row_is_added(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _row(**changes).check_fields()
    assert told in caught.value.message


def test_a_price_may_name_what_the_plugin_adds_to_the_values() -> None:
    _row(
        prices=(_price(resolution="720p", region="cn", input_images=2),), defaults={"region": "cn"}
    ).check_fields()


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ((0, 4), "has 0"),
        ((-4,), "has -4"),
        ((float("nan"),), "has nan"),
        ((float("inf"),), "has inf"),
        (("0s", "8s"), "has '0s'"),
    ],
)
def test_a_duration_that_cannot_be_is_told(allowed: tuple[float | str, ...], told: str) -> None:
    with pytest.raises(ValueError, match="use finite numbers of seconds above 0") as caught:
        duration_field_mapper("str", allowed_values=allowed)
    assert told in str(caught.value)


def test_bounds_that_allow_no_duration_are_told() -> None:
    with pytest.raises(ValueError, match=r"has minimum=10 above maximum=5, which allows nothing"):
        duration_field_mapper("int", minimum=10, maximum=5)
