"""The examples run on this machine alone, and show what they promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av

TESTS = Path(__file__).resolve().parents[1]
DEMO = TESTS.parent / "examples" / "demo.py"
OFF_THE_NETWORK = """
import runpy
import sys
from loopback_only import loopback_only

with loopback_only():
    runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_the_demonstration_renders_a_clip_and_survives_an_outage(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OFF_THE_NETWORK, DEMO],
        cwd=tmp_path,
        env={"PYTHONPATH": str(TESTS), "LANG": "C.UTF-8", "PYTHONUTF8": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    with av.open(tmp_path / "output" / "demo-lake.mp4") as clip:
        picture = clip.streams.video[0]
        assert (picture.width, picture.height, picture.frames) == (1280, 720, 96)
    assert "0 submissions reached fal, 1 reached Replicate: one video, one bill." in done.stdout
