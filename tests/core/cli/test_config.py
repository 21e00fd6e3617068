"""A model chosen once is used wherever none is named: an option wins over a variable, that over the settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator

Tarash = Callable[..., Result]
SMALL = ("-d", "1", "-r", "128x72", "-q")


def planned(tarash: Tarash, *options: str, modality: str = "video") -> tuple[str, str]:
    """The provider and the model that a command would use."""
    result = tarash("plan", modality, "a boat", *options, "--json")
    assert result.exit_code == 0, result.output
    first = json.loads(result.stdout)["attempts"][0]
    return first["provider"], first["model"]


def test_a_chosen_model_is_used_until_it_is_unset(tarash: Tarash) -> None:
    assert planned(tarash) == ("local", "animatic")
    assert tarash("config", "set", "video-model", "fal/fal-ai/veo3.1").exit_code == 0
    assert planned(tarash) == ("fal", "fal-ai/veo3.1")
    assert tarash("config", "get", "video-model").stdout == "fal/fal-ai/veo3.1\n"
    assert planned(tarash, modality="image") == ("local", "still")
    assert tarash("config", "unset", "video-model").exit_code == 0
    assert planned(tarash) == ("local", "animatic")
    assert tarash("config", "unset", "video-model").exit_code == 2


def test_an_option_wins_over_a_variable_and_that_over_the_settings(
    tarash: Tarash, monkeypatch: pytest.MonkeyPatch
) -> None:
    tarash("config", "set", "video-model", "fal/fal-ai/veo3.1")
    monkeypatch.setenv("TARASH_VIDEO_MODEL", "runway/gen4.5")
    assert planned(tarash) == ("runway", "gen4.5")
    listed = json.loads(tarash("config", "list", "-j").stdout)
    assert listed["video-model"] == {"value": "runway/gen4.5", "from": "TARASH_VIDEO_MODEL"}
    assert planned(tarash, "-p", "local") == ("local", "animatic")
    note = tarash("config", "set", "video-model", "local/animatic").stderr
    assert "TARASH_VIDEO_MODEL is set to runway/gen4.5, and wins" in note


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(("-m", "replicate/google/veo-3.1-fast"), ("replicate", "google/veo-3.1-fast"), id="full"),
        pytest.param(("-m", "fal-ai/veo3.1/fast"), ("fal", "fal-ai/veo3.1/fast"), id="of the default provider"),
        pytest.param(("-p", "fal"), ("fal", "fal-ai/veo3.1"), id="provider of the default"),
        pytest.param(("-p", "FAL", "-m", "fal-ai/veo3.1/fast"), ("fal", "fal-ai/veo3.1/fast"), id="both"),
    ],
)  # fmt: skip
def test_a_model_may_be_named_with_its_provider(
    tarash: Tarash, options: tuple[str, ...], expected: tuple[str, str]
) -> None:
    tarash("config", "set", "video-model", "fal/fal-ai/veo3.1")
    assert planned(tarash, *options) == expected


def test_a_fallback_may_have_a_slash_or_a_colon(tarash: Tarash) -> None:
    words = ("-f", "replicate/google/veo-3.1-fast", "-f", "replicate:google/veo-3.1")
    result = tarash("plan", "video", "a boat", "-m", "fal/fal-ai/veo3.1", *words, "-j")
    models = [attempt["model"] for attempt in json.loads(result.stdout)["attempts"]]
    assert models == ["fal-ai/veo3.1", "google/veo-3.1-fast", "google/veo-3.1"]


def test_the_short_commands_generate(tarash: Tarash, workplace: Path, fal: FalSimulator) -> None:
    assert tarash("video", "a boat", *SMALL, "-o", "boat.mp4").stdout == "boat.mp4\n"
    assert tarash("image", "a boat", "-z", "64x64", "-q", "-o", "boat.png").stdout == "boat.png\n"
    tarash("config", "set", "video-model", "fal/fal-ai/veo3.1")
    result = tarash("video", "a boat", "--base-url", fal.url, "-q", "-o", "fal.mp4")
    assert (result.exit_code, result.stdout) == (0, "fal.mp4\n"), result.output
    assert fal.count("submit") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(("size", "large"), 2, "(settings: video-model, image-model)", id="setting"),
        pytest.param(("video-model", "fal"), 2, "video-model is PROVIDER/MODEL", id="no model"),
        pytest.param(("video-model", "nobody/x"), 8, "neither installed nor known", id="provider"),
        pytest.param(("video-model", "stability/ultra"), 2, "generates no videos", id="modality"),
    ],
)
def test_a_wrong_setting_is_refused_and_not_stored(
    tarash: Tarash, arguments: tuple[str, str], code: int, words: str
) -> None:
    result = tarash("config", "set", *arguments)
    assert result.exit_code == code
    assert words in result.stderr
    assert planned(tarash) == ("local", "animatic")


def test_a_damaged_file_is_named(tarash: Tarash, tmp_path: Path) -> None:
    tarash("config", "set", "video-model", "fal/fal-ai/veo3.1")
    (tmp_path / "config" / "tarash-gateway" / "config.json").write_text("{")
    result = tarash("plan", "video", "a boat")
    assert result.exit_code == 2
    assert "config.json is damaged; delete it" in result.stderr


def test_a_wrong_variable_is_named(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_VIDEO_MODEL", "animatic")
    result = tarash("video", "a boat")
    assert result.exit_code == 2
    assert "video-model (TARASH_VIDEO_MODEL)" in result.stderr
