"""The page about the architecture names every folder and module of the core, so that nobody looks for one in vain."""

from __future__ import annotations

import re

from docs.pages import ROOT

CORE = ROOT / "core" / "src" / "tarash" / "tarash_gateway"
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
TABLES = PAGE.partition("## Where each idea lives")[2].partition("\n## ")[0]
FIRST_COLUMN = "\n".join(re.findall(r"^\| (.+?) \|", TABLES, re.MULTILINE))
NAMED = set(re.findall(r"`(\w+)/?`", TABLES))


def test_the_tables_name_every_folder_of_the_core_and_every_module_of_the_engine() -> None:
    modules = [*CORE.iterdir(), *(CORE / "engine").iterdir()]
    names = {path.stem for path in modules if path.suffix != ".typed" and not path.name.startswith("__")}
    assert names - NAMED == set()


def test_the_tables_name_nothing_that_is_gone() -> None:
    for name in re.findall(r"`(\w+)/?`", FIRST_COLUMN):
        found = [folder / name for folder in (CORE, CORE / "engine")]
        assert any(path.is_dir() or path.with_suffix(".py").exists() for path in found), name
