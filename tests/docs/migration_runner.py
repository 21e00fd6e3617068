"""Runs in a fresh interpreter: executes every line of the migration page's table, the new one, and the old one where it stays the same.

Prints a line for each row that fails.
"""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from core.acme import Acme
from core.programs_for_0_1 import HEAD
from loopback_only import loopback_only

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "migrate-from-0.1.md"
PREPARED = """
from tarash.tarash_gateway import FallbackExhaustedError, find_models, register_model, register_provider
from tarash.tarash_gateway.mapping import *

url = URL
config = mocked()
request = VideoGenerationRequest(prompt="a lake")
on_progress = print
response = generate_video(config, request)
table = {"prompt": passthrough_field_mapper("prompt")}
broken = GenerationFailedError("broken")
one = caught_from(failing(broken), TarashException)
all_of_them = caught_from(failing(broken, fallback_configs=[failing(broken)]), FallbackExhaustedError)
"""
CODE = re.compile(r"`([^`]+)`")


def rows() -> list[tuple[str, str]]:
    """The cells of the table, as Markdown."""
    tokens = MarkdownIt("commonmark").enable("table").parse(PAGE.read_text(encoding="utf-8"))
    cells = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "td_open"]
    return list(zip(cells[::2], cells[1::2], strict=True))


def lines_of(old: str, new: str) -> list[str]:
    """The code of a row: what is to be written here."""
    codes = CODE.findall(new)
    if new.startswith("the same"):
        codes = [*CODE.findall(old), *codes]
    return [code for code in codes if code.isidentifier() is False]


def run_row(old: str, new: str) -> None:
    """Execute a row in a namespace of its own."""
    namespace: dict[str, object] = {"__name__": "program", "acme": Acme()}
    exec(HEAD + PREPARED, namespace)  # noqa: S102 -- the page is ours
    namespace["error"] = namespace["all_of_them" if "errors[-1]" in new else "one"]
    lines = lines_of(old, new)
    if not lines:
        raise LookupError("the row shows no code")
    for line in lines:
        exec(line, namespace)  # noqa: S102 -- as above


def main() -> None:
    """Execute every row."""
    with loopback_only():
        for old, new in rows():
            try:
                run_row(old, new)
            except Exception as error:  # noqa: BLE001 - every kind of failure is listed
                print(f"FAILED {old} -> {new}: {type(error).__name__}: {error}")  # noqa: T201 -- read by the test


if __name__ == "__main__":
    main()
