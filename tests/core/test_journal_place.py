"""Where a journal keeps its jobs is never a surprise."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tarash.tarash_gateway import JournalFolder, ValidationError


def test_an_empty_path_is_not_the_working_directory() -> None:
    with pytest.raises(ValidationError, match="leave it out for the default folder"):
        JournalFolder("")


def test_a_user_without_a_home_is_told_what_to_pass() -> None:
    with pytest.raises(ValidationError, match=r"no home folder for jobs .*; pass the path of a folder"):
        JournalFolder("~nobody-of-this-name/jobs")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the XDG specification does not apply")
def test_a_relative_folder_for_state_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be another one in each working directory; the XDG specification says so, too."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    assert JournalFolder().path == tmp_path / ".local" / "state" / "tarash-gateway" / "jobs"
