"""Writes the page of the names that authors of plugins, extensions, transports and tests import."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence

from tarash.tarash_gateway.exceptions import TarashException

from .entries import entry, summary
from .markdown import page, table

_MODULES = {
    "plugin": "What a plugin or an extension imports. It also has the [exceptions](errors.md).",
    "mapping": "What a model table consists of.",
    "testing": "What the tests of a plugin import. It needs the extra `testing`.",
    "transport": "What to implement for another HTTP library; see [Use another transport](../how-to/use-another-transport.md).",
    "discovery": "The registry of providers and extensions.",
}
_NAMES = {
    "transport": (
        "Limits", "TransportFactory", "HttpxTransports", "BlockingTransport", "BlockingBody", "BlockingEventSource", "AsyncTransport",
        "AsyncBody", "AsyncEventSource",
    ),
    "discovery": ("Registry", "InstalledProvider", "installed_entry_points"),
}  # fmt: skip
"""The documented names of modules that have more; the others document their `__all__`."""
_ELSEWHERE = {"GenerationRequest", "VideoGenerationRequest", "ImageGenerationRequest"}
_AT_A_GLANCE = ("plugin", "mapping", "testing")


def plugin_api_page() -> str:
    """Return the page."""
    blocks = [
        "All that authors of plugins need, first at a glance, then in detail. The [hooks](hooks.md) have their own page.",
        *(_at_a_glance(module) for module in _AT_A_GLANCE),
    ]
    written: set[str] = set(_ELSEWHERE)
    for module, about in _MODULES.items():
        found = importlib.import_module(f"tarash.tarash_gateway.{module}")
        names: Sequence[str] = _NAMES.get(module) or found.__all__
        blocks.append(f"## tarash.tarash_gateway.{module}\n\n{about}")
        for name in names:
            thing = getattr(found, name)
            if name in written or (inspect.isclass(thing) and issubclass(thing, TarashException)):
                continue
            written.add(name)
            blocks.append(entry(name, thing))
    return page("Plugin API", *blocks)


def _at_a_glance(module: str) -> str:
    """Return one line for each name of a module, without exceptions, constants and other names of builtin types."""
    found = importlib.import_module(f"tarash.tarash_gateway.{module}")
    rows = [
        (f"`{name}`", summary(thing))
        for name in found.__all__
        if (inspect.isclass(thing := getattr(found, name)) or inspect.isfunction(thing))
        and not (inspect.isclass(thing) and issubclass(thing, TarashException))
        and inspect.getdoc(thing)
        and thing.__module__ != "builtins"
    ]
    return table((f"`{module}`", ""), rows)
