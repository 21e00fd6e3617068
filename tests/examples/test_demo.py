"""The demonstration runs on this machine alone, and shows what it promises."""

from __future__ import annotations

from pathlib import Path

import av

from offline import EXAMPLES, run_offline


def test_the_demonstration_renders_a_clip_and_survives_an_outage(tmp_path: Path) -> None:
    done = run_offline(EXAMPLES / "demo.py", folder=tmp_path)
    assert done.returncode == 0, done.stderr[-4000:]
    with av.open(tmp_path / "output" / "demo-lake.mp4") as clip:
        picture = clip.streams.video[0]
        assert (picture.width, picture.height, picture.frames) == (1280, 720, 96)
    assert "0 submissions reached fal, 1 reached Replicate: one video, one bill." in done.stdout
