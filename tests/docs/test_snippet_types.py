"""Every snippet of the README and of the documentation satisfies mypy and pyright: what people copy has no type error."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from docs.pages import ROOT, SNIPPETS
from snippets import Snippet

SETTINGS = """\
[mypy]
check_untyped_defs = True
allow_redefinition = True
local_partial_types = True
ignore_missing_imports = True
# a page may show another form of the same function
disable_error_code = no-redef
"""


def _module(found: Iterable[Snippet]) -> str:
    """The snippets of a page as one module, each at its line of the page."""
    lines: list[str] = []
    for snippet in found:
        if snippet.language == "python":
            lines += [""] * (snippet.line - len(lines)) + snippet.text.splitlines()
    return "\n".join(lines) + "\n"


@pytest.fixture(name="modules", scope="module")
def _modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("snippets")
    for page, found in SNIPPETS.items():
        name = "_".join(page.relative_to(ROOT).with_suffix("").parts)
        (folder / f"{name.replace('-', '_').replace('.', '_')}.py").write_text(
            _module(found), encoding="utf-8"
        )
    return folder


def _said(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_the_snippets_satisfy_mypy(modules: Path, tmp_path: Path) -> None:
    settings = tmp_path / "mypy.ini"
    settings.write_text(SETTINGS, encoding="utf-8")
    files = sorted(path.name for path in modules.glob("*.py"))
    assert _said(modules, "mypy", "--config-file", str(settings), "--cache-dir", str(tmp_path), *files) == ""


@pytest.mark.timeout(300)
def test_the_snippets_satisfy_pyright(modules: Path) -> None:
    if importlib.util.find_spec("pyright") is None or _said(modules, "pyright", "--version"):
        pytest.skip("pyright is not installed; it needs node")
    # the same: another form of a function
    (modules / "pyrightconfig.json").write_text('{"reportRedeclaration": false}', encoding="utf-8")
    assert _said(modules, "pyright", "--pythonpath", sys.executable) == ""
