"""Owns a program that submits a video, prints the job, and then hangs until it is killed.

Arguments: the configuration as JSON, with its keys.
"""

from __future__ import annotations

import sys
import time

from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest, submit_video

job = submit_video(
    VideoGenerationConfig.model_validate_json(sys.argv[1]), VideoGenerationRequest(prompt="a paper boat")
)
print(job.to_json(), flush=True)  # noqa: T201 - it is a program
time.sleep(600)
