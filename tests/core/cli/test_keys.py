"""Keys are stored, found and deleted, never shown, and never read from a file that others can touch."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.chains import BOAT, fal_video
from simulators.fal import FalSimulator
from tarash.tarash_gateway import AuthenticationError, Gateway
from tarash.tarash_gateway.cli.app import app

Tarash = Callable[..., Result]
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes of files")


@pytest.fixture
def stored(tarash: Tarash, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with fal's key, which no variable holds."""
    monkeypatch.delenv("FAL_KEY")
    put("fal", fal.api_key)
    return key_file(tarash)


def put(provider: str, key: str, *options: str) -> Result:
    """Store a key as a pipe does."""
    result = CliRunner().invoke(app, ["keys", "set", provider, *options], input=f"{key}\n")
    assert result.exit_code == 0, result.output
    assert key not in result.output
    return result


def key_file(tarash: Tarash) -> Path:
    """The path that the command tells."""
    return Path(tarash("keys", "path").stdout.strip())


def test_a_stored_key_is_used_and_neither_shown_nor_exported(
    tarash: Tarash, stored: Path, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "-q", "-o", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert "FAL_KEY" not in os.environ
    for command in (("keys", "list"), ("keys", "list", "fal", "--json"), ("doctor", "fal"), ("keys", "path")):
        shown = tarash(*command).output
        assert str(stored) in shown
        assert fal.api_key not in shown


@pytest.mark.usefixtures("stored")
def test_a_job_is_resumed_with_it(tarash: Tarash, at_fal: tuple[str, ...]) -> None:
    job = tarash("generate", "video", "a boat", *at_fal, "--detach", "-q").stdout.strip()
    assert tarash("jobs", "resume", job, "-q", "-o", "boat.mp4").exit_code == 0


@pytest.mark.usefixtures("stored")
def test_an_account_gets_its_own_key_only(tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator) -> None:
    put("fal", "of-the-studio", "--account", "studio")
    refused = tarash("generate", "video", "a boat", *at_fal, "-q", "--account", "studio")
    assert refused.exit_code == 3, "fal refuses the key of the studio"
    assert fal.count("submit") == 1
    assert tarash("generate", "video", "a boat", *at_fal, "-q", "--account", "nobody").exit_code == 3
    assert fal.count("submit") == 1, "no key, so nothing was sent"
    listed = json.loads(tarash("keys", "list", "fal", "--json").stdout)
    assert [item["account"] for item in listed] == [None, "studio"]


@pytest.mark.usefixtures("stored")
def test_variables_and_dotenv_win(
    tarash: Tarash, workplace: Path, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def source() -> str:
        (found,) = json.loads(tarash("keys", "list", "fal", "--json").stdout)
        return str(found["from"])

    (workplace / ".env").write_text("FAL_KEY=noted\n")
    assert source() == "set in FAL_KEY in .env"
    monkeypatch.setenv("FAL_KEY", fal.api_key)
    assert source() == "set in FAL_KEY"


def test_half_a_pair_in_the_environment_is_not_completed(
    tarash: Tarash, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KLINGAI_API_KEY", "KLINGAI_ACCESS_KEY", "KLINGAI_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    put("kling", "access-of-one", "--part", "access_key")
    assert "(only access_key)" in tarash("doctor", "kling").stdout
    put("kling", "secret-of-one", "--part", "secret_key")
    assert "(only" not in tarash("doctor", "kling").stdout
    monkeypatch.setenv("KLINGAI_ACCESS_KEY", "access-of-another")
    result = tarash("generate", "video", "a boat", "-p", "kling", "-m", "kling-v2-6")
    assert result.exit_code == 3, result.output
    assert "no API key for kling" in result.stderr


def test_a_key_is_removed_once(tarash: Tarash, stored: Path, fal: FalSimulator) -> None:
    assert "removed key for fal" in tarash("keys", "remove", "fal").stdout
    assert fal.api_key not in stored.read_text()
    again = tarash("keys", "remove", "fal")
    assert again.exit_code == 2
    assert "no key for fal is stored" in again.stderr
    assert "no key is set" in tarash("keys", "list", "fal").stderr


def test_the_library_does_not_read_it(stored: Path, fal: FalSimulator) -> None:
    with Gateway() as gateway, pytest.raises(AuthenticationError, match="no API key"):
        gateway.generate_video(fal_video(fal, api_key=None), BOAT)


def test_a_key_as_an_argument_is_refused_and_not_repeated(tarash: Tarash) -> None:
    result = tarash("keys", "set", "fal", "a-key-0123456789")
    assert result.exit_code == 2
    assert "never an argument" in result.stderr
    assert "a-key-0123456789" not in result.output
    assert not key_file(tarash).exists()


@pytest.mark.parametrize(
    ("arguments", "given", "words"),
    [
        pytest.param(("fal",), "\n", "is empty", id="empty"),
        pytest.param(("fal",), "a\x00b\n", "not one line of text", id="control character"),
        pytest.param(("fal", "--part", "half"), "x\n", "(parts: api_key)", id="part"),
        pytest.param(("local",), "x\n", "local takes no key", id="no key needed"),
    ],
)
def test_what_is_no_key_is_refused(
    tarash: Tarash, arguments: tuple[str, ...], given: str, words: str
) -> None:
    result = CliRunner().invoke(app, ["keys", "set", *arguments], input=given)
    assert result.exit_code == 2
    assert words in result.output
    assert not key_file(tarash).exists()


@posix
def test_only_the_owner_can_read_the_file(stored: Path) -> None:
    assert stored.stat().st_mode & 0o777 == 0o600
    assert stored.parent.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda path: path.chmod(0o644), "chmod 600", id="readable by others"),
        pytest.param(lambda path: path.parent.chmod(0o777), "chmod 700", id="folder of everyone"),
        pytest.param(lambda path: path.symlink_to(path.rename(path.parent / "k")), "link", id="link"),
        pytest.param(lambda path: path.write_text('{"fal": {"default": '), "damaged", id="cut off"),
        pytest.param(lambda path: path.write_text('["fal"]'), "damaged", id="another shape"),
    ],
)
def test_a_file_that_is_not_private_or_damaged_is_refused(
    tarash: Tarash,
    stored: Path,
    at_fal: tuple[str, ...],
    fal: FalSimulator,
    spoil: Callable[[Path], object],
    words: str,
) -> None:
    spoil(stored)
    result = tarash("generate", "video", "a boat", *at_fal)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert fal.requests == []
    assert fal.api_key not in result.output
    # whoever needs no key is not disturbed
    small = ("--duration", "1", "--resolution", "128x72", "-q")
    assert tarash("generate", "video", "a boat", *small).exit_code == 0
    assert words in tarash("doctor", "fal").stdout


@posix
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_refused(tarash: Tarash, stored: Path) -> None:
    os.chown(stored, 12345, -1)
    result = tarash("keys", "list", "fal")
    assert result.exit_code == 2
    assert "belongs to another user" in result.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a terminal of Linux")
def test_a_terminal_does_not_echo_the_key(workplace: Path, tarash: Tarash) -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execv(  # noqa: S606 - the interpreter of this test
            sys.executable, [sys.executable, "-m", "tarash.tarash_gateway.cli", "keys", "set", "fal"]
        )
    shown = b""
    while b"not shown: " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, b"a-key-0123456789\n")
    while b"stored key" not in shown:
        shown += os.read(terminal, 1024)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert b"a-key-0123456789" not in shown
    assert "a-key-0123456789" in key_file(tarash).read_text()
