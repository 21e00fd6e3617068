"""Where a journal keeps its jobs is never a surprise."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway import JournalFolder, ProgressUpdate, ValidationError
from tarash.tarash_gateway.testing import VirtualTime


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


@pytest.mark.parametrize(
    "look", [JournalFolder.list, JournalFolder.overview, lambda journal: journal.overview(ended=True)]
)
def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(
    tmp_path: Path, look: Callable[[JournalFolder], object]
) -> None:
    """Whoever resumes what a journal lists would believe that no job is open."""
    folder = tmp_path / "jobs"
    folder.symlink_to(folder)
    with pytest.raises(ValidationError, match=r"jobs cannot be read: .*; make it readable, or name another"):
        look(JournalFolder(folder))


@pytest.mark.parametrize("has_file", [False, True], ids=["removed", "replaced-with-a-file"])
def test_a_folder_that_is_removed_while_a_job_waits_costs_no_result(
    tmp_path: Path, *, has_file: bool
) -> None:
    journal, server = JournalFolder(tmp_path / "jobs"), AcmeServer()

    def remove(update: ProgressUpdate) -> None:
        if update.status == "processing":
            shutil.rmtree(journal.path, ignore_errors=True)
            if has_file and not journal.path.exists():
                journal.path.write_text("in the way")

    flow = generation(acme(), journals=True, reports=True).generate()
    response = VirtualTime(server, journal=journal, on_progress=remove).run(flow)
    assert (response.request_id, len(server.created)) == ("job-1", 1)
    warnings = response.execution_metadata.warnings
    if has_file:
        assert "the journal failed" in warnings[0]
    else:
        (job,) = journal.overview(ended=True).jobs
        assert (job.outcome, warnings) == ("completed", ())
