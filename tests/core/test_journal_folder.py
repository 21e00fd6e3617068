"""The journal of the core: one file a job, whole at every moment, seen by every process, and nobody else's to read."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, generation, registry, reply, resuming
from tarash.tarash_gateway import (
    Gateway,
    GenerationFailedError,
    Job,
    JournalFolder,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.exceptions import JournalError
from tarash.tarash_gateway.job import Journal
from tarash.tarash_gateway.journal_folder.entries import MOST_DIGESTS, Digests
from tarash.tarash_gateway.testing import VirtualTime

HERE = Path(__file__).parent
DAY = 24 * 3600.0
MEDIA = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAA" * 500
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


@pytest.fixture
def journal(tmp_path: Path) -> JournalFolder:
    return JournalFolder(tmp_path / "jobs")


def made(number: int = 1, **changes: object) -> Job:
    """A submitted job, the later the higher its number."""
    server = AcmeServer()
    job = VirtualTime(server, seed=number).run(generation(acme()).submit())
    started = job.started_at.replace(minute=number % 60)
    return job.model_copy(update={"started_at": started, **changes})


def with_media(job: Job, media: str = MEDIA) -> Job:
    return job.model_copy(update={"request": {"prompt": "x", "image_list": [{"image": media}]}})


def ended(job: Job) -> Job:
    return job.model_copy(update={"state": "ended"})


def files(journal: JournalFolder) -> set[str]:
    """Every file of a journal but its key, as a path within the folder."""
    found = (path.relative_to(journal.path).as_posix() for path in journal.path.rglob("*") if path.is_file())
    return {name for name in found if name != "journal.key"}


def test_it_is_a_journal(journal: JournalFolder) -> None:
    checked: Journal = journal
    job = made()
    checked.write(job)
    assert checked.read(job.generation_id) == job
    assert checked.read("0" * 32) is None
    assert list(checked.list()) == [job]


def test_a_generation_is_noted_and_ends(journal: JournalFolder) -> None:
    flow = generation(acme(), journals=True).generate()
    VirtualTime(AcmeServer(), journal=journal).run(flow)
    assert list(journal.list()) == []
    (job,) = journal.overview(ended=True).jobs
    assert (job.state, job.request_id) == ("ended", "job-1")
    assert files(journal) == {f"ended/{job.generation_id}.json"}


def test_a_failed_resume_is_settled_in_the_journal(journal: JournalFolder, tmp_path: Path) -> None:
    server = AcmeServer()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    server.always["status"] = reply(200, {"state": "failed"})
    with pytest.raises(GenerationFailedError):
        VirtualTime(server, journal=journal).run(resuming(job))
    assert list(journal.list()) == []
    assert journal.claim(job.generation_id)


def test_it_survives_the_process_and_lists_oldest_first(journal: JournalFolder) -> None:
    jobs = [made(number) for number in (3, 1, 2)]
    for job in jobs:
        journal.write(job)
    assert [job.started_at.minute for job in JournalFolder(journal.path).list()] == [1, 2, 3]


@posix
def test_it_is_readable_by_its_owner_alone(journal: JournalFolder, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal.write(with_media(made()))
        journal.claim("1" * 32)
        journal.write(ended(made(2)))
    finally:
        os.umask(old)
    for path in (journal.path, *journal.path.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    journal.release("1" * 32)


def test_inline_media_are_written_once_and_go_with_the_end(journal: JournalFolder) -> None:
    job = with_media(made())
    journal.write(job.model_copy(update={"state": "submitting", "reference": None}))
    (media,) = (path for path in (journal.path / "media").rglob("*") if path.is_file())
    before = media.stat()
    journal.write(job)
    assert (media.stat().st_ino, media.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    (file,) = journal.path.glob("*.json")
    assert file.stat().st_size < len(MEDIA) / 2
    assert journal.read(job.generation_id) == job
    assert list(journal.list()) == [job]
    (shown,) = journal.overview().jobs
    assert "inline-media://sha256/" in repr(shown.request)
    journal.write(ended(job))
    assert not media.parent.exists()
    again = journal.read(job.generation_id)
    assert again is not None
    assert again.model_copy(update={"request": {}}) == ended(job).model_copy(update={"request": {}})


def test_an_ended_job_keeps_its_result_unless_that_contains_the_output_itself(journal: JournalFolder) -> None:
    VirtualTime(AcmeServer(), journal=journal).run(generation(acme(), journals=True).generate())
    (job,) = journal.overview(ended=True).jobs
    assert job.response is not None
    journal.write(with_media(job))
    again = journal.read(job.generation_id)
    assert again is not None
    assert again.response == job.response
    journal.write(job.model_copy(update={"response": {**job.response, "video": MEDIA}}))
    again = journal.read(job.generation_id)
    assert again is not None
    assert again.response is None


def test_media_are_read_from_the_folder_of_their_job_alone(journal: JournalFolder, tmp_path: Path) -> None:
    job = made()
    journal.write(job)
    (tmp_path / "private").write_text(MEDIA)
    media = [[["request", "prompt"], "../../../private"]]
    entry = {"job": json.loads(job.to_json()), "media": media, "code": "x"}
    (journal.path / f"{job.generation_id}.json").write_text(json.dumps(entry))
    with pytest.raises(
        ValidationError, match="not a saved job: it is incomplete, or another program wrote it"
    ):
        journal.read(job.generation_id)


@posix
def test_a_claim_that_is_refused_leaves_no_file_open(journal: JournalFolder) -> None:
    fcntl = pytest.importorskip("fcntl")
    locks = journal.path / "claims"
    locks.mkdir(parents=True)
    with (locks / f"{'1' * 32}.lock").open("w") as elsewhere:
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        before = len(list(Path("/dev/fd").iterdir()))
        assert [journal.claim("1" * 32) for _ in range(5)] == [False] * 5
        assert len(list(Path("/dev/fd").iterdir())) == before
    assert journal.claim("1" * 32)
    journal.release("1" * 32)


def test_few_hashes_are_remembered() -> None:
    digests = Digests()
    for number in range(MOST_DIGESTS + 10):
        assert digests(f"text {number}") == hashlib.sha256(f"text {number}".encode()).hexdigest()
    assert len(digests._known) <= MOST_DIGESTS


def test_a_second_write_writes_only_what_has_changed(journal: JournalFolder) -> None:
    def written() -> dict[Path, tuple[int, int]]:
        found = (path for path in journal.path.rglob("*") if path.is_file())
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}

    job = with_media(made(), MEDIA + "A" * 4_000_000)
    journal.write(job.model_copy(update={"state": "submitting", "reference": None}))
    before = written()
    journal.write(job)
    changed = [path for path, when in written().items() if before.get(path) != when]
    assert sum(path.stat().st_size for path in before) > 4_000_000
    assert sum(path.stat().st_size for path in changed) < 10_000
    assert journal.read(job.generation_id) == job


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_media_that_are_not_what_was_stored_are_not_used(journal: JournalFolder, damage: str) -> None:
    job = with_media(made())
    journal.write(job)
    (media,) = (path for path in (journal.path / "media").rglob("*") if path.is_file())
    if damage == "missing":
        media.unlink()
    else:
        media.write_text(MEDIA.replace("iVBOR", "AAAAA"))
    with pytest.raises(
        ValidationError, match=f"{job.generation_id}.json: not a saved job: its input .* {damage}"
    ):
        journal.read(job.generation_id)


FOREIGN = {
    "empty": b"",
    "torn": b'{"job": {"format": 1, "modality": "vid',
    "list": b"[]",
    "number": b"5",
    "other-json": b'{"name": "x"}',
    "half-an-entry": b'{"job": {}, "media": 5, "code": "x"}',
    "no-text": bytes(range(256)),
    "deep": b"[" * 100_000,
    "job-of-another-name": b"",
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_named_and_disturbs_nobody(
    journal: JournalFolder, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    job = made()
    journal.write(job)
    content = FOREIGN[kind] or (made(2).to_json().encode() if kind == "job-of-another-name" else b"")
    odd = journal.path / f"{'0' * 32}.json"
    odd.write_bytes(content)
    assert list(journal.list()) == [job]
    assert f"journal file skipped: {odd}: not a saved job" in caplog.text
    overview = journal.overview()
    assert (overview.jobs, set(overview.unreadable)) == ((job,), {odd})
    assert overview.unreadable[odd].startswith(f"{odd}: not a saved job")
    with pytest.raises(ValidationError, match="or delete the file"):
        journal.read("0" * 32)
    journal.forget("0" * 32)
    assert not journal.overview().unreadable


@posix
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_not_a_file_is_not_waited_for(journal: JournalFolder, tmp_path: Path, kind: str) -> None:
    job = made()
    journal.write(job)
    odd = journal.path / f"{'0' * 32}.json"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "link":
        (tmp_path / "elsewhere.json").write_text(made(2).to_json())
        odd.symlink_to(tmp_path / "elsewhere.json")
    else:
        odd.mkdir()
    assert list(journal.list()) == [job]
    assert set(journal.overview().unreadable) == {odd}


def test_an_edited_file_is_refused(journal: JournalFolder) -> None:
    job = made()
    journal.write(job)
    (file,) = journal.path.glob("*.json")
    file.write_text(file.read_text().replace("paper boat", "steel ship"))
    with pytest.raises(ValidationError, match="edited or damaged"):
        journal.read(job.generation_id)


def test_only_what_the_journal_wrote_itself_is_its_own(journal: JournalFolder, tmp_path: Path) -> None:
    """Who drops a file into the folder, or forges one with a key of theirs, is not taken for its owner."""
    mine, dropped, forged = made(1), made(2), made(3)
    journal.write(mine)
    (journal.path / f"{dropped.generation_id}.json").write_text(dropped.to_json())
    other = JournalFolder(tmp_path / "other")
    other.write(forged)
    name = f"{forged.generation_id}.json"
    (journal.path / name).write_bytes((other.path / name).read_bytes())
    assert [job.generation_id for job in journal.list()] == [
        job.generation_id for job in (mine, dropped, forged)
    ]
    assert [journal.wrote(job.generation_id) for job in (mine, dropped, forged)] == [True, False, False]
    (journal.path / "journal.key").write_bytes(b"")
    journal.write(mine)
    assert journal.wrote(mine.generation_id), "a damaged key is replaced"


def test_a_key_that_cannot_be_read_is_not_replaced(journal: JournalFolder, tmp_path: Path) -> None:
    """A new one would disown every entry, so that a resume would no longer trust the addresses in them."""
    mine = made()
    journal.write(mine)
    key, moved = journal.path / "journal.key", tmp_path / "moved.key"
    key.rename(moved)
    key.symlink_to(moved)
    with pytest.raises(ValidationError, match=r"journal\.key: it cannot be read"):
        journal.write(made(2))
    assert key.is_symlink()
    key.unlink()
    moved.rename(key)
    assert journal.wrote(mine.generation_id)


@pytest.mark.parametrize(
    "job_id",
    ["", "../" * 3 + "etc/passwd", "a" * 31, "A" * 32, "a" * 33, "a" * 32 + "\n", "..", "*", "/" + "a" * 31],
)
def test_an_id_is_never_a_path(journal: JournalFolder, job_id: str) -> None:
    for method in (journal.read, journal.claim, journal.release, journal.forget, journal.wrote):
        with pytest.raises(ValidationError, match="32 hexadecimal digits"):
            method(job_id)
    crafted = made().model_copy(update={"generation_id": job_id})
    with pytest.raises(ValidationError, match="32 hexadecimal digits"):
        journal.write(crafted)
    assert not journal.path.exists()


class TestClaims:
    """A job is resumed by one at a time, in whatever process."""

    ID = "c" * 32

    @contextmanager
    def claimed_elsewhere(self, journal: JournalFolder) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, str(HERE / "claiming_program.py"), str(journal.path), self.ID]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            try:
                assert program.stdout.readline().strip() == "True"
                yield program
            finally:
                program.kill()

    def test_another_process_is_seen_and_its_death_lets_go(self, journal: JournalFolder) -> None:
        with self.claimed_elsewhere(journal) as program:
            assert not journal.claim(self.ID)
            program.kill()
            program.wait()
            assert journal.claim(self.ID)
        journal.release(self.ID)

    def test_the_same_process_is_seen(self, journal: JournalFolder) -> None:
        assert journal.claim(self.ID)
        assert not journal.claim(self.ID)
        assert not JournalFolder(journal.path).claim(self.ID)
        assert journal.claim("d" * 32)
        journal.release("d" * 32)
        journal.release(self.ID)
        journal.release(self.ID)
        assert journal.claim(self.ID)
        journal.release(self.ID)
        assert list((journal.path / "claims").iterdir()) == [], "no lock file is left"

    def test_of_many_threads_one_wins(self, journal: JournalFolder) -> None:
        won: list[int] = []
        begin = threading.Barrier(8)

        def try_it(number: int) -> None:
            begin.wait()
            for _ in range(50):
                if journal.claim(self.ID):
                    won.append(number)
                    assert len(won) == 1
                    won.remove(number)
                    journal.release(self.ID)

        threads = [threading.Thread(target=try_it, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won == []
        assert journal.claim(self.ID)
        journal.release(self.ID)

    @pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
    def test_a_forked_child_does_not_hold_its_parent_s_claims(self, journal: JournalFolder) -> None:
        assert journal.claim(self.ID)
        reading, writing = os.pipe()
        tried, told = os.pipe()
        child = os.fork()
        if child == 0:
            # still running when its parent lets go
            os.close(writing)
            taken = journal.claim(self.ID)
            os.write(told, b"x")
            os.read(reading, 1)
            os._exit(1 if taken else 0)
        os.close(reading)
        os.read(tried, 1)
        journal.release(self.ID)
        assert journal.claim(self.ID)
        journal.release(self.ID)
        for end in (writing, tried, told):
            os.close(end)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def test_a_second_resume_is_refused_while_the_first_runs(
        self, journal: JournalFolder, tmp_path: Path
    ) -> None:
        job = VirtualTime(AcmeServer(), journal=journal).run(generation(acme(), journals=True).submit())
        with (
            Gateway(registry=registry(), environ={"ACME_KEY": "acme-key-123456"}, journal=journal) as gateway,
        ):
            assert journal.claim(job.generation_id)
            with pytest.raises(ValidationError, match="another call is already working on the job"):
                gateway.resume(job)
            journal.release(job.generation_id)


class TestPruning:
    """Ended jobs are kept for a while; what may still cost or be collected is never deleted."""

    def test_the_latest_are_kept(self, tmp_path: Path) -> None:
        journal = JournalFolder(tmp_path / "jobs", ended_kept=3)
        journal.write(made(1))
        for number in range(2, 7):
            job = ended(made(number))
            journal.write(job)
            os.utime(journal.path / "ended" / f"{job.generation_id}.json", (0, time.time() - 100 + number))
        left = journal.overview(ended=True).jobs
        assert [job.started_at.minute for job in left] == [1, 4, 5, 6]

    def test_old_ones_and_leftovers_of_crashes_go(self, journal: JournalFolder) -> None:
        old, waiting = ended(made(1)), with_media(made(2))
        journal.write(old)
        journal.write(waiting)
        # the names that `write_whole` and `write_first` give
        handle, name = tempfile.mkstemp(dir=journal.path, prefix=".", suffix=".part")
        os.close(handle)
        leftovers = (Path(name), journal.path / "ended" / ".0123456789abcdef.part")
        leftovers[1].write_text("half")
        orphan = journal.path / "media" / ("0" * 32)
        orphan.mkdir()
        for path in (journal.path / "ended" / f"{old.generation_id}.json", *leftovers, orphan):
            os.utime(path, (0, time.time() - 31 * DAY))
        for path in (
            journal.path / f"{waiting.generation_id}.json",
            journal.path / "media" / waiting.generation_id,
        ):
            os.utime(path, (0, time.time() - 400 * DAY))
        journal.write(ended(made(3)))
        assert journal.read(old.generation_id) is None
        assert journal.read(waiting.generation_id) == waiting
        assert not any(leftover.exists() for leftover in leftovers)
        assert not orphan.exists()

    @pytest.mark.parametrize(
        "own",
        [
            "media/photos/wedding.jpg",
            "film.mkv.part",
            ".film.part",
            "ended/report.json",
            "ended/.notes.part",
            "notes.json",
        ],
    )
    def test_what_the_user_keeps_in_the_folder_stays(self, journal: JournalFolder, own: str) -> None:
        """Somebody takes the working directory as the folder, and Django has one that is called `media`."""
        file = journal.path / own
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
        for path in (file, file.parent):
            os.utime(path, (0, time.time() - 400 * DAY))
        journal.write(ended(made()))
        assert file.read_text() == "mine"

    def test_a_result_that_waits_in_the_journal_stays(self, tmp_path: Path) -> None:
        journal = JournalFolder(tmp_path / "jobs", keep_results=True)
        job = ended(made())
        journal.write(job)
        finished = job.model_copy(update={"response": {"video": "https://cdn.example/a.mp4"}})
        journal.write(finished)
        assert files(journal) == {f"{job.generation_id}.json"}
        assert journal.read(job.generation_id) == finished


class TestFailures:
    """What cannot be written is told before anything is paid, and an earlier state stays whole."""

    def test_nothing_is_sent_without_a_place_to_note_it(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        server, journal = AcmeServer(), JournalFolder(tmp_path / "file" / "jobs")
        with pytest.raises(JournalError):
            VirtualTime(server, journal=journal).run(generation(acme(), journals=True).generate())
        assert server.seen == []

    def test_a_failed_write_leaves_the_earlier_state_and_no_half_file(
        self, journal: JournalFolder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job = made()
        journal.write(job)

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            journal.write(ended(job))
        assert journal.read(job.generation_id) == job
        assert files(journal) == {f"{job.generation_id}.json"}


def test_many_threads_write_list_and_forget_at_once(journal: JournalFolder) -> None:
    """Each works on jobs that it has claimed, as a generation does: of others, a listing moves what has ended."""
    failures: list[Exception] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 5):
                job = with_media(made(number))
                assert journal.claim(job.generation_id)
                journal.write(job)
                assert journal.read(job.generation_id) == job
                journal.list()
                journal.write(ended(job))
                journal.forget(job.generation_id)
                journal.release(job.generation_id)
        except (AssertionError, OSError, ValidationError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (10, 20, 30, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert files(journal) == set()


def test_a_file_holds_no_secret(journal: JournalFolder) -> None:
    config = acme(
        base_url="https://me:pw-of-the-proxy@acme.example", webhook_url="https://me.example/tok-123"
    )
    VirtualTime(AcmeServer(), journal=journal).run(generation(config, journals=True).submit())
    (file,) = journal.path.glob("*.json")
    for secret in ("acme-key-123456", "pw-of-the-proxy", "tok-123"):
        assert secret not in file.read_text()
    assert "a paper boat" in json.loads(file.read_text())["job"]["request"]["prompt"]


def test_the_gateway_takes_it(journal: JournalFolder) -> None:
    config = VideoGenerationConfig.model_validate(
        {"provider": "acme", "model": "plain", "mock": {"enabled": True}}
    )
    with Gateway(registry=registry(), environ={}, journal=journal) as gateway:
        job = gateway.submit_video(config, VideoGenerationRequest(prompt="x"))
        assert [listed.generation_id for listed in journal.list()] == [job.generation_id]
        assert gateway.resume(journal.list()[0]).is_mock
    assert list(journal.list()) == []
