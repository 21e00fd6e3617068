"""Says what to write in place of an argument of another type, without showing the argument."""

from __future__ import annotations

from collections.abc import Mapping

from ..phrases import Phrase, wrong_field
from .config import GenerationConfig
from .problems import pasted
from .request import GenerationRequest


def unexpected(value: object, *kinds: type[object]) -> str:
    """Return what is wrong with an argument that is of none of these classes, and what to write instead.

    Args:
        value: the argument.
        kinds: the classes of configurations, or those of requests.
    """
    names = " or ".join(kind.__name__ for kind in kinds)
    got = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
    return f"expected {names}, got {got}; {_advice(value, kinds[0])}"


def _advice(value: object, kind: type[object]) -> str:
    is_config = issubclass(kind, GenerationConfig)
    name = kind.__name__
    if isinstance(value, type):
        return f"write {value.__name__}(…) with its fields"
    if isinstance(value, GenerationRequest if is_config else GenerationConfig):
        return "the order is (config, request)"
    if isinstance(value, GenerationConfig | GenerationRequest):
        return f"it is for another kind of output: call the function for that, or write {name}(…)"
    if isinstance(value, Mapping):
        return f"write {name}(**fields) for a dictionary of fields"
    if isinstance(value, list | tuple):
        return (
            "pass one, and the others as its fallbacks=[…]"
            if is_config
            else "call the function once for each"
        )
    if isinstance(value, bytes | bytearray):
        return "call .decode() on it"
    if isinstance(value, str) and not is_config:
        return f"write prompt={pasted('prompt', value)} as a keyword, or {name}(prompt=…)"
    return (
        f'pass {name}(…), or "provider/model" to a function such as generate_video'
        if is_config
        else f"pass {name}(…)"
    )


def described(name: str, value: object) -> Phrase:
    """Return an argument as `name=value` for a message, or with its type alone if the value is long or may hold a secret."""
    is_empty = isinstance(value, list | tuple | dict) and not value
    if value is None or is_empty or isinstance(value, str | int | float):
        shown = pasted(name, value)
        if shown != "…":
            return wrong_field(name, None if is_empty else value, code=f"{name}={shown}")
    return wrong_field(name) + f" of type {type(value).__name__}"


__all__ = ["described", "unexpected"]
