from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator

Tarash = Callable[..., Result]
MAIN = "from tarash.tarash_gateway.cli import main; main()"


def test_providers_lists_what_is_installed(tarash: Tarash) -> None:
    listed = {item["id"]: item for item in json.loads(tarash("providers", "--json").stdout)}
    assert listed["fal"]["distribution"] == "tarash-gateway-fal"
    assert listed["fal"]["api_key_env"] == ["FAL_KEY"]
    assert "local" in tarash("providers").stdout


def test_a_key_is_present_or_absent_and_never_shown(
    tarash: Tarash, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "key missing: set FAL_KEY" in tarash("doctor", "fal").stdout
    monkeypatch.setenv("FAL_KEY", "very-secret-0123456789")
    for options in ((), ("--json",)):
        result = tarash("doctor", "fal", *options)
        assert result.exit_code == 0
        assert "set in FAL_KEY" in result.stdout
        assert "very-secret" not in result.output


def test_a_provider_that_needs_no_key_says_so(tarash: Tarash) -> None:
    result = tarash("doctor", "local", "--reachability")
    assert "key not required" in result.stdout
    assert "  no network needed\n" in result.stdout


def test_what_works_in_place_of_a_key_is_told(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    told = tarash("doctor", "google").stdout
    assert "key missing: set GOOGLE_API_KEY or GEMINI_API_KEY, or run 'tarash keys set google'" in told
    assert "or use Vertex AI credentials" in told


def test_reachability_is_one_request_without_the_key(
    tarash: Tarash, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{fal.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "very-secret-0123456789")
    result = tarash("doctor", "openai", "--reachability")
    assert f"{fal.url}/v1: reached (HTTP 404)" in result.stdout
    assert all("Authorization" not in request.headers for request in fal.requests)


def test_a_server_that_is_not_there_is_told(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
    result = tarash("doctor", "openai", "--reachability")
    assert "not reached" in result.stdout


def test_a_provider_that_is_not_installed_is_told(tarash: Tarash) -> None:
    assert tarash("doctor", "nobody").exit_code == 8


def test_a_wrong_address_in_the_environment_is_told(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://[")
    result = tarash("doctor", "openai", "--reachability")
    assert "wrong: OPENAI_BASE_URL='https://[' is not the URL of a server" in result.stdout


def _doctor_with(tmp_path: Path, group: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `tarash doctor` where a distribution has a plugin or an extension that cannot be imported."""
    metadata = tmp_path / "tarash_gateway_broken-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tarash-gateway-broken\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[tarash_gateway.{group}]\nbroken = not_a_module_at_all\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-c", MAIN, "doctor", *options],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_broken_plugin_is_named_and_harms_nobody(tmp_path: Path) -> None:
    done = _doctor_with(tmp_path, "providers")
    assert done.returncode == 8, done.stderr
    assert "broken: plugin tarash-gateway-broken" in done.stdout
    assert "local: tarash-gateway-local" in done.stdout


@pytest.mark.parametrize("options", [(), ("local",), ("--json",)])
def test_a_broken_extension_is_named_and_harms_nobody(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = _doctor_with(tmp_path, "extensions", *options)
    assert done.returncode == 8, done.stderr
    assert "extension tarash-gateway-broken (not_a_module_at_all) cannot be imported" in done.stdout
    assert "tarash-gateway-local" in done.stdout
    if "--json" in options:
        (problem,) = json.loads(done.stdout)["broken_extensions"]
        assert "ModuleNotFoundError" in problem
