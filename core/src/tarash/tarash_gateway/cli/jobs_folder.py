"""Opens the folder of saved jobs for a command, also for a user without a home folder."""

from __future__ import annotations

from pathlib import Path

import typer

from ..exceptions import ValidationError
from ..journal_folder import JournalFolder, default_folder
from ..media.output_dir import is_writable, make_private, temporary_folder
from .option_groups import refuse_empty

ADVICE = "name a lasting folder with --jobs-dir or TARASH_JOBS_DIR"


def open_jobs(jobs_dir: str | None, *, keep_results: bool = False, quiet: bool = False) -> JournalFolder:
    """Return the folder of saved jobs.

    Without a usable home folder, as in many containers, it is in the system's temporary folder, like the outputs of the library. A
    command says so on standard error.

    Args:
        jobs_dir: the folder that the user named; None is the default.
        keep_results: whether results are kept until they are collected.
        quiet: whether to say nothing.

    Raises:
        ValidationError: `jobs_dir` is empty; or the folder in the temporary folder cannot be used, or belongs to another user.
    """
    if jobs_dir == "":
        refuse_empty("--jobs-dir")
    if jobs_dir is not None:
        return JournalFolder(jobs_dir, keep_results=keep_results)
    try:
        usual = default_folder()
    except RuntimeError:
        return _temporary("there is no home folder", keep_results=keep_results, quiet=quiet)
    if _exists(usual) or is_writable(usual):
        return JournalFolder(usual, keep_results=keep_results)
    return _temporary(f"{usual} cannot be created", keep_results=keep_results, quiet=quiet)


def _exists(folder: Path) -> bool:
    try:
        return folder.exists()
    except OSError:
        # below the private folder of another user
        return False


def _temporary(reason: str, *, keep_results: bool, quiet: bool) -> JournalFolder:
    folder = temporary_folder("jobs")
    try:
        make_private(folder)
    except OSError as error:
        told = error.strerror or str(error)
        raise ValidationError(f"{reason}, and {folder} cannot be used: {told}; {ADVICE}") from error
    if not quiet:
        typer.echo(f"note: {reason}, so jobs are kept in {folder}; {ADVICE}", err=True)
    return JournalFolder(folder, keep_results=keep_results)


__all__ = ["open_jobs"]
