"""The files of a journal have names that Windows takes, too, and are replaced although somebody reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.test_journal_folder import ended, made, with_media
from tarash.tarash_gateway import JournalFolder, ValidationError
from tarash.tarash_gateway.media.replace_file import replace_file

RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
"""Names of devices, with any suffix (Microsoft, "Naming Files, Paths, and Namespaces")."""
LONGEST_PATH = 259
"""Characters of a path on Windows, unless long paths are enabled."""
FOLDER_ON_WINDOWS = r"C:\Users\a-user-with-a-long-name\AppData\Local\tarash-gateway\jobs"


def is_windows_safe(name: str) -> bool:
    """Whether Windows takes a name of a file or a folder, and keeps it as it is."""
    has_bad_letter = re.search(r'[<>:"/\\|?*\x00-\x1f]', name) is not None
    return not (has_bad_letter or name.endswith((".", " ")) or RESERVED.fullmatch(name))


@pytest.mark.parametrize("name", ["con", "NUL.json", "a:b", "a.", "a ", "x?.json", "com1.lock", "lpt¹"])
def test_the_rule_knows_what_windows_refuses(name: str) -> None:
    assert not is_windows_safe(name)


def _names(journal: JournalFolder) -> Iterator[Path]:
    """Every path that a journal uses, relative to its folder; unfinished files among them."""
    seen: set[Path] = set()
    for job in (made(1), with_media(made(2))):
        assert journal.claim(job.generation_id)
        journal.write(job)
        seen |= set(journal.path.rglob("*"))
        journal.release(job.generation_id)
        journal.write(ended(job))
        seen |= set(journal.path.rglob("*"))
    yield from (path.relative_to(journal.path) for path in seen)


def test_every_name_is_safe_on_windows(tmp_path: Path) -> None:
    names = list(_names(JournalFolder(tmp_path / "jobs")))
    folders = {path.parts[0] for path in names if len(path.parts) > 1}
    assert folders == {"claims", "media", "ended"}
    for path in names:
        assert all(is_windows_safe(part) for part in path.parts), path
        assert str(path) == str(path).lower(), "Windows does not tell letters apart by case"
        assert len(FOLDER_ON_WINDOWS) + 1 + len(str(path)) <= LONGEST_PATH


@pytest.mark.parametrize("job_id", ["con", "NUL", "aux.json", "c" * 32 + ":stream", "c" * 32 + " ", "C" * 32])
def test_an_id_that_windows_reads_otherwise_is_refused(tmp_path: Path, job_id: str) -> None:
    journal = JournalFolder(tmp_path / "jobs")
    for method in (journal.read, journal.claim, journal.release, journal.forget):
        with pytest.raises(ValidationError, match="32 hexadecimal digits"):
            method(job_id)
    assert not journal.path.exists()


class Busy(type(Path())):  # type: ignore[misc]  # the class of paths depends on the platform
    """A new file that the system refuses to put in its place a number of times, as Windows does while somebody reads."""

    refusals = 0

    def replace(self, target: object) -> Path:
        """Refuse, or replace."""
        if Busy.refusals > 0:
            Busy.refusals -= 1
            raise PermissionError(13, "The process cannot access the file")
        return Path(super().replace(target))


@pytest.mark.parametrize(("refusals", "succeeds"), [(0, True), (2, True), (3, False)])
def test_a_file_in_use_is_replaced_a_moment_later(tmp_path: Path, refusals: int, *, succeeds: bool) -> None:
    new, target = Busy(tmp_path / "new"), tmp_path / "target"
    new.write_text("new")
    target.write_text("old")
    Busy.refusals = refusals
    if succeeds:
        replace_file(new, target, pauses_seconds=(0.0, 0.0))
        assert target.read_text() == "new"
    else:
        with pytest.raises(PermissionError):
            replace_file(new, target, pauses_seconds=(0.0, 0.0))
        assert target.read_text() == "old"
