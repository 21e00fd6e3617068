"""Runs in a fresh interpreter: executes the snippets of one page, in their order, off the network.

Takes a Markdown file. A `python` block runs in a namespace that the whole page shares; of a `console` block
the lines that start with `tarash` run, through the entry point of the command line.

With `--in-a-loop`, the blocks of Python run inside an event loop, as in a notebook. There, a reader writes `await main()` for
`asyncio.run(main())`, so that is what runs.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import shlex
import subprocess
import sys
import types
from collections.abc import Iterable
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


class Awaited(ast.NodeTransformer):
    """Writes `await coroutine` for `asyncio.run(coroutine)`, outside functions."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.Await(node.args[0]) if ast.unparse(node.func) == "asyncio.run" else node


async def run_in_a_loop(snippet: Snippet, page: Path, namespace: dict[str, object]) -> None:
    """Execute a block as a cell of a notebook."""
    tree = Awaited().visit(ast.parse("\n" * snippet.line + snippet.text, str(page)))
    code = compile(ast.fix_missing_locations(tree), str(page), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    namespace.setdefault("__builtins__", builtins)
    result = types.FunctionType(code, namespace)()
    if inspect.isawaitable(result):
        await result


async def run_cells(cells: Iterable[Snippet], page: Path, namespace: dict[str, object]) -> None:
    """Execute the blocks of Python, all in one event loop."""
    for snippet in cells:
        if snippet.language == "python":
            await run_in_a_loop(snippet, page, namespace)


def run_console(snippet: Snippet) -> None:
    """Run the `tarash` lines of a block; a failing one ends the page."""
    for command in commands(snippet.text):
        print(f"$ {command}", flush=True)  # noqa: T201 -- shown when the page fails
        arguments = shlex.split(command)[1:]
        subprocess.run([sys.executable, "-W", "error", "-c", COMMAND_LINE, *arguments], check=True)


def main(page: Path, *, in_a_loop: bool = False) -> None:
    """Execute every snippet of `page`; in an event loop, those of Python."""
    # a real module, so that dataclasses and pickles of the page find their names
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    blocks = list(snippets(page.read_text(encoding="utf-8")))
    with loopback_only():
        if in_a_loop:
            asyncio.run(run_cells(blocks, page, vars(module)))
            return
        for snippet in blocks:
            if snippet.language == "python":
                run_python(snippet, page, vars(module))
            else:
                run_console(snippet)


if __name__ == "__main__":
    main(Path(sys.argv[1]), in_a_loop="--in-a-loop" in sys.argv[2:])
