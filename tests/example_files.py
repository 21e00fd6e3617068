"""Loads the examples as modules, each time as a process would that starts with it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from offline import EXAMPLES


def loaded(path: Path, library: str, patch: pytest.MonkeyPatch) -> Any:
    """Load a fresh copy of an example, with a state of its own; skip the test without the library that it needs."""
    pytest.importorskip(library, reason=f"examples/{path.relative_to(EXAMPLES)} needs {library}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    patch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module
