"""The tutorials show what their snippets print: a `text` block right below a `python` block is its output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import ROOT

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
PYTHON = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
RUN = """
import contextlib, io, json, sys

names = {"__name__": "__main__"}
printed = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, names)
    printed.append(out.getvalue())
json.dump(printed, sys.stdout)
"""


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in TUTORIALS])
def test_what_a_tutorial_shows_is_what_its_snippets_print(page: Path, tmp_path: Path) -> None:
    found = list(PYTHON.finditer(page.read_text("utf-8")))
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps([match["code"] for match in found]),
        env={**os.environ, "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    for match, printed in zip(found, json.loads(done.stdout), strict=True):
        if match["shown"] is not None:
            assert printed == match["shown"]
