"""Tells a caller's function of each result."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias

from .results import RowResult

OnResult: TypeAlias = Callable[[RowResult], object] | None
"""Called with each result; may be an async function."""


async def tell(results: AsyncGenerator[RowResult, None], on_result: OnResult) -> None:
    """Call a function with every result; what it raises ends the results."""
    async with aclosing(results):
        async for result in results:
            told = on_result(result) if on_result is not None else None
            if inspect.isawaitable(told):
                await told


__all__ = ["OnResult", "tell"]
