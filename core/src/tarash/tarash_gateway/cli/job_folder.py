"""Stores jobs in a folder: one JSON file each, written atomically and readable only by its owner."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..exceptions import ValidationError
from ..job import Job


def default_folder() -> Path:
    """Return the default folder for the jobs of this user."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        # for state that should survive a restart (XDG Base Directory Specification 0.8)
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "tarash-gateway" / "jobs"


class JobFolder:
    """The saved jobs in a folder, by the gateway's id."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = default_folder() if path is None else path

    def save(self, job: Job) -> Path:
        """Save a job, replacing its earlier state."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._file(job.generation_id)
        # mkstemp creates it with mode 0600: prompts and input media are private
        handle, name = tempfile.mkstemp(dir=self.path, prefix=".", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(job.to_json())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        return target

    def all(self) -> Iterator[Job]:
        """Yield every job, oldest first.

        Raises:
            ValidationError: a file in the folder is not a saved job.
        """
        jobs = [_read(file) for file in self.path.glob("*.json")]
        yield from sorted(jobs, key=lambda job: job.submitted_at)

    def find(self, name: str) -> Job:
        """Return the job whose id, the gateway's or the provider's, begins with `name`.

        Raises:
            ValidationError: no job matches, or several do.
        """
        jobs = list(self.all())
        exact = [job for job in jobs if name in (job.generation_id, job.request_id)]
        matching = exact or [
            job
            for job in jobs
            if any(key and key.startswith(name) for key in (job.generation_id, job.request_id))
        ]
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise ValidationError(
                f"{name!r} matches {len(matching)} jobs: {', '.join(job.generation_id for job in matching)}; use more of the id"
            )
        raise ValidationError(f"no saved job {name!r} in {self.path}; run 'tarash jobs list' to see them")

    def forget(self, job: Job) -> None:
        """Delete a saved job; nothing changes at the provider."""
        self._file(job.generation_id).unlink(missing_ok=True)

    def _file(self, generation_id: str) -> Path:
        return self.path / f"{generation_id}.json"


def _read(file: Path) -> Job:
    try:
        return Job.from_json(file.read_bytes())
    except ValidationError as error:
        raise ValidationError(f"{file}: {error.message}; or delete the file") from error
