from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import Result

from simulators.fal import FalSimulator
from simulators.fal.failures import OUT_OF_CREDIT
from tarash.tarash_gateway import AttemptMetadata, ExecutionMetadata, exceptions
from tarash.tarash_gateway.cli.exit_codes import MEANINGS, ExitCode, exit_code_of
from tarash.tarash_gateway.cli.failures import reported
from tarash.tarash_gateway.testing.simulator import LostResponse, Status

Tarash = Callable[..., Result]
Arrange = Callable[[FalSimulator], None]

BY_CLASS = {
    "AuthenticationError": 3,
    "BudgetExceededError": 2,
    "ContentModerationError": 4,
    "DownloadError": 9,
    "FallbackExhaustedError": 5,
    "GenerationFailedError": 5,
    "HTTPConnectionError": 5,
    "HTTPError": 5,
    "JournalError": 1,
    "ModelNotFoundError": 5,
    "PluginError": 8,
    "ProviderNotInstalledError": 8,
    "QuotaExceededError": 3,
    "RateLimitError": 5,
    "SubmissionUnknownError": 7,
    "TarashException": 5,
    "TimeoutError": 6,
    "UnexpectedResponseError": 5,
    "ValidationError": 2,
}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("generate", "video", "a boat", "--duration", "soon"), "'soon'"),
        (("generate", "image", "a boat", "-n", "1.5"), "'1.5'"),
        (("generate", "video", "a boat", "--max-cost", "-1"), "--max-cost"),
        (("compare", "a boat", "--modality", "audio"), "'audio' is not one of"),
    ],
)
def test_a_wrong_option_is_told_without_the_words_of_pydantic(
    tarash: Tarash, words: tuple[str, ...], told: str
) -> None:
    result = tarash(*words)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    for word in ("Input should", "unable to", "Value error", "should be a valid"):
        assert word not in result.stderr


def test_every_exception_has_the_exit_code_of_the_documentation() -> None:
    kinds = {name: getattr(exceptions, name) for name in exceptions.__all__}
    found = {
        name: exit_code_of(kind("x"))
        for name, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, exceptions.TarashException)
    }
    assert found == BY_CLASS


def test_the_help_and_the_reference_page_name_every_exit_code(tarash: Tarash) -> None:
    shown = " ".join(tarash("--help").stdout.split())
    page = (Path(__file__).parents[3] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"{code.value}: {meaning.split(',')[0].split(':')[0]}" in shown
        assert f"| {code.value} | {meaning} |" in page
    assert set(MEANINGS) == set(ExitCode)


@pytest.mark.parametrize(
    ("arrange", "code", "kind"),
    [
        pytest.param(
            lambda fal: fal.inject("submit", OUT_OF_CREDIT), 3, "QuotaExceededError", id="out of credit"
        ),
        pytest.param(
            lambda fal: fal.fail_next("content_policy"), 4, "ContentModerationError", id="moderation"
        ),
        pytest.param(lambda fal: fal.fail_next("no_media"), 5, "GenerationFailedError", id="failed"),
        pytest.param(lambda fal: fal.hold(), 6, "TimeoutError", id="timeout"),
        pytest.param(
            lambda fal: fal.inject("submit", LostResponse()),
            7,
            "SubmissionUnknownError",
            id="unknown submission",
        ),
    ],
)
def test_a_failure_of_the_provider_is_told_by_exit_code_and_by_json(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], arrange: Arrange, code: int, kind: str
) -> None:
    arrange(fal)
    result = tarash("generate", "video", "a boat", *at_fal, "--timeout", "0.5", "--json")
    assert result.exit_code == code, result.output
    error = json.loads(result.stdout)["error"]
    assert error["type"] == kind
    assert error["exit_code"] == code
    assert error["provider"] == "fal"
    assert error["execution_metadata"]["attempts"][0]["status"] == "failed"
    assert fal.count("submit") == 1


