"""The options of a batch are stored whole: a run that goes on without its command does what was asked for."""

from __future__ import annotations

from dataclasses import fields

from tarash_gateway_batch import BatchOptions, Rate
from tarash_gateway_batch.saved_options import NOT_SAVED, SavedOptions


def test_every_option_is_stored_or_said_not_to_be() -> None:
    assert {member.name for member in fields(BatchOptions)} == SavedOptions.model_fields.keys() | NOT_SAVED


def test_options_come_back_as_they_were() -> None:
    options = BatchOptions(
        budget_usd=5.0,
        allow_unknown_cost=True,
        concurrency={"fal": 3},
        rates={"fal": Rate(60)},
        file_name="{key}",
        check_media=False,
        on_bad_media="retry",
        bad_media_retries=2,
    )
    text = SavedOptions.of(options).model_dump_json()
    assert SavedOptions.read(text).options(5.0, allow_unknown_cost=True) == options


def test_what_an_earlier_version_stored_has_the_usual_name_of_files() -> None:
    assert SavedOptions.read("{}").options(None, allow_unknown_cost=False) == BatchOptions(rates={})
