from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway.plugin import sniff_content_type
from tarash.tarash_gateway.testing.simulator import LostResponse

Tarash = Callable[..., Result]
TINY_VIDEO = ("--resolution", "64x64", "--duration", "0.5")


def kind_of(path: Path) -> str | None:
    return sniff_content_type(path.read_bytes())


def test_without_a_provider_a_video_is_rendered_here_and_saved_under_its_request_id(
    tarash: Tarash, workplace: Path
) -> None:
    result = tarash("generate", "video", "a lake", *TINY_VIDEO)
    assert result.exit_code == 0, result.output
    path, ledger = result.stdout.splitlines()
    assert path.startswith("local-")
    assert kind_of(workplace / path) == "video/mp4"
    assert ledger.startswith("attempt 1: local/animatic, success")
    assert ledger.endswith("submitted yes, billed no")


def test_several_images_are_saved_side_by_side(tarash: Tarash, workplace: Path) -> None:
    result = tarash("generate", "image", "a lake", "--size", "64x64", "-n", 2, "--out", "lake.png", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["lake.png", "lake-2.png"]
    assert [kind_of(workplace / name) for name in ("lake.png", "lake-2.png")] == ["image/png", "image/png"]


def test_nothing_is_overwritten(tarash: Tarash, workplace: Path) -> None:
    (workplace / "lake.png").write_text("mine")
    command = ("generate", "image", "a lake", "--size", "64x64", "-n", 2, "--out", "lake.png", "--quiet")
    assert tarash(*command).stdout.splitlines() == ["lake-2.png", "lake-3.png"]
    assert (workplace / "lake.png").read_text() == "mine"
    assert kind_of(workplace / "lake-3.png") == "image/png"


def test_a_slash_at_the_end_makes_a_folder(tarash: Tarash, workplace: Path) -> None:
    result = tarash("generate", "video", "a lake", *TINY_VIDEO, "-q", "--out", "night/clips/")
    [path] = result.stdout.splitlines()
    assert (workplace / path).parent == workplace / "night" / "clips"


@pytest.mark.parametrize(
    ("kind", "out", "better"),
    [
        ("video", "clip.png", "clip.mp4"),
        ("video", "clip.MP3", "clip.mp4"),
        ("image", "still.mov", "still.png"),
    ],
)
def test_a_file_named_for_another_kind_is_refused_before_anything_is_sent(
    tarash: Tarash, fal: FalSimulator, workplace: Path, kind: str, out: str, better: str
) -> None:
    at = ("--provider", "fal", "--base-url", fal.url)
    model = {"video": "fal-ai/veo3.1", "image": "fal-ai/flux/dev"}[kind]
    result = tarash("generate", kind, "a lake", *at, "--model", model, "--out", out)
    assert result.exit_code == 2, result.output
    assert f"--out {out} is not a name for a" in result.stderr
    assert f"use {better}, or a folder" in result.stderr
    assert fal.requests == []
    assert list(workplace.iterdir()) == []


def test_another_format_of_the_same_kind_keeps_the_name_and_is_told(tarash: Tarash, workplace: Path) -> None:
    tiny = ("generate", "image", "a lake", "--size", "64x64", "-q")
    result = tarash(*tiny, "--out", "lake.jpg")
    assert result.stdout.splitlines() == ["lake.jpg"]
    assert (workplace / "lake.jpg").read_bytes().startswith(b"\x89PNG")
    assert "the content of lake.jpg is image/png" in result.stderr
    for name in ("lake", "lake.png", "lake.copy"):
        assert tarash(*tiny, "--out", name).stderr == ""
        assert (workplace / name).is_file()


def test_quiet_prints_the_path_and_nothing_else(tarash: Tarash, workplace: Path) -> None:
    (workplace / "clips").mkdir()
    result = tarash("generate", "video", "a lake", *TINY_VIDEO, "-q", "--out", "clips")
    assert result.exit_code == 0
    assert result.stderr == ""
    [path] = result.stdout.splitlines()
    assert Path(path).parent.name == "clips"
    assert Path(path).suffix == ".mp4"


def test_json_is_the_whole_response_and_where_it_was_saved(tarash: Tarash, workplace: Path) -> None:
    result = tarash("generate", "image", "a lake", "--size", "64x64", "--json", "-o", "lake.png")
    response = json.loads(result.stdout)
    assert response["provider"] == "local"
    assert response["saved_to"] == ["lake.png"]
    assert response["execution_metadata"]["attempts"][0]["status"] == "success"


def test_a_mock_answers_for_a_provider_without_a_key(tarash: Tarash, workplace: Path) -> None:
    result = tarash(
        "generate",
        "video",
        "a lake",
        "--mock",
        "-p",
        "fal",
        "-m",
        "fal-ai/veo3.1",
        "--duration",
        8,
        "-o",
        "m.mp4",
    )
    assert result.exit_code == 0, result.output
    assert kind_of(workplace / "m.mp4") == "video/mp4"


def test_a_provider_is_asked_told_of_and_its_result_saved(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "--duration", 8, "-o", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert kind_of(workplace / "boat.mp4") == "video/mp4"
    assert "attempt 1: fal/fal-ai/veo3.1: queued" in result.stderr
    [submit] = fal.requests_to("submit")
    assert submit.json_object() == {"prompt": "a boat", "duration": "8s"}


def test_options_reach_the_request(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    assert tarash("generate", "image", "a lake", "--size", "64x64", "-o", "in.png").exit_code == 0
    result = tarash(
        *("generate", "video", "a boat", *at_fal, "--model", "fal-ai/veo3.1/image-to-video"),
        *("--image", "first_frame=in.png", "--aspect-ratio", "9:16", "--no-audio", "--resolution", "1080p"),
        *(
            "--negative-prompt",
            "blur",
            "--seed",
            7,
            "--param",
            "safety_tolerance=5",
            "--param",
            "nested.depth=[1]",
        ),
        *("--provider-config", "queue_priority=low", "--quiet"),
    )
    assert result.exit_code == 0, result.output
    [submit] = fal.requests_to("submit")
    body = submit.json_object()
    assert str(body.pop("image_url")).startswith("data:image/png;base64,")
    assert body["aspect_ratio"] == "9:16"
    assert body["generate_audio"] is False
    assert body["safety_tolerance"] == 5
    assert body["nested"] == {"depth": [1]}
    assert submit.headers["X-Fal-Queue-Priority"] == "low"


def test_what_was_adjusted_is_told(tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "--duration", 5)
    assert result.exit_code == 0, result.output
    assert "adjusted duration_seconds=5 to 6: it is not offered; use " in result.stdout


def test_a_fallback_takes_over_and_the_ledger_says_so(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    fal.fail_next("no_media")
    result = tarash("generate", "image", "a boat", *at_fal, "-m", "fal-ai/flux/dev", "--fallback", "local")
    assert result.exit_code == 0, result.output
    _, first, second = result.stdout.splitlines()
    assert "attempt 1: fal/fal-ai/flux/dev, failed" in first
    assert "GenerationFailedError" in first
    assert second.startswith("attempt 2: local/still, success")


@pytest.mark.parametrize("command", ["generate", "plan"])
def test_a_provider_without_a_model_lists_its_models(tarash: Tarash, command: str) -> None:
    result = tarash(command, "video", "a boat", "--provider", "fal")
    assert result.exit_code == 2
    assert "its video models: fal-ai/veo3.1, " in result.stderr
    assert "tarash models fal" in result.stderr


def test_a_model_without_a_provider_is_refused(tarash: Tarash) -> None:
    result = tarash("generate", "video", "a boat", "--model", "fal-ai/veo3.1")
    assert result.exit_code == 2
    assert (
        "--model fal-ai/veo3.1: no provider 'fal-ai' is installed; did you mean 'fal/fal-ai/veo3.1'?"
        in result.stderr
    )


@pytest.mark.parametrize("default", ["", "fal/fal-ai/veo3.1"])
def test_a_provider_that_is_misspelt_is_not_replaced_by_the_default_one(
    tarash: Tarash, monkeypatch: pytest.MonkeyPatch, default: str
) -> None:
    monkeypatch.setenv("TARASH_VIDEO_MODEL", default)
    result = tarash("plan", "video", "a boat", "--model", "klling/kling-3.0")
    assert result.exit_code == 2
    assert "no provider 'klling' is installed; did you mean 'kling/kling-3.0'?" in result.stderr


@pytest.mark.parametrize("model", ["fal-ai/veo3.1/fast", "an-owner/model-of-tomorrow"])
def test_a_model_of_the_default_provider_may_have_an_owner(
    tarash: Tarash, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("TARASH_VIDEO_MODEL", "fal/fal-ai/veo3.1")
    assert f"attempt 1: fal/{model} at" in tarash("plan", "video", "a boat", "--model", model).stdout


def test_a_model_may_be_a_provider_alone(tarash: Tarash) -> None:
    assert "attempt 1: local/animatic" in tarash("plan", "video", "a boat", "-m", "local").stdout
    assert "provider 'fal' needs a model" in tarash("plan", "video", "a boat", "-m", "fal").stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(
            ("--image", "hat=in.png"), "'hat' is not a role (roles: reference, first_frame", id="role"
        ),
        pytest.param(("--param", "steps"), "is not KEY=VALUE", id="pair"),
        pytest.param(("--unsupported", "perhaps"), "'error' or 'adjust'", id="unsupported"),
        pytest.param(("--timeout", "-1"), "timeout", id="timeout"),
        pytest.param(("--resolution", "huge"), "1080p", id="resolution"),
        pytest.param(
            ("--detach", "--out", "lake.mp4"), "give --out to 'tarash jobs resume'", id="out-of-detached"
        ),
        pytest.param(("--out", ""), "--out is empty; name a file or a folder", id="empty-out"),
        pytest.param(("--jobs-dir", ""), "--jobs-dir is empty", id="empty-jobs-dir"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(
    tarash: Tarash, workplace: Path, options: tuple[str, ...], words: str
) -> None:
    (workplace / "in.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(16))
    result = tarash("generate", "video", "a boat", *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param((), "the estimated cost of $3.20 is more than --max-cost $1.00", id="primary"),
        pytest.param(
            ("-m", "fal-ai/nobody/knows"), "cost of fal/fal-ai/nobody/knows is unknown", id="unknown"
        ),
        pytest.param(("--detach",), "more than --max-cost $1.00", id="detached"),
    ],
)
def test_what_would_cost_more_than_allowed_is_refused_before_anything_is_sent(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], options: tuple[str, ...], words: str
) -> None:
    command = ("video", "a lake", *at_fal, "--duration", 8, "--max-cost", 1)
    result = tarash(*command, *options)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert fal.requests == []


def test_a_fallback_that_would_cost_more_than_allowed_is_refused_at_once(tarash: Tarash) -> None:
    result = tarash("video", "a lake", "-f", "fal/fal-ai/veo3.1", "--duration", 8, "--max-cost", 1)
    assert result.exit_code == 2, result.output
    assert "more than --max-cost $1.00" in result.stderr


def test_attempts_together_cost_no_more_than_allowed(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    """The first attempt may be billed, although it failed, so what is left does not suffice for the second one."""
    fal.inject("submit", LostResponse())
    again = ("-f", "fal/fal-ai/veo3.1", "--duration", 8)
    result = tarash("video", "a lake", *at_fal, *again, "--max-cost", 4)
    assert "more than the $0.80 left of --max-cost $4.00; nothing was sent" in result.stderr
    assert "budget_usd" not in result.output
    assert len(fal.requests) == 1


def test_what_costs_as_much_as_allowed_is_generated(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    assert tarash("video", "a lake", *at_fal, "--duration", 8, "--max-cost", 3.2).exit_code == 0
    assert tarash("video", "a lake", *TINY_VIDEO, "--max-cost", 0).exit_code == 0
    assert tarash("video", "a lake", *at_fal, "--mock", "--max-cost", 0).exit_code == 0
