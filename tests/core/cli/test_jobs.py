from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway import JournalFolder
from tarash.tarash_gateway.testing.simulator import LostResponse, Status

Tarash = Callable[..., Result]


@pytest.fixture
def detached(tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]) -> str:
    """The id of a job that was submitted and saved."""
    result = tarash("generate", "video", "a boat in the rain", *at_fal, "--detach", "--quiet")
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def saved_jobs(workplace: Path) -> list[Path]:
    return sorted((workplace.parent / "state" / "tarash-gateway" / "jobs").glob("*.json"))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the state folder has another place there")
def test_a_detached_job_is_saved_for_its_owner_alone_and_without_the_key(
    detached: str, fal: FalSimulator, workplace: Path
) -> None:
    [path] = saved_jobs(workplace)
    assert path.stem == detached
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fal.api_key not in path.read_text()


def test_a_saved_job_is_carried_on_without_submitting_again_and_then_forgotten(
    tarash: Tarash, detached: str, fal: FalSimulator, workplace: Path
) -> None:
    result = tarash("jobs", "resume", detached, "--out", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "boat.mp4"
    assert (workplace / "boat.mp4").stat().st_size > 50
    assert fal.count("submit") == 1
    assert saved_jobs(workplace) == []


def test_a_job_can_be_kept(tarash: Tarash, detached: str, workplace: Path, fal: FalSimulator) -> None:
    assert tarash("jobs", "resume", detached, "--keep", "-q", "-o", "boat.mp4").exit_code == 0
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["generation_id"], listed["state"], listed["has_result"]) == (detached, "ended", True)
    asked = len(fal.requests)
    assert tarash("jobs", "resume", detached, "-q", "-o", "again.mp4").exit_code == 0
    assert (workplace / "again.mp4").read_bytes() == (workplace / "boat.mp4").read_bytes()
    assert {request.method for request in fal.requests[asked:]} == {"GET"}, "its result is fetched, no more"


def test_without_jobs_there_is_a_sentence_and_no_table(tarash: Tarash) -> None:
    listed = tarash("jobs", "list")
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "no open jobs" in listed.stderr
    assert tarash("jobs", "list", "--all").stderr == "no jobs\n"


def test_jobs_are_listed_shown_and_forgotten(
    tarash: Tarash, detached: str, fal: FalSimulator, workplace: Path
) -> None:
    assert "a boat in the rain" in tarash("jobs", "list").stdout
    [header, line] = tarash("jobs", "list").stdout.splitlines()
    assert header.split() == ["ID", "STATE", "AGE", "COST", "PROVIDER", "MODEL", "PROMPT"]
    assert line.split()[:6] == [detached, "submitted", "0", "min", "$3.20", "fal"]
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["generation_id"], listed["state"]) == (detached, "submitted")
    written = json.loads(tarash("jobs", "show", detached, "--json").stdout)
    assert {name: written[name] for name in ("submitted_at", "deadline_at")}.items() <= listed.items()
    shown = tarash("jobs", "show", listed["request_id"][:8])
    assert f"request_id: {fal.jobs[0].id}" in shown.stdout
    assert (
        json.loads(tarash("jobs", "show", detached, "--json").stdout)["reference"]["request_id"]
        == fal.jobs[0].id
    )
    assert tarash("jobs", "forget", detached[:6]).stdout == f"forgot {detached}\n"
    assert saved_jobs(workplace) == []
    assert fal.count("cancel") == 0


def test_a_job_is_cancelled(tarash: Tarash, detached: str, fal: FalSimulator) -> None:
    fal.hold()
    result = tarash("jobs", "cancel", detached)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "cancelled: yes")
    assert fal.jobs[0].outcome == "cancelled"
    assert detached not in tarash("jobs", "list").stdout


@pytest.mark.parametrize("provider", ["local", "fal"])
def test_a_job_that_was_cancelled_stays_cancelled(
    tarash: Tarash, workplace: Path, fal: FalSimulator, at_fal: tuple[str, ...], provider: str
) -> None:
    chosen = at_fal if provider == "fal" else ("--provider", "local")
    submitted = tarash("generate", "video", "a boat in the rain", *chosen, "--detach", "--quiet")
    name = submitted.stdout.strip()
    assert tarash("jobs", "cancel", name).stdout.splitlines()[0] == "cancelled: yes"
    asked = len(fal.requests)
    result = tarash("jobs", "resume", name, "-o", "boat.mp4")
    assert result.exit_code == 2
    assert "the job was cancelled" in result.stderr
    assert "submit a new one" in result.stderr
    assert len(fal.requests) == asked
    assert not (workplace / "boat.mp4").exists()


