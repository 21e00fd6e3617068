"""The page of the hook contract, out of the docstrings of the hook specifications."""

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
        "A *pure* hook returns a value. A *flow* hook returns a generator that yields what it wants done (`yield from send(call)`) and "
        "is handed the answer; the core does the I/O. An implementation may leave out arguments, by name, and gives none a default.",
        "Everything that a plugin imports is in `tarash.tarash_gateway.plugin` and `tarash.tarash_gateway.mapping`. "
        "[Write a provider plugin](../how-to/write-a-provider-plugin.md) shows a whole one.",
        *(
            f"## {name}\n\n```text\n{signature(name, value)}\n```\n\n{docstring(value)}"
            for name, value in hooks
        ),
    )
