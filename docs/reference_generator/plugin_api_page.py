"""The page of what authors of plugins, extensions, transports and tests import."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence

from tarash.tarash_gateway.exceptions import TarashException

from .entries import entry, summary
from .markdown import page, table

_MODULES = {
    "plugin": "What a plugin or an extension imports. The [exceptions](errors.md) are here too.",
    "mapping": "What a model table is made of.",
    "testing": "What the tests of a plugin import; it needs the extra `testing`.",
    "transport": "What another HTTP library has to do; see [use another transport](../how-to/use-another-transport.md).",
    "discovery": "Where providers and extensions are found.",
}
_NAMES = {
    "transport": (
        "TransportFactory", "HttpxTransports", "BlockingTransport", "BlockingBody", "BlockingEventSource", "AsyncTransport",
        "AsyncBody", "AsyncEventSource",
    ),
    "discovery": ("Registry", "InstalledProvider", "installed_entry_points"),
}  # fmt: skip
"""The documented names of modules that have more; the others list theirs in `__all__`."""
_ELSEWHERE = {"GenerationRequest", "VideoGenerationRequest", "ImageGenerationRequest"}
_AT_A_GLANCE = ("plugin", "mapping", "testing")


def plugin_api_page() -> str:
    """Return the page."""
    blocks = [
        "Everything an author needs to know, at a glance. [The hooks](hooks.md) have a page of their own.",
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
    """Return one line for each name of a module, exceptions and constants left out."""
    found = importlib.import_module(f"tarash.tarash_gateway.{module}")
    rows = [
        (f"`{name}`", summary(thing))
        for name in found.__all__
        if (inspect.isclass(thing := getattr(found, name)) or inspect.isfunction(thing))
        and not (inspect.isclass(thing) and issubclass(thing, TarashException))
        and inspect.getdoc(thing)
    ]
    return table((f"`{module}`", ""), rows)
