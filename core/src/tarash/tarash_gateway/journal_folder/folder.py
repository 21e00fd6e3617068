"""A journal in a folder: where jobs are written, which are listed, and which are forgotten."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..exceptions import ResumableJob, ValidationError
from ..job import MAX_JOB_BYTES, Job
from ..media.platform_folders import own_folder
from . import claims
from .entries import Digests, Entry, from_bytes, packed, to_bytes
from .files import json_files, make_folder, move, read_regular, write_first, write_whole
from .pruning import JOB_ID, prune

log = logging.getLogger(__name__)

ENDED_KEPT = 200
"""Number of ended jobs that are kept; the latest ones."""
KEY_BYTES = 32


def default_folder() -> Path:
    """Return the default folder for the jobs of this user."""
    return own_folder("state") / "tarash-gateway" / "jobs"


@dataclass(frozen=True, slots=True)
class Overview:
    """The content of a journal's folder.

    Attributes:
        jobs: the jobs, oldest first; each large inline input is replaced with a string that contains its hash.
        unreadable: the files that cannot be read as jobs, each with the reason.
    """

    jobs: tuple[Job, ...]
    unreadable: Mapping[Path, str]


class JournalFolder:
    """A journal in a folder: pass it to `Gateway(journal=…)`, so that a crash at any moment loses no job.

        journal = JournalFolder()
        with Gateway(journal=journal) as gateway:
            for job in journal.list():
                gateway.resume(job)

    Each job is one file, `<generation id>.json`, which only its owner can read. It is replaced atomically and survives a power cut.
    Large inline inputs are stored once per job, in `media/`, and deleted when the job has ended. Ended jobs move to `ended/`, where
    the latest 200 of the last 30 days are kept, each with its result unless that contains the output itself. You may put the JSON of
    a job there yourself. A file that is incomplete or not a job is logged and skipped. All methods block, and may be called from any
    thread and process.

    Args:
        path: the folder, created with the first job; None uses the folder of the command line.
        ended_kept: number of ended jobs to keep; the latest ones.
        keep_results: whether an ended job with a result stays, complete, until it is forgotten. One that was given up and may go on at
            the provider stays until its end is known.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        ended_kept: int = ENDED_KEPT,
        keep_results: bool = False,
    ) -> None:
        self._ended_kept = ended_kept
        self._keep_results = keep_results
        self._digests = Digests()
        self.path = _folder(path)

    def write(self, job: ResumableJob) -> None:
        """Store a job under its id, replacing its earlier state, atomically and durably.

        Raises:
            OSError: the folder cannot be written to, or the disk is full.
            ValidationError: it is not a job of the gateway.
        """
        saved = job if isinstance(job, Job) else Job.from_json(job.to_json())
        target = self._file(saved.generation_id)
        is_kept = saved.may_go_on or (saved.response is not None and self._keep_results)
        is_over = saved.state == "ended" and not is_kept
        entry, media = packed(saved, self._digests)
        if is_over and media:
            # it is never submitted again
            entry, media = packed(entry.without_media())
        make_folder(self.path)
        for digest, text in media.items():
            self._store_media(saved.generation_id, digest, text)
        write_whole(target, to_bytes(replace(entry, is_over=is_over), self._key()))
        if is_over:
            # the file is replaced before it is moved, so that an outdated state is never read; if this fails, a later listing moves it
            with contextlib.suppress(OSError):
                self._move_ended(target)
                prune(self.path, ended_kept=self._ended_kept)
        else:
            # outdated: the one above is read first
            with contextlib.suppress(OSError):
                (self._ended / target.name).unlink()

    def _move_ended(self, path: Path) -> None:
        move(path, make_folder(self._ended) / path.name)
        self._drop_media(path.stem)

    def read(self, job_id: str) -> Job | None:
        """Return the job as last written, or None.

        Raises:
            ValidationError: the id is not one of the gateway's, or the file is incomplete or not a job.
        """
        found = self._find(job_id)
        return None if found is None else self._job(*found)

    def list(self) -> Sequence[Job]:
        """Return the jobs that have not ended, oldest first; unreadable files are logged and skipped.

        Raises:
            ValidationError: the folder cannot be read.
        """
        jobs = [job for job in self._jobs(self.path, {}, media=True) if job.state != "ended"]
        return tuple(sorted(jobs, key=_age))

    def overview(self, *, ended: bool = False) -> Overview:
        """Return all jobs without their large inputs, and the files that cannot be read.

        Args:
            ended: whether to include the ended jobs that are still kept.

        Raises:
            ValidationError: the folder cannot be read.
        """
        unreadable: dict[Path, str] = {}

        def found(folder: Path) -> dict[str, Job]:
            return {job.generation_id: job for job in self._jobs(folder, unreadable, media=False)}

        # first: a job may end meanwhile
        jobs = found(self.path)
        if ended:
            # of a job in both folders, the first is newer: a process died before it deleted the other
            jobs = {**found(self._ended), **jobs}
        return Overview(tuple(sorted(jobs.values(), key=_age)), unreadable)

    def wrote(self, job_id: str) -> bool:
        """Return whether the journal itself wrote the current file of the job, so that it can be trusted.

        The journal signs its files with a key in the folder.
        """
        found = self._find(job_id)
        return found is not None and found[1].is_own

    def claim(self, job_id: str) -> bool:
        """Lock a job for one resume; return False if another resume holds it, in this process or another.

        If the process dies, the operating system unlocks the job.
        """
        lock = f"{_checked(job_id)}.lock"
        make_folder(self.path)
        return claims.claim(make_folder(self.path / "claims").resolve() / lock)

    def release(self, job_id: str) -> None:
        """Unlock a job."""
        claims.release((self.path / "claims").resolve() / f"{_checked(job_id)}.lock")

    def forget(self, job_id: str) -> None:
        """Delete a job; nothing changes at the provider."""
        target = self._file(job_id)
        target.unlink(missing_ok=True)
        (self._ended / target.name).unlink(missing_ok=True)
        self._drop_media(job_id)

    @property
    def _ended(self) -> Path:
        return self.path / "ended"

    def _file(self, job_id: str) -> Path:
        return self.path / f"{_checked(job_id)}.json"

    def _find(self, job_id: str) -> tuple[Path, Entry] | None:
        target = self._file(job_id)
        for path in (target, self._ended / target.name):
            with contextlib.suppress(FileNotFoundError):
                return path, self._entry(path)
        return None

    def _entry(self, path: Path) -> Entry:
        try:
            return from_bytes(read_regular(path, max_bytes=MAX_JOB_BYTES), self._existing_key())
        except ValidationError as error:
            raise _named(path, error) from error

    def _job(self, path: Path, entry: Entry, *, media: bool = True) -> Job:
        try:
            job = entry.job((lambda digest: self._read_media(path.stem, digest)) if media else None)
            if job.generation_id != path.stem:
                raise ValidationError(
                    f"not a saved job: its generation_id is {job.generation_id!r}, not the name of the file"
                )
        except ValidationError as error:
            raise _named(path, error) from error
        return job

    def _jobs(self, folder: Path, unreadable: dict[Path, str], *, media: bool) -> Iterator[Job]:
        for path in json_files(folder):
            try:
                entry = self._entry(path)
                job = self._job(path, entry, media=media)
                if not (entry.is_over and folder == self.path and self._is_moved(path)):
                    yield job
            except FileNotFoundError:
                # it has just ended or was forgotten
                continue
            except ValidationError as error:
                unreadable[path] = error.message
                facts = {"path": str(path), "reason": error.message}
                log.warning("journal file skipped: %s", error.message, extra=facts)

    def _is_moved(self, path: Path) -> bool:
        """Move the file of an ended job whose process died first; return False if that is not possible, or a process works on it."""
        try:
            if not self.claim(path.stem):
                return False
            try:
                is_over = self._entry(path).is_over
                if is_over:
                    self._move_ended(path)
            finally:
                self.release(path.stem)
        except (OSError, ValidationError):
            return False
        return is_over

    # Media.

    def _store_media(self, job_id: str, digest: str, text: str) -> None:
        make_folder(self.path / "media")
        target = make_folder(self.path / "media" / job_id) / digest
        if not target.is_file():
            write_whole(target, text.encode(errors="surrogatepass"))

    def _read_media(self, job_id: str, digest: str) -> str:
        try:
            content = read_regular(self.path / "media" / job_id / digest, max_bytes=MAX_JOB_BYTES)
        except FileNotFoundError as error:
            raise ValidationError(f"not a saved job: its input media/{job_id}/{digest} is missing") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValidationError(f"not a saved job: its input media/{job_id}/{digest} was changed")
        return content.decode(errors="surrogatepass")

    def _drop_media(self, job_id: str) -> None:
        shutil.rmtree(self.path / "media" / job_id, ignore_errors=True)

    # The key by which the journal recognises its own files.

    def _existing_key(self) -> bytes | None:
        try:
            return self._read_key()
        except ValidationError:
            return None

    def _read_key(self) -> bytes | None:
        """Return the key; None if there is none, or what is there is damaged.

        Raises:
            ValidationError: it cannot be read, as it is a link or belongs to another user. A new one would disown the entries.
        """
        try:
            key = read_regular(self.path / "journal.key", max_bytes=MAX_JOB_BYTES)
        except FileNotFoundError:
            return None
        return key if len(key) == KEY_BYTES else None

    def _key(self) -> bytes:
        key = self._read_key()
        if key is not None:
            return key
        made = secrets.token_bytes(KEY_BYTES)
        write_first(self.path / "journal.key", made)
        key = self._read_key()
        if key is None:
            # it exists, but is damaged
            write_whole(self.path / "journal.key", made)
        return key or made


def _folder(path: str | Path | None) -> Path:
    """Return the absolute path of a journal's folder.

    Raises:
        ValidationError: it is empty, or below a home folder that does not exist.
    """
    if path == "":
        # an unset variable must not make the working directory a journal
        raise ValidationError("path='' is not a folder; name one, or leave it out for the default folder")
    try:
        return (default_folder() if path is None else Path(path)).expanduser().absolute()
    except RuntimeError as error:
        raise ValidationError(
            f"there is no home folder for jobs ({error}); pass the path of a folder"
        ) from error


def _checked(job_id: str) -> str:
    """Return an id after checking it: any other text could be a path."""
    if JOB_ID.fullmatch(job_id) is None:
        raise ValidationError(f"{job_id[:80]!r} is not the id of a job; ids have 32 hexadecimal digits")
    return job_id


def _named(path: Path, error: ValidationError) -> ValidationError:
    if error.message.startswith(str(path)):
        return error
    return ValidationError(
        f"{path}: {error.message.partition('; pass the text')[0]}; repair or delete the file"
    )


def _age(job: Job) -> tuple[float, str]:
    return (job.started_at.timestamp(), job.generation_id)
