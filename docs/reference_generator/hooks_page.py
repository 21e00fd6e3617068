"""Writes the page of the hooks, from the docstrings of the hook specifications."""

from __future__ import annotations

import inspect

from tarash.tarash_gateway.plugin.hookspecs import HookSpecs
from tarash.tarash_gateway.plugin.info import HOOK_API_VERSION

from .markdown import docstring, page, signature


def hooks_page() -> str:
    """Return the page."""
    hooks = [(name, value) for name, value in vars(HookSpecs).items() if inspect.isfunction(value)]
    return page(
        "Hooks",
        f"The contract between the core and a provider plugin, version {HOOK_API_VERSION}. A hook is a plain function, never `async def`. "
        "A *pure* hook returns a value. A *flow* hook returns a generator that yields steps (`yield from send(call)`) and receives the "
        "answers; the core does the I/O. An implementation takes its arguments by name, may leave some out, and gives none a default.",
        "Plugins import everything from `tarash.tarash_gateway.plugin` and `tarash.tarash_gateway.mapping`. "
        "[Write a provider plugin](../how-to/write-a-provider-plugin.md) shows a complete plugin.",
        *(
            f"## {name}\n\n```text\n{signature(name, value)}\n```\n\n{docstring(value)}"
            for name, value in hooks
        ),
    )
