"""Models that the gateway fills in itself: values as they are, and defaults that no two of them share."""

from __future__ import annotations

import pydantic
import pytest

from tarash.tarash_gateway import AttemptMetadata, ProgressUpdate, VideoGenerationResponse
from tarash.tarash_gateway.models.unchecked import unchecked, with_private


class Noted(pydantic.BaseModel):
    """Has every kind of default."""

    name: str
    count: int = 3
    listed: list[str] = []
    made: dict[str, str] = pydantic.Field(default_factory=dict)
    _is_trusted: bool = pydantic.PrivateAttr(default=False)


def test_values_are_taken_as_they_are() -> None:
    with pytest.raises(pydantic.ValidationError):
        Noted.model_validate({"name": 7})
    assert unchecked(Noted, name=7).name == 7  # type: ignore[comparison-overlap] # a check would refuse it


def test_it_equals_the_checked_model() -> None:
    checked = Noted(name="rain")
    made = unchecked(Noted, name="rain")
    assert made == checked
    assert made.model_fields_set == checked.model_fields_set == {"name"}
    assert made.model_dump() == checked.model_dump()


@pytest.mark.parametrize("field", ["listed", "made"])
def test_no_two_models_share_a_default_that_changes(field: str) -> None:
    first, second = unchecked(Noted, name="first"), unchecked(Noted, name="second")
    assert getattr(first, field) is not getattr(second, field)
    given = getattr(unchecked(Noted, **{"name": "third", field: ["kept"]}), field)
    assert given == ["kept"]


def test_the_time_of_an_attempt_is_its_own() -> None:
    first = unchecked(AttemptMetadata, provider="fal", model="m")
    second = unchecked(AttemptMetadata, provider="fal", model="m")
    assert first.started_at is not second.started_at


def test_private_attributes_come_on_top() -> None:
    plain = unchecked(Noted, name="rain")
    trusted = with_private(plain, _is_trusted=True)
    assert (plain._is_trusted, trusted._is_trusted) == (False, True)
    assert trusted.model_dump() == plain.model_dump()
    assert trusted.model_fields_set == {"name"}


@pytest.mark.parametrize(
    "kind", [AttemptMetadata, ProgressUpdate, VideoGenerationResponse], ids=lambda kind: str(kind.__name__)
)
def test_a_public_model_survives_being_copied_and_dumped(kind: type[pydantic.BaseModel]) -> None:
    needed = {"provider": "fal", "model": "m", "status": "completed", "video": "https://a.example/clip.mp4"}
    made = unchecked(kind, **{name: value for name, value in needed.items() if name in kind.model_fields})
    assert made.model_copy() == made
    assert made.model_dump_json()
