"""The notebook runs from top to bottom inside a running event loop, as it does in Jupyter."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from offline import EXAMPLES

NOTEBOOK = json.loads((EXAMPLES / "notebook.ipynb").read_text(encoding="utf-8"))


async def run_cells(cells: list[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for number, cell in enumerate(cells, start=1):
        code = compile(cell, f"cell {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        outcome = eval(code, names)  # noqa: S307 - our own notebook
        if inspect.isawaitable(outcome):
            await outcome
    return names


def test_every_cell_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    names = asyncio.run(run_cells(cells))
    assert len(names["models"]) > 10
    assert names["plan"].attempts[0].estimated_cost_usd > 0
    assert sorted(path.name for path in (tmp_path / "output" / "notebook").iterdir()) == [
        "kite-0.mp4",
        "kite-1.mp4",
        "kite.png",
    ]


def test_the_notebook_is_stored_without_outputs() -> None:
    assert [cell for cell in NOTEBOOK["cells"] if cell.get("outputs") or cell.get("execution_count")] == []
