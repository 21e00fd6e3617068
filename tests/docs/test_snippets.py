"""Which blocks of a page are executed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from snippets import commands, snippets

RUNNER = Path(__file__).with_name("page_runner.py")
TESTS = Path(__file__).resolve().parents[1]

PAGE = """\
# A page

```python
answer = 41
```

<!-- not run: needs a key -->
```python
raise SystemExit("not reached")
```

Text, and a list:

- ```python
  answer += 1
  ```

```console
$ pip install something
```

```text
python
```
"""


def run_page(page: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", RUNNER, page, *arguments],
        env={"PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_python_blocks_are_executed_unless_excused_with_a_reason() -> None:
    assert [(snippet.text, snippet.line) for snippet in snippets(PAGE)] == [
        ("answer = 41\n", 3),
        ("answer += 1\n", 14),
    ]


@pytest.mark.parametrize("comment", ["<!-- not run -->", "<!-- not run: -->", "<!-- remark -->"])
def test_a_comment_without_a_reason_excuses_nothing(comment: str) -> None:
    assert len(list(snippets(f"{comment}\n```python\npass\n```\n"))) == 1


def test_an_excuse_covers_the_next_block_only() -> None:
    page = "<!-- not run: reason -->\n\n```python\nfirst\n```\n\n```python\nsecond\n```\n"
    assert [snippet.text for snippet in snippets(page)] == ["second\n"]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param("$ tarash providers\nlocal\n", ["tarash providers"], id="prompt and output"),
        pytest.param("tarash plan \\\n    --json\n", ["tarash plan --json"], id="continued line"),
        pytest.param("pip install tarash-gateway\n", [], id="another program"),
    ],
)
def test_the_tarash_lines_of_a_console_block_are_commands(block: str, expected: list[str]) -> None:
    assert list(commands(block)) == expected


def test_the_blocks_of_a_page_share_their_names(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE + "```python\nassert answer == 42, answer\n```\n", encoding="utf-8")
    done = run_page(page)
    assert done.returncode == 0, done.stderr


def test_the_blocks_of_a_page_run_as_the_cells_of_a_notebook(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nimport asyncio\n\nasync def answer():\n    return 42\n```\n"
        "```python\nassert asyncio.get_running_loop().is_running()\nassert asyncio.run(answer()) == 42\n```\n",
        encoding="utf-8",
    )
    done = run_page(page, "--in-a-loop")
    assert done.returncode == 0, done.stderr
    assert "no running event loop" in run_page(page).stderr


def test_a_failing_snippet_is_reported_with_the_line_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\nprint()\nundefined\n```\n", encoding="utf-8")
    done = run_page(page)
    assert done.returncode != 0
    assert f'"{page}", line 5' in done.stderr


def test_a_snippet_cannot_reach_a_provider(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        '```python\nimport socket\nsocket.create_connection(("203.0.113.7", 443))\n```\n', "utf-8"
    )
    done = run_page(page)
    assert "tests stay on loopback" in done.stderr
