"""Whoever has read one plugin finds everything in the next: each hook stands in the module that is named after its work."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "plugins"
PROVIDERS = sorted(
    path.parents[2].name for path in ROOT.glob("*/src/*/models.py") if path.parent.name.startswith("tarash_")
)
MODULES: Mapping[str, tuple[str, ...]] = {
    "tarash_models": ("models",),
    "tarash_row": ("models",),
    "tarash_map": ("payload",),
    "tarash_submit": ("payload",),
    "tarash_find_submission": ("lost_submissions",),
    "tarash_poll": ("status",),
    "tarash_cancel": ("status",),
    # alone where the status is long already
    "tarash_stream": ("status", "stream"),
    "tarash_normalize": ("results",),
    "tarash_error": ("errors",),
    "tarash_webhook": ("webhooks",),
    "tarash_sign": ("auth",),
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_hook_stands_in_the_module_of_its_work(name: str) -> None:
    package = importlib.import_module(f"tarash_gateway_{name}")
    hooks = {hook for hook in vars(package) if hook.startswith("tarash_") and hook != "tarash_provider"}
    assert hooks <= MODULES.keys()
    for hook in hooks:
        module = inspect.getmodule(getattr(package, hook))
        assert module is not None
        assert module.__name__.removeprefix(f"{package.__name__}.") in MODULES[hook]


def test_every_provider_is_looked_at() -> None:
    assert {"fal", "local", "xai"} <= set(PROVIDERS)
