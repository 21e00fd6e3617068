"""The page of what authors of plugins, extensions and tests import."""

from __future__ import annotations

import importlib
import inspect

from ..exceptions import TarashException
from .entries import entry
from .markdown import page

_MODULES = {
    "tarash.tarash_gateway.plugin": "What a plugin or an extension imports. The [exceptions](errors.md) are here too.",
    "tarash.tarash_gateway.mapping": "What a model table is made of.",
    "tarash.tarash_gateway.testing": "What the tests of a plugin import; it needs the extra `testing`.",
}
_ELSEWHERE = {
    "HookSpecs",
    "GenerationRequest",
    "VideoGenerationRequest",
    "ImageGenerationRequest",
    "ImageInput",
}


def plugin_api_page() -> str:
    """Return the page."""
    blocks = ["The hooks themselves are on [a page of their own](hooks.md)."]
    written: set[str] = set(_ELSEWHERE)
    for module, about in _MODULES.items():
        found = importlib.import_module(module)
        blocks.append(f"## {module}\n\n{about}")
        for name in found.__all__:
            thing = getattr(found, name)
            if name in written or (inspect.isclass(thing) and issubclass(thing, TarashException)):
                continue
            written.add(name)
            blocks.append(entry(name, thing))
    return page("Plugin API", *blocks)
