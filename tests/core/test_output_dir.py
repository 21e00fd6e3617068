"""Outputs without a URL go to a folder of the user's own, which is known to be usable before anything is paid for."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, cast

import pytest

from tarash.tarash_gateway import Gateway, ValidationError
from tarash.tarash_gateway.media.output_dir import default_output_dir, prepare_output_dir

AS_ROOT = hasattr(os, "getuid") and os.getuid() == 0
POSIX = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes are POSIX's")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "{home}"}, "{home}/.local/state/tarash-gateway/outputs"),
        ("linux", {"HOME": "{home}", "XDG_STATE_HOME": "{home}/s"}, "{home}/s/tarash-gateway/outputs"),
        ("linux", {"HOME": "{home}", "XDG_STATE_HOME": "s"}, "{home}/.local/state/tarash-gateway/outputs"),
        ("darwin", {"HOME": "{home}"}, "{home}/Library/Application Support/tarash-gateway/outputs"),
        ("win32", {"LOCALAPPDATA": "{home}"}, "{home}/tarash-gateway/outputs"),
    ],
)
def test_the_platform_says_where(
    tmp_path: Path, platform: str, environ: dict[str, str], expected: str
) -> None:
    filled = {name: value.format(home=tmp_path) for name, value in environ.items()}
    found = default_output_dir(filled, platform=platform, temporary=tmp_path / "tmp")
    assert found == Path(expected.format(home=tmp_path))
    assert list(tmp_path.iterdir()) == [], "nothing is made before it is needed"


@POSIX
@pytest.mark.parametrize("environ", [{}, {"HOME": "/"}, {"HOME": "relative"}, {"HOME": "/dev/null"}], ids=str)
def test_without_a_home_it_is_a_folder_of_the_users_own(tmp_path: Path, environ: dict[str, str]) -> None:
    found = default_output_dir(environ, platform="linux", temporary=tmp_path)
    assert found == tmp_path / f"tarash-gateway-{os.getuid()}" / "outputs"


@POSIX
def test_a_new_folder_is_private(tmp_path: Path) -> None:
    folder = prepare_output_dir(tmp_path / "new" / "outputs")
    assert [stat.S_IMODE(made.stat().st_mode) for made in (folder, folder.parent)] == [0o700, 0o700]
    assert list(folder.iterdir()) == []


@POSIX
def test_a_folder_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert prepare_output_dir(tmp_path) == tmp_path
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_the_home_folder_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert prepare_output_dir(Path("~/clips")) == tmp_path / "clips"


@pytest.mark.parametrize("name", ["file", "file/below", "nul\x00"])
def test_what_cannot_be_a_folder_is_told_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValidationError, match=r"cannot be used: .*; pass Gateway\(output_dir=…\)"):
        prepare_output_dir(tmp_path / name)


def test_a_disk_that_takes_no_files_is_told() -> None:
    with pytest.raises(ValidationError, match="cannot be used"):
        prepare_output_dir(Path("/proc/self"))


@pytest.mark.skipif(not AS_ROOT, reason="only root gives files away")
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_another_user_put_into_a_shared_folder_is_refused(tmp_path: Path, kind: str) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    shared.chmod(0o1777)
    own.mkdir()
    planted = shared / "tarash-gateway"
    if kind == "folder":
        planted.mkdir()
    else:
        planted.symlink_to(own)
    os.chown(planted, 65534, 65534, follow_symlinks=False)
    for path in (planted, planted / "outputs"):
        with pytest.raises(ValidationError, match="belongs to another user"):
            prepare_output_dir(path)


@pytest.mark.parametrize("name", ["output_dir", "remember_durations"])
def test_an_empty_path_is_not_the_working_directory(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name}='' is not a path; name one, or leave it out"):
        Gateway(**cast("Any", {name: ""}))
