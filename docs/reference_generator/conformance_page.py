"""Writes the page of the conformance checks, from their docstrings."""

from __future__ import annotations

import inspect

from tarash.tarash_gateway.testing import ProviderSuite
from tarash.tarash_gateway.testing.conformance.explaining import PREFIX, suffering_and_mending

from .markdown import page, table


def conformance_page() -> str:
    """Return the page."""
    return page(
        "Conformance checks",
        "What the conformance kit tries on a plugin. A check that does not apply is skipped with its reason. A failure ends with the two "
        "sentences of its row. To run the checks, subclass `ProviderSuite`; see "
        "[Write a provider plugin](../how-to/write-a-provider-plugin.md#know-when-you-are-done).",
        *(_group(group) for group in ProviderSuite.__mro__ if _names(group)),
    )


def _names(group: type) -> list[str]:
    return [name for name in vars(group) if name.startswith(PREFIX)] if group is not ProviderSuite else []


def _group(group: type) -> str:
    rows = []
    for name in _names(group):
        suffering, mending = suffering_and_mending(getattr(group, name))
        rows.append((f"`{name.removeprefix(PREFIX)}`", suffering, mending[:1].upper() + mending[1:]))
    title = group.__name__.removesuffix("Checks")
    return f"## {title}\n\n{inspect.getdoc(group)}\n\n{table(('check', 'users suffer', 'to mend it'), rows)}"
