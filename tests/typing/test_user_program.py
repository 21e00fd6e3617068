"""What users write passes `mypy --strict`, and what they get wrong does not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = Path(__file__).with_name("user_program.py")
MISTAKEN = """\
from tarash.tarash_gateway import HTTPError, MockResponse, RateLimitError, VideoGenerationConfig, VideoGenerationRequest, generate_video
from tarash_gateway_fal import FalSettings

config = VideoGenerationConfig(provider="fal", model="m")
request = VideoGenerationRequest(prompt="x")
VideoGenerationRequest(prompt="x", durations=4)  # mistake
VideoGenerationRequest(duration_seconds=4)  # mistake
VideoGenerationConfig(provider="fal", model="m", unsupported="ignore")  # mistake
VideoGenerationConfig(provider="fal")  # mistake
VideoGenerationConfig(provider="fal", model="m", provider_config=3)  # mistake
FalSettings(queue_prioritee="low")  # mistake
FalSettings(queue_priority="lowest")  # mistake
generate_video(request, config)  # mistake
generate_video(config, request).vidoe  # mistake
HTTPError("x", status_code="429")  # mistake
RateLimitError("x", retryable=True)  # mistake
RateLimitError("x", billed="maybe")  # mistake
MockResponse(output_video=8)  # mistake
MockResponse(outputs_video="https://cdn.example/clip.mp4")  # mistake
MockResponse().output_video  # mistake
"""


def _check(program: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    command = ["-m", "mypy", "--strict", "--config-file", "", "--cache-dir", str(cache), str(program)]
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=120, check=False, cwd=cache
    )


@pytest.mark.timeout(180)
def test_a_users_program_is_checked_strictly(tmp_path: Path) -> None:
    good = _check(GOOD, tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    mistaken = tmp_path / "mistaken.py"
    mistaken.write_text(MISTAKEN, "utf-8")
    said = _check(mistaken, tmp_path).stdout
    found = {int(line) for line in re.findall(r"mistaken\.py:(\d+): error", said)}
    marked = {number for number, line in enumerate(MISTAKEN.splitlines(), 1) if line.endswith("# mistake")}
    assert found == marked, said
