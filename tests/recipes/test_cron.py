"""The recipe for cron: its command, run as cron runs it, carries on after a crash, and beside itself it does nothing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from recipes.recipe_files import (
    RECIPES,
    assert_each_row_was_sent_once,
    states,
    tarash_command,
    wait_until,
    write_table,
)
from simulators.kling import KlingSimulator

MODEL = "--model fal/fal-ai/veo3.1"
FIELD = r"[\d*/,-]+"


class Crontab(NamedTuple):
    environ: dict[str, str]
    commands: list[str]


def read_crontab(text: str) -> Crontab:
    """Read a crontab as cron does: a % that is not escaped ends a command."""
    found = Crontab({}, [])
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if setting := re.fullmatch(r"(\w+)=(.*)", line):
            found.environ[setting[1]] = setting[2]
            continue
        job = re.fullmatch(rf"(?:{FIELD}\s+){{5}}(.+)", line)
        assert job is not None, line
        found.commands.append(re.sub(r"\\%", "%", re.sub(r"(?<!\\)%.*", "", job[1])))
    return found


class Cron(NamedTuple):
    """Runs the command of the recipe in a folder, with nothing in its environment but what cron puts there."""

    folder: Path
    crontab: Crontab

    def start(self) -> subprocess.Popen[str]:
        environ = {"HOME": str(self.folder), "LOGNAME": "you", "USER": "you", **self.crontab.environ}
        assignments = [f"{name}={value}" for name, value in environ.items()]
        (command,) = self.crontab.commands
        return subprocess.Popen(
            ["env", "-i", *assignments, environ["SHELL"], "-c", command],
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self) -> tuple[int, str]:
        """Run it to its end, and return its exit code, and what cron would put into a mail."""
        process = self.start()
        out, err = process.communicate(timeout=100)
        return process.returncode, out + err


@pytest.fixture
def cron(tmp_path: Path, kling: KlingSimulator) -> Cron:
    """The crontab with the folder and the model of a user who generates with Kling."""
    text = (RECIPES / "nightly.cron").read_text("utf-8")
    assert text.count(MODEL) == 1
    model = f"--model kling/kling-3.0 --base-url {shlex.quote(kling.url)} --concurrency 2"
    tarash_command(tmp_path / ".venv" / "bin")
    (tmp_path / ".env").write_text(f"KLING_API_KEY={kling.api_key}\n")
    return Cron(tmp_path, read_crontab(text.replace("/srv/videos", str(tmp_path)).replace(MODEL, model)))


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("flock") is None, reason="flock is not installed on this machine"
)
def test_the_command_of_the_crontab_carries_on_after_a_crash(
    cron: Cron, kling: KlingSimulator, tmp_path: Path
) -> None:
    write_table(tmp_path / "prompts.csv", 3)
    kling.hold("running")
    first = cron.start()
    wait_until(lambda: len(kling.jobs) == 2, "no row begins")
    # ten minutes later
    assert cron.run() == (0, "")
    assert len(kling.jobs) == 2
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    kling.release()
    write_table(tmp_path / "prompts.csv", 4)
    assert cron.run() == (0, "")
    assert states(tmp_path / "videos") == {"completed": 4}
    assert "4 of 4 rows ended" in (tmp_path / "nightly.log").read_text()
    assert_each_row_was_sent_once(kling, 4)


def test_a_percent_sign_that_is_not_escaped_ends_a_command() -> None:
    """What the recipe has to avoid, and what the page says."""
    table = read_crontab("PATH=/bin\n5 4 * * * echo $(date +\\%F)\n5 4 * * 1-5 echo $(date +%F)\n")
    assert table == ({"PATH": "/bin"}, ["echo $(date +%F)", "echo $(date +"])
