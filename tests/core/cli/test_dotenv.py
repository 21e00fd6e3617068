"""The command line reads keys from `.env`, and nothing else from it: the folder may be somebody else's."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from core.chains import BOAT, fal_video
from simulators.fal import FalSimulator
from tarash.tarash_gateway import AuthenticationError, Gateway

Tarash = Callable[..., Result]


@pytest.fixture
def noted(workplace: Path, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`.env` with fal's key, which no variable holds."""
    monkeypatch.delenv("FAL_KEY")
    path = workplace / ".env"
    path.write_text(f"FAL_KEY={fal.api_key}\nUNRELATED=1\n")
    return path


def test_a_key_in_the_file_is_used_and_not_exported(
    tarash: Tarash, noted: Path, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "-q", "-o", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert "FAL_KEY" not in os.environ
    assert fal.api_key not in result.output


def test_a_job_is_resumed_and_cancelled_with_it(
    tarash: Tarash, noted: Path, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    fal.hold()
    first, second = (
        tarash("generate", "video", "a boat", *at_fal, "--detach", "-q").stdout.strip() for _ in range(2)
    )
    assert tarash("jobs", "cancel", first).exit_code == 0
    fal.release()
    assert tarash("jobs", "resume", second, "-q", "-o", "boat.mp4").exit_code == 0


def test_a_variable_that_is_set_wins(
    tarash: Tarash, noted: Path, at_fal: tuple[str, ...], fal: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted.write_text("FAL_KEY=outdated\n")
    monkeypatch.setenv("FAL_KEY", fal.api_key)
    assert tarash("generate", "video", "a boat", *at_fal, "-q").exit_code == 0


def test_no_address_is_read_from_it(tarash: Tarash, workplace: Path) -> None:
    """Somebody's folder must not lead the key of your keyring, or of your environment, to another server."""
    (workplace / ".env").write_text("OPENAI_API_KEY=sk-noted\nOPENAI_BASE_URL=https://evil.example/v1\n")
    found = json.loads(tarash("doctor", "openai", "--json").stdout)["providers"][0]
    assert found["key"] == "set in OPENAI_API_KEY in .env"
    assert found["base_url"] == "https://api.openai.com/v1"


def test_a_dollar_sign_in_a_key_stays(tarash: Tarash, noted: Path, at_fal: tuple[str, ...]) -> None:
    noted.write_text("FAL_KEY='a${HOME}b'\n")
    refused = tarash("generate", "video", "a boat", *at_fal, "-q", "--json")
    assert refused.exit_code == 3
    assert str(noted.parent.parent / "home") not in refused.output


def test_a_mark_that_an_editor_of_windows_puts_before_the_first_key_does_no_harm(
    tarash: Tarash, noted: Path, at_fal: tuple[str, ...]
) -> None:
    noted.write_bytes(b"\xef\xbb\xbf" + noted.read_bytes().replace(b"\n", b"\r\n"))
    result = tarash("generate", "video", "a boat", *at_fal, "-q", "-o", "boat.mp4")
    assert result.exit_code == 0, result.output


def test_a_file_that_is_no_text_is_named(
    tarash: Tarash, noted: Path, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    noted.write_bytes(b"\xff\xfe\x00FAL_KEY")
    refused = tarash("generate", "video", "a boat", *at_fal)
    assert refused.exit_code == 2
    assert ".env cannot be read" in refused.output
    assert "save it as UTF-8" in refused.output
    assert fal.requests == []


def test_the_library_does_not_read_it(noted: Path, fal: FalSimulator) -> None:
    with Gateway() as gateway, pytest.raises(AuthenticationError, match="no API key"):
        gateway.generate_video(fal_video(fal, api_key=None), BOAT)
