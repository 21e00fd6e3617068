"""Makes each failure of a check say what users suffer, how to fix it, and where the check is described."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from .context import CheckContext

Checks = TypeVar("Checks", bound=type)
MEND = "To fix:"
PREFIX = "test_"


def explain_failures(checks: Checks) -> Checks:
    """Add to every failure of the checks of a class what their docstrings say.

    A docstring has two parts: what users suffer, and a paragraph that begins with "To fix:".
    """
    for name, check in list(vars(checks).items()):
        if name.startswith(PREFIX):
            setattr(checks, name, _explained(check, name.removeprefix(PREFIX)))
    return checks


def suffering_and_mending(check: Callable[..., object]) -> tuple[str, str]:
    """Return the two parts of a check's docstring, each in one line."""
    said = " ".join((inspect.getdoc(check) or "").split())
    suffering, _, mending = said.partition(MEND)
    return suffering.strip(), mending.strip()


def _explained(check: Callable[..., None], name: str) -> Callable[..., None]:
    suffering, mending = suffering_and_mending(check)

    @functools.wraps(check)
    def explained(checks: object, context: CheckContext, *arguments: Any, **named: Any) -> None:
        try:
            check(checks, context, *arguments, **named)
        except pytest.skip.Exception:
            raise
        except (Exception, pytest.fail.Exception) as failure:
            # a mistake in the simulator is the cause of what the check has seen
            context.simulator.raise_handler_error()
            failure.add_note(f"users suffer: {suffering}")
            failure.add_note(f"to fix it: {mending}")
            failure.add_note(f"the check: {name}, described in docs/reference/conformance.md")
            raise
        context.simulator.raise_handler_error()

    return explained


__all__ = ["explain_failures", "suffering_and_mending"]
