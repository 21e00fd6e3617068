"""What an earlier version wrote is read by this one, and what this version writes will be read by later ones with more fields.

The files in `earlier_formats` were written by 1.0.0. They are never written again: a new format gets files of its own.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.test_untrusted_jobs import JOB
from tarash.tarash_gateway import (
    AttemptMetadata,
    Job,
    JournalFolder,
    ValidationError,
    VideoGenerationResponse,
)

WRITTEN = Path(__file__).with_name("earlier_formats")


class LaterAttempt(AttemptMetadata):
    """An attempt as a later version may know it."""

    region: str | None = None


class LaterJob(Job):
    """A job as a later version may know it: with one more field, and with one more in its attempts."""

    attempts: tuple[LaterAttempt, ...] = ()
    priority: int = 0


def test_a_job_that_an_earlier_version_wrote_is_read() -> None:
    assert Job.from_json((WRITTEN / "job_1.json").read_text("utf-8")) == JOB


def test_a_file_of_a_journal_that_an_earlier_version_wrote_is_read(tmp_path: Path) -> None:
    shutil.copy(WRITTEN / "journal_entry_1.json", tmp_path / f"{JOB.generation_id}.json")
    journal = JournalFolder(tmp_path)
    assert ([*journal.list()], journal.read(JOB.generation_id)) == ([JOB], JOB)


def test_a_response_that_an_earlier_version_wrote_is_read() -> None:
    text = (WRITTEN / "video_response_1.json").read_text("utf-8")
    response = VideoGenerationResponse.model_validate_json(text)
    assert (response.video, response.duration) == ("https://files.example/boat.mp4", 6.0)
    assert response.execution_metadata.adjustments[0].used == 6
    assert _holds(json.loads(response.model_dump_json()), json.loads(text))


def _holds(later: object, earlier: object) -> bool:
    """Return whether JSON has everything that was written earlier; objects may have grown."""
    if isinstance(later, dict) and isinstance(earlier, dict):
        return all(name in later and _holds(later[name], value) for name, value in earlier.items())
    if isinstance(later, list) and isinstance(earlier, list):
        return len(later) == len(earlier) and all(map(_holds, later, earlier))
    return later == earlier


def test_a_job_without_the_fields_of_a_later_version_is_not_taken_for_an_edited_one() -> None:
    job = LaterJob.from_json(JOB.to_json())
    assert (job.priority, job.attempts[0].region) == (0, None)
    with pytest.raises(ValidationError, match="it was edited or damaged"):
        LaterJob.from_json(JOB.to_json().replace('"a boat"', '"a ship"'))


def test_a_job_with_a_field_of_a_later_version_is_refused_for_that() -> None:
    later = LaterJob.model_validate(json.loads(JOB.model_dump_json()))
    with pytest.raises(
        ValidationError, match=r"priority is not known here; a newer version of the gateway can read it"
    ):
        Job.from_json(later.to_json())
