"""Keeps saved jobs: one JSON file each, readable by their owner alone, written whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..exceptions import ValidationError
from ..job import Job


def default_folder() -> Path:
    """Return where the jobs of this user are kept when no folder is given."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        # the place for state that should outlive a restart (XDG Base Directory Specification 0.8)
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "tarash-gateway" / "jobs"


class JobFolder:
    """The saved jobs of one folder, by the gateway's own id."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = default_folder() if path is None else path

    def save(self, job: Job) -> Path:
        """Write a job down, in place of an earlier state of it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._file(job.generation_id)
        # made by mkstemp with mode 0600: prompts and input media are nobody else's business
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
            ValidationError: a file of the folder is no saved job.
        """
        jobs = [_read(file) for file in self.path.glob("*.json")]
        yield from sorted(jobs, key=lambda job: job.submitted_at)

    def find(self, name: str) -> Job:
        """Return the job whose id, or the provider's id of it, begins with `name`.

        Raises:
            ValidationError: no job, or several.
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
                f"{name!r} begins {len(matching)} jobs: {', '.join(job.generation_id for job in matching)}; write more of it"
            )
        raise ValidationError(f"no saved job {name!r} in {self.path}; 'tarash jobs list' shows them")

    def forget(self, job: Job) -> None:
        """Delete a saved job; at the provider nothing changes."""
        self._file(job.generation_id).unlink(missing_ok=True)

    def _file(self, generation_id: str) -> Path:
        return self.path / f"{generation_id}.json"


def _read(file: Path) -> Job:
    try:
        return Job.from_json(file.read_bytes())
    except ValidationError as error:
        raise ValidationError(f"{file}: {error.message}; or delete the file") from error
