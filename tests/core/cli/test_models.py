from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from typer.testing import Result

from tarash.tarash_gateway import find_models, providers
from tarash.tarash_gateway.mapping import FieldCapability
from tarash.tarash_gateway.mapping.table import Price

Tarash = Callable[..., Result]


def test_the_models_of_a_provider_are_listed_each_in_a_line(tarash: Tarash) -> None:
    lines = tarash("models", "local").stdout.splitlines()
    assert lines[0].split() == ["PROVIDER", "MODEL", "CAN", "COST", "NOTE"]
    assert [line.split()[:2] for line in lines[1:]] == [["local", "animatic"], ["local", "still"]]


def test_a_table_is_never_cut_off(tarash: Tarash) -> None:
    names = {found.model.id for found in find_models("fal")}
    shown = tarash("models", "fal").stdout
    assert all(name in shown for name in names)


@pytest.mark.parametrize("provider", [None, *(item.id for item in providers())])
def test_a_narrow_terminal_shows_every_model_whole(
    tarash: Tarash, provider: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = ("models",) if provider is None else ("models", provider)
    lines = tarash(*words, "--retired").stdout.splitlines()
    # a name is never cut, even where it alone is wider
    wide = [line for line in lines if len(line) > 80 and " " in line.strip()]
    assert not wide
    shown = " ".join(lines)
    assert all(item.model.id in shown for item in find_models(provider) if not item.model.generic)


def test_a_prefix_is_not_shown_as_a_model(tarash: Tarash) -> None:
    *rows, last = tarash("models", "google").stdout.splitlines()
    names = {line.split()[1] for line in rows}
    assert "veo-3.1-lite-generate-001" in names
    assert not {"veo-", "imagen-", "*"} & names
    assert last.startswith("google also takes names that begin with ")
    assert "veo-" in last
    assert last.endswith("any other name")


def test_whoever_can_do_all_of_it_is_found(tarash: Tarash) -> None:
    result = tarash(
        *("models", "--can", "image-to-video", "--duration", 8, "--aspect-ratio", "9:16"),
        *("--resolution", "1080p", "--audio", "--json"),
    )
    assert result.exit_code == 0, result.output
    found = {(item["provider"], item["model"]) for item in json.loads(result.stdout)}
    assert ("local", "animatic") in found
    assert ("fal", "fal-ai/veo3.1/image-to-video") in found
    # takes no picture, or no 1080p, or knows nothing of the model
    assert ("fal", "fal-ai/veo3.1") not in found
    assert all(not item["generic"] for item in json.loads(result.stdout))


def test_a_name_that_nobody_else_knows_is_marked(tarash: Tarash) -> None:
    marked = {found.model.id for found in find_models("fal") if found.model.unverified}
    assert "xai/grok-imagine-video/v1.5/edit-video" in marked
    told = json.loads(tarash("models", "fal", "--json").stdout)
    assert {item["model"] for item in told if item["unverified"]} == marked
    models = {item["model"] for item in told if not item["prefix"]}
    lines = tarash("models", "fal").stdout.splitlines()
    assert {line.split()[1] for line in lines if line.endswith("unverified name")} == marked & models


def test_the_cost_of_what_is_asked_is_estimated(tarash: Tarash) -> None:
    found = json.loads(tarash("models", "fal", "--can", "text-to-video", "--duration", 8, "--json").stdout)
    costs = {item["model"]: item["estimated_cost_usd"] for item in found}
    assert costs["fal-ai/veo3.1"] > 0


def test_models_are_searched_and_sorted_and_those_that_have_ended_are_hidden(tarash: Tarash) -> None:
    def found(*options: object) -> list[dict[str, object]]:
        answer = tarash("models", *options, "--json")
        assert answer.exit_code == 0, answer.output
        listed: list[dict[str, object]] = json.loads(answer.stdout)
        return listed

    veo = found("--search", "VEO")
    assert {"fal", "google", "replicate"} <= {str(item["provider"]) for item in veo}
    assert all("veo" in str(item["model"]).lower() for item in veo)
    wanted = ("fal", "--can", "text-to-video", "--duration", 8, "--sort", "cost")
    costs = [item["estimated_cost_usd"] for item in found(*wanted)]
    known = [float(str(cost)) for cost in costs if cost is not None]
    assert len(known) > 5
    assert known == sorted(known)
    today = datetime.now(UTC).date().isoformat()
    usual = {(item["provider"], item["model"]) for item in found()}
    hidden = [item for item in found("--retired") if (item["provider"], item["model"]) not in usual]
    assert hidden
    assert all(str(item["ends_on"]) < today for item in hidden)
    assert tarash("models", "--sort", "name").exit_code == 2


def test_a_rule_between_fields_counts(tarash: Tarash) -> None:
    def found(*options: object) -> set[str]:
        answer = tarash("models", "google", "--can", "text-to-video", "--retired", *options, "--json")
        return {item["model"] for item in json.loads(answer.stdout)}

    # Veo renders 1080p for 8 seconds only
    assert "veo-3.1-generate-001" in found("--resolution", "1080p", "--duration", 8)
    assert "veo-3.1-generate-001" in found("--duration", 4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("--can", "video-to-soup"), "image-to-video", id="task"),
        pytest.param(("--modality", "smell"), "(modalities: video, image)", id="modality"),
    ],
)
def test_a_wrong_filter_says_what_there_is(tarash: Tarash, options: tuple[str, ...], words: str) -> None:
    result = tarash("models", *options)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_model_in_place_of_the_provider_is_told_how_to_find(tarash: Tarash) -> None:
    refused = tarash("models", "fal/fal-ai/veo3.1")
    assert refused.exit_code == 2
    assert "tarash models fal --search fal-ai/veo3.1" in refused.stderr
    assert "fal-ai/veo3.1" in tarash("models", "fal", "--search", "fal-ai/veo3.1").stdout


def test_models_of_a_provider_that_is_not_there_are_refused(tarash: Tarash) -> None:
    assert tarash("models", "nobody").exit_code == 8


def test_json_has_every_field_of_a_price_and_of_a_capability(tarash: Tarash) -> None:
    """The command prints what the classes hold, so a field that is added to them is not forgotten."""
    told = json.loads(tarash("models", "fal", "--json").stdout)
    prices = {name for model in told for price in model["prices"] for name in price}
    fields = {name for model in told for field in model["fields"] for name in field}
    assert prices == {member.name for member in dataclasses.fields(Price)}
    assert fields == {member.name for member in dataclasses.fields(FieldCapability)}
