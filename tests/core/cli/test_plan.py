from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from tarash.tarash_gateway.mock.sample_media import sample_image

Tarash = Callable[..., Result]
AT_FAL = ("--provider", "fal", "--model", "fal-ai/veo3.1")


def test_a_plan_shows_payload_adjustments_and_cost_without_a_key(tarash: Tarash, workplace: Path) -> None:
    result = tarash("plan", "video", "a boat", *AT_FAL, "--duration", 5)
    assert result.exit_code == 0, result.output
    assert '"duration": "6s"' in result.stdout
    assert "adjusted duration_seconds=5 to 6: it is not offered; use " in result.stdout
    assert "estimated cost: $" in result.stdout
    assert list(workplace.iterdir()) == []


def test_a_plan_shows_which_fallback_would_be_skipped(tarash: Tarash, workplace: Path) -> None:
    (workplace / "in.png").write_bytes(sample_image(width=64, height=64))
    result = tarash(
        *("plan", "video", "a boat", "--image", "first_frame=in.png"),
        *("--fallback", "fal:fal-ai/veo3.1"),
    )
    assert result.exit_code == 0, result.output
    assert "attempt 2: fal/fal-ai/veo3.1: skipped: fal-ai/veo3.1 would lose first_frame" in result.stdout


def test_a_plan_says_that_the_table_does_not_have_the_model(tarash: Tarash) -> None:
    result = tarash("plan", "video", "a boat", "--provider", "kling", "--model", "kling-9.0")
    assert result.exit_code == 0, result.output
    assert "  note: the model is not in the table of kling; nothing was checked\n" in result.stdout
    assert "note:" not in tarash("plan", "video", "a boat", *AT_FAL).stdout


def test_a_guessed_model_is_told_once(tarash: Tarash) -> None:
    result = tarash("plan", "video", "a boat", "--provider", "fal", "--model", "fal-ai/veo31")
    assert "did you mean 'fal-ai/veo3.1'?" in result.stdout
    assert "nothing was checked" not in result.stdout


def test_a_misspelt_parameter_is_pointed_out(tarash: Tarash) -> None:
    result = tarash("plan", "video", "a boat", *AT_FAL, "--param", "negativePrompt=rain")
    assert result.exit_code == 0, result.output
    assert "  warning: extra_params has 'negativePrompt'" in result.stdout


def test_a_plan_as_json_is_the_plan(tarash: Tarash) -> None:
    result = tarash("plan", "image", "a lake", "--size", "64x64", "--json")
    plan = json.loads(result.stdout)
    assert plan["attempts"][0]["provider"] == "local"
    assert plan["attempts"][0]["payload"]["size"] == "64x64"


def test_a_request_that_cannot_work_is_refused_with_the_allowed_values(tarash: Tarash) -> None:
    for asked in (("--duration", 30), ("--duration", 5, "--unsupported", "error")):
        result = tarash("plan", "video", "a boat", *AT_FAL, *asked)
        assert result.exit_code == 2
        assert "use 4, 6 or 8" in result.stderr


def test_a_plan_says_which_parameter_makes_the_cost_unknown(tarash: Tarash) -> None:
    asked = ("plan", "video", "a boat", *AT_FAL, "--param", "duration=4s")
    told = "extra_params set 'duration', which may change the price; use duration_seconds instead"
    assert f"  warning: {told}\n  estimated cost: unknown\n" in tarash(*asked).stdout
    (attempt,) = json.loads(tarash(*asked, "--json").stdout)["attempts"]
    assert (attempt["estimated_cost_usd"], attempt["cost_notice"]) == (None, told)
    assert (
        "--max-cost $9.00; extra_params set 'duration'" in tarash("video", *asked[2:], "--max-cost", 9).stderr
    )
