"""Owns which snippets of a Markdown page are executable, and why one is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

NOT_RUN = re.compile(r"<!--\s*not run:\s*(?P<reason>\S.*?)\s*-->\s*\Z", re.DOTALL)
LANGUAGES = {"python", "console"}


@dataclass(frozen=True)
class Snippet:
    """One fenced block; `line` is the number of the fence's opening line, counted from 1."""

    language: str
    text: str
    line: int


def commands(text: str) -> Iterator[str]:
    """The `tarash` commands of a console block, prompts removed and continued lines joined."""
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        command = line.strip().removeprefix("$ ")
        if command.split(" ")[0] == "tarash":
            yield command


def snippets(markdown: str) -> Iterator[Snippet]:
    """The blocks to execute, in order: those not preceded by `<!-- not run: reason -->`."""
    excused = False
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "html_block":
            excused = NOT_RUN.search(token.content) is not None
            continue
        if token.type == "fence" and token.info.strip() in LANGUAGES and not excused:
            language = token.info.strip()
            if language == "python" or any(commands(token.content)):
                assert token.map is not None
                yield Snippet(language, token.content, token.map[0] + 1)
        excused = False
