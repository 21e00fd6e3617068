"""Owns simulated providers whose videos are what was asked for, or as bad as the test wants them."""

from __future__ import annotations

import functools

from simulators.kling import KlingSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway.mock.sample_media import sample_video
from tarash.tarash_gateway.testing import Simulator

SECONDS = 5.0


@functools.cache
def clip(seconds: float = SECONDS, width: int = 1280, height: int = 720) -> bytes:
    """Return a real MP4 without sound."""
    return sample_video(duration_seconds=seconds, width=width, height=height, colour_seed=1)


class _WithClips(Simulator):
    clips: dict[int, bytes]
    """What to serve in place of a good clip, by the number of the video, counted from 1; 0 stands for every other one."""

    def video_url(self, name: str = "video.mp4") -> str:
        found = self.stored_media(name)
        if found is None:
            self.clips_served += 1
            default = self.clips.get(0, clip())
            return self.store_media(name, self.clips.get(self.clips_served, default), "video/mp4")
        return self.store_media(name, found.data, found.content_type)

    clips_served = 0


class KlingWithClips(_WithClips, KlingSimulator):
    """Kling, with videos of 5 seconds and 720p."""

    def __init__(self) -> None:
        super().__init__()
        self.clips = {}


class ReplicateWithClips(_WithClips, ReplicateSimulator):
    """Replicate, with videos of 5 seconds and 720p."""

    def __init__(self) -> None:
        super().__init__()
        self.clips = {}
