"""Writes the pages of the names that authors of plugins, extensions, tests and transports import."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path

from tarash.tarash_gateway.exceptions import TarashException

from .entries import entry, summary
from .markdown import page, table

EXAMPLES = Path(__file__).with_name("plugin_api_examples.md")
SETTING = "Setting"
"""Heading of the example that the others build on."""
_MODULES = {
    "plugin": "What a plugin or an extension imports. It also has the [exceptions](errors.md).",
    "mapping": "What a model table consists of.",
    "testing": "What the tests of a plugin import. It needs the extra `testing`.",
    "testing.simulator": "What a simulator of your provider consists of: routes, answers, faults and jobs.",
}
_BELOW = {
    "transport": "What to implement for another HTTP library; see [Use another transport](../how-to/use-another-transport.md).",
    "discovery": "The registry of providers and extensions. What is not on this page may change, also of its classes.",
}
_NAMES = {
    "testing.simulator": (
        "SimulatedJob", "RecordedRequest", "Answer", "Route", "Refusal", "FormPart", "Media", "Status", "Body", "Hang", "Html",
        "LostResponse", "Replaced", "Reset", "SlowAnswer", "TruncatedBody", "TruncatedJson", "json_answer", "text_answer",
        "event_stream_answer", "server_sent_event", "websocket_answer", "unknown_fields", "tiny_mp4", "tiny_png",
    ),
    "transport": (
        "Limits", "Connections", "TransportFactory", "HttpxTransports", "BlockingTransport", "BlockingBody", "BlockingEventSource",
        "AsyncTransport", "AsyncBody", "AsyncEventSource",
    ),
    "discovery": ("Registry", "InstalledProvider", "installed_entry_points"),
}  # fmt: skip
"""The documented names of modules that have more; the others document their `__all__`."""
_METHODS = {
    "Registry": ("ids", "register", "register_extension", "add_model", "listing", "find_models"),
    "Connections": ("close", "aclose"),
}
"""The documented methods of classes that have more, which only the core calls."""
_ELSEWHERE = {"GenerationRequest", "VideoGenerationRequest", "ImageGenerationRequest"}
_AT_A_GLANCE = ("plugin", "mapping", "testing")


def plugin_api_page() -> str:
    """Return the page."""
    examples = examples_by_name()
    blocks = [
        "All that authors of plugins need, first at a glance, then in detail. The [hooks](hooks.md) have their own page.",
        *(_at_a_glance(module) for module in _AT_A_GLANCE),
        f"## Examples\n\nThe examples below use this plugin:\n\n{examples[SETTING]}",
    ]
    written: set[str] = set(_ELSEWHERE)
    for module, about in _MODULES.items():
        blocks += _module(module, about, examples, written)
        if module == "plugin":
            blocks.append(f"### Requests and exceptions\n\n{_exceptions(examples)}")
    return page("Plugin API", *blocks)


def transport_api_page() -> str:
    """Return the page of what stands below plugins, which only programs with a transport or a registry of their own import."""
    written: set[str] = set()
    blocks = ["For programs with a transport or a registry of their own. Plugins need none of it."]
    for module, about in _BELOW.items():
        blocks += _module(module, about, {}, written)
    return page("Transport and registry API", *blocks)


def _module(module: str, about: str, examples: Mapping[str, str], written: set[str]) -> list[str]:
    """Return the names of a module that are not `written` yet, each with its example, and add them there."""
    found = importlib.import_module(f"tarash.tarash_gateway.{module}")
    names: Sequence[str] = _NAMES.get(module) or found.__all__
    blocks = [f"## tarash.tarash_gateway.{module}\n\n{about}"]
    for name in names:
        thing = getattr(found, name)
        if name in written or (inspect.isclass(thing) and issubclass(thing, TarashException)):
            continue
        written.add(name)
        blocks.append(entry(name, thing, methods=_METHODS.get(name)))
        if name in examples:
            blocks.append(examples[name])
    return blocks


def examples_by_name() -> dict[str, str]:
    """Return the example of each name: a block of code, or for the further names of a heading, a link to the first one's."""
    found: dict[str, str] = {}
    for section in EXAMPLES.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, block = section.partition("\n")
        first, *others = heading.split(", ")
        found[first] = block.strip()
        found.update({name: f"[Example](#{first.lower()})" for name in others})
    return found


def _exceptions(examples: dict[str, str]) -> str:
    """Return what a plugin imports besides, which other pages describe: the classes of requests, and the exceptions."""
    return (
        "[Configuration](configuration.md) describes the requests, [Errors](errors.md) every exception.\n\n"
        f"{examples['GenerationRequest']}\n\n{examples['AuthenticationError']}"
    )


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
