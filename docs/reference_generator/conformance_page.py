"""Writes the page of the conformance checks, from their docstrings."""

from __future__ import annotations

import inspect

from .markdown import page, table


def conformance_page() -> str:
    """Return the page."""
    # here, because the suite imports pytest, and the tests of this generator start pytest after importing it
    from tarash.tarash_gateway.testing import ProviderSuite

    groups = [group for group in ProviderSuite.__mro__ if group is not ProviderSuite]
    return page(
        "Conformance checks",
        "What the conformance kit checks in a plugin. A check that does not apply is skipped with its reason. A failure ends with the two "
        "sentences of its row. To run the checks, subclass `ProviderSuite`; see "
        "[Write a provider plugin](../how-to/write-a-provider-plugin.md#know-when-you-are-done).",
        *(_group(group) for group in groups),
    )


def _group(group: type) -> str:
    """Return the checks of one class as a table; empty if it has none."""
    from tarash.tarash_gateway.testing.conformance.explaining import PREFIX, suffering_and_mending

    rows: list[tuple[str, str, str]] = []
    for name in (name for name in vars(group) if name.startswith(PREFIX)):
        suffering, mending = suffering_and_mending(getattr(group, name))
        rows.append((f"`{name.removeprefix(PREFIX)}`", suffering, mending[:1].upper() + mending[1:]))
    if not rows:
        return ""
    title = group.__name__.removesuffix("Checks")
    return f"## {title}\n\n{inspect.getdoc(group)}\n\n{table(('check', 'users suffer', 'to fix it'), rows)}"
