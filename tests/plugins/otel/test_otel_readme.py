"""The README's example prints a trace where the package is installed, and its tables name what is recorded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from snippets import snippets
from tarash_gateway_otel import conventions

PROJECT = Path(__file__).resolve().parents[3] / "plugins" / "otel"
README = (PROJECT / "README.md").read_text("utf-8")


def installed_in(folder: Path) -> None:
    """Put what an installer writes of the package's entry points into `folder`."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    written = folder / "tarash_gateway_otel-1.0.dist-info"
    written.mkdir()
    (written / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n")
    groups = [
        "\n".join((f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())))
        for group, entries in project["entry-points"].items()
    ]
    (written / "entry_points.txt").write_text("\n".join(groups))


def test_the_example_prints_its_spans(tmp_path: Path) -> None:
    installed_in(tmp_path)
    (snippet,) = [found for found in snippets(README) if found.language == "python"]
    assert len(snippet.text.splitlines()) <= 11
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet.text],
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path)),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r'"name": "(generate.*)"', done.stdout) == [
        "generate_content animatic",
        "generate video",
    ]


def test_the_tables_list_every_name_of_our_own() -> None:
    values = [value for key, value in vars(conventions).items() if key.isupper() and isinstance(value, str)]
    own = [value for value in values if value.startswith("tarash.") or value.endswith(".duration")]
    assert len(own) > 12
    assert [value for value in own if f"`{value}`" not in README] == []
