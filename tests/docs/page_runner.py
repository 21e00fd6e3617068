"""Runs in a fresh interpreter: executes the snippets of one page, in their order, off the network.

Takes a Markdown file. A `python` block runs in a namespace that the whole page shares; of a `console` block
the lines that start with `tarash` run, through the entry point of the command line.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import types
from pathlib import Path

from loopback_only import loopback_only
from snippets import Snippet, commands, snippets

COMMAND_LINE = """
import sys
from importlib.metadata import entry_points
from loopback_only import loopback_only

sys.argv[0] = "tarash"
with loopback_only():
    sys.exit(entry_points(group="console_scripts")["tarash"].load()())
"""


def run_python(snippet: Snippet, page: Path, namespace: dict[str, object]) -> None:
    """Execute a block so that a traceback shows the page's own line numbers."""
    source = "\n" * snippet.line + snippet.text
    exec(compile(source, str(page), "exec"), namespace)  # noqa: S102 -- the pages are ours


def run_console(snippet: Snippet) -> None:
    """Run the `tarash` lines of a block; a failing one ends the page."""
    for command in commands(snippet.text):
        print(f"$ {command}", flush=True)  # noqa: T201 -- shown when the page fails
        arguments = shlex.split(command)[1:]
        subprocess.run([sys.executable, "-W", "error", "-c", COMMAND_LINE, *arguments], check=True)


def main(page: Path) -> None:
    """Execute every snippet of `page`."""
    # a real module, so that dataclasses and pickles of the page find their names
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    with loopback_only():
        for snippet in snippets(page.read_text(encoding="utf-8")):
            if snippet.language == "python":
                run_python(snippet, page, vars(module))
            else:
                run_console(snippet)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
