"""Measures importing the gateway and creating a first configuration and request, in fresh interpreters."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.findings import Finding

IMPORT = "import tarash.tarash_gateway"
YARDSTICK = "import pluggy, pydantic\nclass Model(pydantic.BaseModel):\n{fields}\nModel()"
FIRST_USE = (
    "from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest, generate_video\n"
    "VideoGenerationConfig(provider='fal', model='fal-ai/veo3.1')\n"
    "VideoGenerationRequest(prompt='rain')"
)
TARGET = 1.25


def measure(tiny: bool) -> Iterator[Finding]:
    """Compare the import with that of pluggy and one pydantic model with the fields of a configuration."""
    rounds = 1 if tiny else 11
    fields = "\n".join(f"    field_{number}: str | None = None" for number in range(_config_fields()))
    programs = {"import": IMPORT, "yardstick": YARDSTICK.format(fields=fields), "first use": FIRST_USE}
    # in turns, so that other load on the machine falls on all of them
    taken = [{name: _cpu_seconds(program) for name, program in programs.items()} for _ in range(rounds)]
    middle = {name: statistics.median(row[name] for row in taken) for name in programs}
    yardstick = middle["yardstick"]
    note = f"pluggy and a pydantic model: {yardstick * 1e3:.0f} ms"
    yield Finding(
        "import tarash.tarash_gateway", middle["import"] / yardstick, "×", at_most=TARGET, note=note
    )
    yield Finding("import tarash.tarash_gateway", middle["import"] * 1e3, "ms of CPU")
    what = "import, first configuration and request"
    yield Finding(
        what, middle["first use"] / yardstick, "×", note=f"{middle['first use'] * 1e3:.0f} ms of CPU"
    )


def _config_fields() -> int:
    from tarash.tarash_gateway import VideoGenerationConfig

    return len(VideoGenerationConfig.model_fields)


def _cpu_seconds(program: str) -> float:
    timed = f"import time\nbegan = time.process_time()\n{program}\nprint(time.process_time() - began)"
    command = [sys.executable, "-c", timed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - programs of this module
    return float(done.stdout)
