"""Owns which pages have snippets to execute: the READMEs that need no key, and those of the documentation."""

from __future__ import annotations

from pathlib import Path

from snippets import Snippet, snippets

ROOT = Path(__file__).resolve().parents[2]
_READMES = [
    ROOT / "README.md",
    # those of the providers are planned, since they need keys (tests/plugins/test_readmes.py)
    *(ROOT / folder / "README.md" for folder in ("core", "plugins/aiohttp", "plugins/batch")),
]
_FOUND = {
    page: tuple(snippets(page.read_text(encoding="utf-8")))
    for page in [*_READMES, *sorted((ROOT / "docs").rglob("*.md"))]
    if page.exists()
}
SNIPPETS: dict[Path, tuple[Snippet, ...]] = {page: found for page, found in _FOUND.items() if found}
"""Page → its snippets. Reading the pages takes a while, so that it is done once."""