def test_a_failed_job_shows_what_it_may_cost(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    fal.hold()
    result = tarash("generate", "video", "a boat", *at_fal, "--timeout", "0.4")
    assert result.exit_code == 6
    assert result.stdout == ""
    assert "error: fal/fal-ai/veo3.1: not finished within 0.4 s" in result.stderr
    assert "cancelled yes" in result.stderr
    assert fal.count("cancel") == 1


def test_a_missing_key_names_its_variable(tarash: Tarash, workplace: Path) -> None:
    result = tarash("generate", "video", "a boat", "-p", "fal", "-m", "fal-ai/veo3.1")
    assert result.exit_code == 3
    assert "set FAL_KEY" in result.stderr


def test_a_refused_key_is_not_repeated(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-wrong-key-0123456789")
    for options in ((), ("--json",)):
        result = tarash("--debug", "generate", "video", "a boat", *at_fal, *options)
        assert result.exit_code == 3
        assert "a-wrong-key" not in result.output


def test_an_unknown_provider_says_where_to_look(tarash: Tarash) -> None:
    result = tarash("generate", "video", "a boat", "-p", "nobody", "-m", "x")
    assert result.exit_code == 8
    assert "Unsupported provider: nobody; it is neither installed nor known" in result.stderr


def test_a_result_that_cannot_be_saved_is_no_failed_generation(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    fal.inject("file", Status(404))
    result = tarash("generate", "video", "a lake", *at_fal)
    assert result.exit_code == 9, result.output
    assert "generated, but not saved; the result is at http" in result.stderr
    assert "attempt 1: fal/" in result.stderr


def test_a_paid_result_that_cannot_be_saved_is_in_the_json(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    fal.inject("file", Status(404))
    result = tarash("generate", "video", "a lake", *at_fal, "--json")
    assert result.exit_code == 9
    error = json.loads(result.stdout)["error"]
    (url,) = error["result_urls"]
    assert url.startswith(fal.url)
    (job,) = json.loads(tarash("jobs", "list", "--json").stdout)
    fal.inject("file", Status(404))
    again = tarash("jobs", "resume", job["generation_id"], "--json")
    assert json.loads(again.stdout)["error"]["result_urls"] == [url]
    refused = json.loads(tarash("generate", "video", "x", "-p", "nobody", "-m", "x", "--json").stdout)
    assert refused["error"]["result_urls"] == []


@pytest.mark.parametrize("out", ["file/lake.mp4", "file/", "x" * 300 + ".mp4"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_paid(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator, workplace: Path, out: str
) -> None:
    (workplace / "file").write_text("in the way")
    result = tarash("generate", "video", "a lake", *at_fal, "--out", out)
    assert result.exit_code == 2, result.output
    assert "the result cannot be saved to" in result.stderr
    assert fal.requests == []


def test_a_traceback_is_shown_only_on_demand(tarash: Tarash) -> None:
    command = ("generate", "video", "a boat", "-p", "nobody", "-m", "x")
    assert "Traceback" not in tarash(*command).output
    assert "Traceback" in tarash("--debug", *command).stderr


def test_a_retired_model_is_told_in_one_line_before_it_is_asked(tarash: Tarash) -> None:
    result = tarash("plan", "video", "a boat", "-p", "openai", "-m", "sora-2", "--duration", 4)
    assert result.exit_code == 0, result.output
    assert "warning: model sora-2 was retired on 2026-09-24" in result.stdout


def fail_with_a_job(generation_id: str | None) -> None:
    """Fail as a command does whose job goes on."""
    error = exceptions.TimeoutError("not finished", timeout_seconds=1.0)
    attempt = AttemptMetadata(provider="fal", model="m", status="failed", submitted="yes", cancelled="no")
    error.execution_metadata = ExecutionMetadata(total_attempts=1, attempts=(attempt,))
    with reported() as abandonment:
        abandonment.generation_id = generation_id
        raise error


@pytest.mark.parametrize(("generation_id", "told"), [("0" * 32, True), (None, False)])
def test_a_job_that_goes_on_can_be_resumed_if_it_is_stored_here(
    capsys: pytest.CaptureFixture[str], generation_id: str | None, told: bool
) -> None:
    with pytest.raises(typer.Exit):
        fail_with_a_job(generation_id)
    assert (f"tarash jobs resume {generation_id}" in capsys.readouterr().err) == told