def test_a_job_that_has_finished_is_not_cancelled_and_can_be_fetched(
    tarash: Tarash, detached: str, fal: FalSimulator
) -> None:
    fal.finish(fal.jobs[0].id)
    assert json.loads(tarash("jobs", "cancel", detached, "--json").stdout)["cancelled"] == "no"
    said = tarash("jobs", "cancel", detached).stdout.splitlines()
    assert said[-1] == f"its result, if there is one: tarash jobs resume {detached}"
    assert tarash("jobs", "resume", detached, "-q", "-o", "boat.mp4").exit_code == 0


def test_an_unknown_job_is_refused(tarash: Tarash) -> None:
    result = tarash("jobs", "show", "nothing")
    assert result.exit_code == 2
    assert "tarash jobs list" in result.stderr


def test_the_folder_can_be_chosen(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "--detach", "--jobs-dir", "jobs", "--json")
    saved = json.loads(result.stdout)
    assert (workplace / saved["job_file"]).parent.name == "jobs"
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"
    assert len(json.loads(tarash("jobs", "list", "--jobs-dir", "jobs", "--json").stdout)) == 1


def test_an_ambiguous_id_is_refused(tarash: Tarash, detached: str, at_fal: tuple[str, ...]) -> None:
    assert tarash("generate", "video", "another", *at_fal, "--detach").exit_code == 0
    result = tarash("jobs", "show", "")
    assert result.exit_code == 2
    assert "use more of the id" in result.stderr


def test_a_job_that_has_failed_is_not_resumed_twice(
    tarash: Tarash, fal: FalSimulator, detached: str, workplace: Path
) -> None:
    fal.fail(fal.jobs[0].id, "no_media")
    assert tarash("jobs", "resume", detached).exit_code == 5
    assert saved_jobs(workplace) == []
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"
    [listed] = json.loads(tarash("jobs", "list", "--all", "--json").stdout)
    assert (listed["state"], listed["outcome"]) == ("ended", "generation_failed")
    assert "outcome: generation_failed" in tarash("jobs", "show", detached).stdout
    again = tarash("jobs", "resume", detached)
    assert again.exit_code == 5, "looked at once more"
    assert "the generation had already ended (it failed with generation_failed at fal/" in again.stderr
    assert fal.count("submit") == 1


def test_a_result_that_cannot_be_saved_does_not_lose_the_job(
    tarash: Tarash, fal: FalSimulator, detached: str, workplace: Path
) -> None:
    fal.inject("file", Status(404))
    assert tarash("jobs", "resume", detached, "--out", "boat.mp4").exit_code == 9
    assert len(saved_jobs(workplace)) == 1
    (workplace / "file").write_text("in the way")
    asked = len(fal.requests)
    assert tarash("jobs", "resume", detached, "--out", "file/boat.mp4").exit_code == 2
    assert tarash("jobs", "resume", detached, "--out", "boat.png").exit_code == 2, "a name for an image"
    assert len(fal.requests) == asked
    assert tarash("jobs", "resume", detached, "--out", "boat.mp4").exit_code == 0


def test_a_local_job_waits_for_its_collection_too(tarash: Tarash, workplace: Path) -> None:
    detached = tarash("generate", "image", "a lake", "--size", "64x64", "--detach", "-q").stdout.strip()
    result = tarash("jobs", "resume", detached, "-q", "-o", "lake.png")
    assert result.exit_code == 0, result.output
    assert (workplace / "lake.png").exists()


def test_a_file_that_is_no_job_is_named(tarash: Tarash, workplace: Path) -> None:
    (workplace / "odd.json").write_text("{}")
    result = tarash("jobs", "list", "--jobs-dir", ".")
    assert result.exit_code == 0, "the others are listed all the same"
    assert "odd.json: not a saved job" in result.stderr


