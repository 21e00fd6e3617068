from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("absent", ["typer", "rich"])
def test_without_the_extra_the_command_says_how_to_get_it(absent: str) -> None:
    done = run(
        f"import sys; sys.modules[{absent!r}] = None\nfrom tarash.tarash_gateway.cli import main\nmain()"
    )
    assert done.returncode == 1
    assert 'pip install "./core[cli]"' in done.stderr
    # that name on the public index may be another project
    assert "pip install tarash-gateway[cli]" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_library_loads_nothing_of_the_command_line() -> None:
    done = run(
        "import sys, tarash.tarash_gateway as gateway\n"
        "gateway.VideoGenerationConfig, gateway.generate_video, gateway.providers()\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('typer', 'rich') or 'gateway.cli' in name])"
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is a device of Linux")
def test_an_output_that_cannot_be_written_is_told_in_a_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "tarash.tarash_gateway.cli", "models", "local"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, line[:58]) == (1, "error: the output cannot be written: No space left on devi")


def test_the_version_is_that_of_the_core() -> None:
    done = run("import sys; sys.argv[1:] = ['--version']\nfrom tarash.tarash_gateway.cli import main\nmain()")
    assert done.returncode == 0
    assert done.stdout.startswith("tarash-gateway 1.")
