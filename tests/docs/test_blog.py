"""The posts of the blog have what a blog engine reads: front matter, and a mark where the teaser ends."""

from __future__ import annotations

from datetime import date
from pathlib import Path

ARTICLE = Path(__file__).resolve().parents[2] / "docs" / "blog" / "unified-ai-video-gateway.md"


def test_the_article_has_front_matter_a_summary_and_a_teaser() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    assert fields.keys() == {"slug", "title", "date", "authors", "tags"}
    assert fields["slug"] == ARTICLE.stem
    assert date.fromisoformat(fields["date"]).year == 2026
    title = fields["title"].strip('"')
    assert f"# {title}" in body
    teaser, rest = body.split("<!-- truncate -->")
    assert "TL;DR" in teaser
    assert rest.count("**Our fix:**") == 4
    assert "```python" not in teaser, "the story comes before the code"
