"""Every relative link of the pages outside the documentation leads somewhere; Sphinx checks those inside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "core").glob("*.md"),
    *(ROOT / "examples").glob("*.md"),
    *(ROOT / "plugins").glob("*/*.md"),
]
LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        path, _, anchor = match["target"].partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{match['target']} does not exist"
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), (
            f"no heading for {match['target']}"
        )


def test_no_page_tells_to_install_by_name_from_an_index() -> None:
    # the name of the core belongs to another project there, and the plugins' names to nobody
    by_name = re.compile(r"^\s*(?:\$ )?pip install (?:-\S+ )*\"?tarash-gateway", re.MULTILINE)
    for page in [*ROOT.glob("*.md"), ROOT / "core" / "README.md", *(ROOT / "docs").rglob("*.md")]:
        assert not by_name.search(page.read_text(encoding="utf-8")), page.relative_to(ROOT)
