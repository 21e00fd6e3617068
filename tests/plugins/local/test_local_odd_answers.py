"""What becomes of saved jobs that somebody has edited: there are no answers, since nothing is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import tarash_gateway_local as local
from odd_answers import example, odd_answers
from tarash_gateway_local.spec import VideoSpec

SPEC = VideoSpec(prompt="a lake", duration_seconds=0.1, width=16, height=16, frames_per_second=1)
JOB = {"id": "0" * 32, "spec": SPEC.to_dict()}


EXAMPLE = example(local, "animatic", job=JOB, bodies=({}, JOB))
# clips are drawn for some of the altered jobs
DRAWING = replace(EXAMPLE, call=replace(EXAMPLE.call, output_dir=Path("output")))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    local, DRAWING, hooks=("altered_job", "cancel")
)