def test_a_generation_that_waits_leaves_no_job_behind(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    assert tarash("generate", "video", "a boat", *at_fal, "-o", "boat.mp4").exit_code == 0
    assert tarash("jobs", "list", "--all", "--json").stdout.strip() == "[]"


def test_a_paid_result_that_cannot_be_saved_waits_in_the_list(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator, workplace: Path
) -> None:
    fal.inject("file", Status(404))
    result = tarash("generate", "video", "a boat", *at_fal, "-o", "boat.mp4")
    assert result.exit_code == 9, result.output
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert listed["has_result"]
    assert f"save it elsewhere with: tarash jobs resume {listed['generation_id']} --out PATH" in result.stderr
    assert tarash("jobs", "resume", listed["generation_id"], "-o", "boat.mp4").exit_code == 0
    assert (workplace / "boat.mp4").stat().st_size > 50
    assert fal.count("submit") == 1
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"


def test_a_lost_submission_is_listed(tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator) -> None:
    fal.inject("submit", LostResponse())
    assert tarash("generate", "video", "a boat", *at_fal).exit_code == 7
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (listed["state"], listed["request_id"]) == ("submitting", None)


def test_without_a_place_to_note_the_job_nothing_is_sent(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator, workplace: Path
) -> None:
    (workplace / "file").write_text("in the way")
    result = tarash("generate", "video", "a boat", *at_fal, "--jobs-dir", "file/jobs")
    assert result.exit_code == 1, result.output
    assert "--jobs-dir or TARASH_JOBS_DIR" in result.stderr
    assert fal.requests == []


def crafted(workplace: Path, name: str, **changes: object) -> Path:
    """Put a job that somebody made into the folder of the user's jobs."""
    [own] = saved_jobs(workplace)
    data = json.loads(own.read_text())["job"]
    data.pop("checksum")
    path = own.with_name(f"{name}.json")
    path.write_text(json.dumps({**data, "generation_id": name, **changes}))
    return path


def test_a_job_that_somebody_put_into_the_folder_gets_no_key(
    tarash: Tarash, detached: str, workplace: Path, fal: FalSimulator
) -> None:
    """The address of an own job is trusted; that of one that came from elsewhere is not."""
    crafted(workplace, "e" * 32)
    sent = len(fal.requests)
    result = tarash("jobs", "resume", "e" * 32)
    assert result.exit_code == 2
    assert "no key is sent to it" in result.stderr
    assert len(fal.requests) == sent
    assert tarash("jobs", "resume", detached, "-o", "boat.mp4").exit_code == 0


def test_a_crafted_id_leads_nowhere(tarash: Tarash, detached: str, workplace: Path) -> None:
    victim = workplace.parent / "state" / "victim.json"
    victim.write_text("precious")
    path = crafted(workplace, "e" * 32, generation_id="../../victim")
    for command in ("show", "resume", "forget"):
        assert tarash("jobs", command, "../../victim").exit_code == 2
    assert victim.read_text() == "precious"
    result = tarash("jobs", "list")
    assert result.exit_code == 0
    assert detached in result.stdout
    assert f"{path}: not a saved job" in result.stderr
    assert tarash("jobs", "show", "eeee").exit_code == 2
    assert tarash("jobs", "forget", "e" * 32).exit_code == 0
    assert not path.exists()


def test_a_job_is_resumed_by_one_process_at_a_time(tarash: Tarash, detached: str, workplace: Path) -> None:
    journal = JournalFolder(saved_jobs(workplace)[0].parent)
    assert journal.claim(detached)
    result = tarash("jobs", "resume", detached)
    journal.release(detached)
    assert result.exit_code == 2
    assert "another call is already working on the job" in result.stderr


def test_a_job_that_was_given_up_and_not_cancelled_stays_listed_until_its_result_is_fetched(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    fal.hold()
    fal.inject("cancel", Status(401, json={"detail": "no"}), times=None)
    result = tarash("generate", "video", "a boat", *at_fal, "--timeout", "0.4")
    (job,) = json.loads(tarash("jobs", "list", "--json").stdout)
    assert (result.exit_code, job["state"], job["outcome"]) == (6, "ended", "timeout")
    assert (
        result.stderr.splitlines()[-1]
        == f"its result, if there is one: tarash jobs resume {job['generation_id']}"
    )
    fal.finish(fal.jobs[0].id)
    assert tarash("jobs", "resume", job["generation_id"], "-q", "-o", "boat.mp4").exit_code == 0
    assert (json.loads(tarash("jobs", "list", "--json").stdout), fal.count("submit")) == ([], 1)


def test_a_job_that_was_cancelled_at_its_deadline_is_not_listed(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    fal.hold()
    result = tarash("generate", "video", "a boat", *at_fal, "--timeout", "0.4")
    assert "tarash jobs resume" not in result.stderr
    assert json.loads(tarash("jobs", "list", "--json").stdout) == []


def test_the_id_of_a_job_is_told_as_soon_as_it_is_accepted(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]
) -> None:
    fal.hold()
    result = tarash("generate", "video", "a boat", *at_fal, "--timeout", "0.4")
    assert result.exit_code == 6
    first = result.stderr.splitlines()[0]
    (job,) = json.loads(tarash("jobs", "list", "--all", "--json").stdout)
    assert first == (
        f"attempt 1: fal/fal-ai/veo3.1: submitted as job {job['generation_id']} (the provider's id: {job['request_id']})"
    )
    small = ("-d", "1", "-r", "128x72", "-o", "boat.mp4")
    assert "submitted" not in tarash("generate", "video", "a boat", *small).stderr
    assert tarash("generate", "video", "a boat", *at_fal, "-q", "-t", "0.4").stderr.count("as job") == 0
