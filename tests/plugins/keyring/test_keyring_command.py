"""`tarash keys` stores keys in the keyring where this plugin is installed, and leaves no copy in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from typer.testing import CliRunner, Result

import tarash_gateway_fal as fal
from plugins.keyring.conftest import used
from tarash.tarash_gateway.cli.app import app
from tarash_gateway_keyring import backend_name, is_available, store_key, stored_parts

FAL = fal.PROVIDER


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a working folder without files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FAL_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tarash(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=given)


def source() -> list[str]:
    return [item["from"] for item in json.loads(tarash("keys", "list", "fal", "--json").stdout)]


def test_a_key_is_stored_found_and_deleted(home: Path, backend: KeyringBackend) -> None:
    result = tarash("keys", "set", "fal", "--account", "studio", given="of-the-studio\n")
    assert result.exit_code == 0, result.output
    assert backend_name() in result.stdout
    assert stored_parts(FAL, account="studio") == ("api_key",)
    assert source() == []
    assert f"new keys go to {backend_name()}" in tarash("keys", "path").output
    assert tarash("keys", "remove", "fal", "--account", "studio").exit_code == 0
    assert stored_parts(FAL, account="studio") == ()
    assert not (home / "config").exists()


@pytest.mark.usefixtures("home")
def test_the_doctor_names_the_keyring(backend: KeyringBackend) -> None:
    store_key(FAL, "of-everyone")
    shown = tarash("doctor", "fal").stdout
    assert f"key stored in {backend_name()}" in shown
    assert "of-everyone" not in shown


def test_a_key_that_lay_in_the_file_moves_to_the_keyring(home: Path, backend: KeyringBackend) -> None:
    for _ in used(fail.Keyring()):  # type: ignore[no-untyped-call]  # keyring's own has no types
        assert not is_available()
        assert "keys.json" in tarash("keys", "set", "fal", given="earlier\n").stdout
        assert "keys.json" in source()[0]
    assert is_available()
    assert "keys.json" in source()[0], "nothing is in the keyring yet"
    tarash("keys", "set", "fal", given="later\n")
    assert source() == [f"stored in {backend_name()}"]
    assert (home / "config" / "tarash-gateway" / "keys.json").read_text() == "{}"
