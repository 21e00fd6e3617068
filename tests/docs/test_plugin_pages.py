"""What authors of plugins read is right: every name has an example, every snippet is typed, the workflow is the generated one."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from reference_generator.plugin_api_page import examples_by_name
from snippets import snippets
from tarash.tarash_gateway.cli.scaffold import scaffold
from tarash.tarash_gateway.mapping import MediaEncoding

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [
    ROOT / "docs" / "how-to" / name for name in ("write-a-provider-plugin.md", "advanced-provider-plugins.md")
]
PUBLISHING = ROOT / "docs" / "how-to" / "publish-your-plugin.md"
API = ROOT / "docs" / "reference" / "plugin-api.md"


@pytest.mark.parametrize("module", ["plugin", "testing"])
def test_every_public_name_has_an_example(module: str) -> None:
    public = set(importlib.import_module(f"tarash.tarash_gateway.{module}").__all__)
    assert public - set(examples_by_name()) == set(), (
        "add it to docs/reference_generator/plugin_api_examples.md"
    )


def _choices() -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for module in ("plugin", "mapping"):
        for name, thing in vars(importlib.import_module(f"tarash.tarash_gateway.{module}")).items():
            if get_origin(thing) is Literal and not name.startswith("_"):
                found[name] = get_args(thing)
    return found


@pytest.mark.parametrize("name", _choices())
def test_every_closed_choice_is_explained(name: str) -> None:
    entry = API.read_text(encoding="utf-8").partition(f"### {name}\n")[2].partition("\n#")[0]
    _, alias, note = entry.partition("Literal[")
    assert alias
    assert re.search(r"\n\n[A-Z]\w+ .*\w", note), f"{name} has no text below it in the code"


def test_every_way_to_encode_media_is_explained() -> None:
    entry = API.read_text(encoding="utf-8").partition("### MediaEncoding\n")[2].partition("\n#")[0]
    for value in get_args(MediaEncoding):
        assert f'- `"{value}"`: ' in entry


def test_every_example_uses_the_names_of_its_heading() -> None:
    text = (ROOT / "docs" / "reference_generator" / "plugin_api_examples.md").read_text(encoding="utf-8")
    for section in text.split("\n## ")[2:]:
        heading, _, block = section.partition("\n")
        for name in heading.split(", "):
            assert re.search(rf"\b{name}\b", block), f"the example of {heading} does not use {name}"


def test_every_snippet_for_authors_is_typed(tmp_path: Path) -> None:
    """The blocks of a page are one module, as they are when the page runs."""
    for page in (*GUIDES, API):
        lines = page.read_text(encoding="utf-8").splitlines()
        module = [""] * len(lines)
        for snippet in snippets(page.read_text(encoding="utf-8")):
            code = snippet.text.splitlines()
            module[snippet.line : snippet.line + len(code)] = code
        (tmp_path / f"{page.stem.replace('-', '_')}.py").write_text(
            "\n".join(module) + "\n", encoding="utf-8"
        )
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--namespace-packages", "--explicit-package-bases",
            "--disable-error-code", "no-redef", "--disable-error-code", "no-untyped-def", str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "core" / "src")},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_that_is_shown_is_the_one_that_is_generated(tmp_path: Path) -> None:
    scaffold("acme", tmp_path / "acme")
    generated = (tmp_path / "acme" / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n(.*?)```", PUBLISHING.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    without_comments = "".join(
        line for line in generated.splitlines(keepends=True) if not line.strip().startswith("#")
    )
    assert shown[1] == without_comments
