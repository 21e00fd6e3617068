"""Says what a field allows, in place of pydantic's own sentences about a wrong value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from ..phrases import Phrase

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

_MUST_BE = "must be "
_BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
_URL = r"^https?://"
# by the beginning of the type of pydantic's error, up to the first "_"
_KINDS = {
    "int": "a whole number", "float": "a number", "decimal": "a number", "finite": "a finite number", "bool": "True or False",
    "string": "text", "bytes": "bytes", "url": "a URL", "dict": "a dictionary", "mapping": "a dictionary", "list": "a list",
    "tuple": "a list", "iterable": "a list", "set": "a list or a set", "frozen": "a list or a set", "none": "None", "path": "a path",
    "date": "a date", "datetime": "a date and time", "timezone": "a date and time with its time zone", "time": "a time",
    "model": "an object of its fields", "dataclass": "an object of its fields", "callable": "a function", "json": "JSON as text or bytes",
}  # fmt: skip
_NUMBERS = frozenset({"int", "float", "decimal", "finite"})
_RANGES = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_LENGTHS = {
    "too_short": "have at least {min_length} items", "too_long": "have at most {max_length} items",
    "string_too_short": "have at least {min_length} characters", "string_too_long": "have at most {max_length} characters",
}  # fmt: skip


def told_of(item: ErrorDetails) -> str:
    """Return what is wrong with a value, as a validator of ours says it, or by what is allowed."""
    is_own = item["type"] in ("value_error", "assertion_error")
    return item["msg"].partition(", ")[2] if is_own else sentence_of(item)


def sentence_of(item: ErrorDetails, field: FieldInfo | None = None) -> str:
    """Return what a field allows, as the end of a sentence that begins with its name.

    Args:
        item: an error of pydantic with its context, of anything but a validator of ours.
        field: the field, for the bounds that the error does not name; None if it lies deeper, or is not known.
    """
    kind, context = item["type"], cast("Mapping[str, Any]", item.get("ctx", {}))
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "is not known"
    if kind == "iteration_error":
        return f"cannot be read: {context.get('error')}"
    if kind == "string_unicode":
        return "has characters that are not valid Unicode; pass text decoded as UTF-8"
    if kind == "string_type" and isinstance(item.get("input"), bytes | bytearray):
        return f"{_MUST_BE}text, not bytes; call .decode() on it"
    if kind == "string_pattern_mismatch":
        pattern = context.get("pattern")
        return (
            "must be a URL that begins with https:// or http://"
            if pattern == _URL
            else f"must match {pattern}"
        )
    if kind in _LENGTHS:
        text = _LENGTHS[kind].format_map(context)
        return "must not be empty" if context.get("min_length") == 1 else f"must {text}"
    return f"{_MUST_BE}{_allowed(kind, context, field)}"


def joined(sentences: Iterable[str]) -> str:
    """Return the sentences about one place, such as those for each type of a union, as one."""
    first, *others = dict.fromkeys(sentences)
    return Phrase(" or ").join((first, *(text.removeprefix(_MUST_BE) for text in others)))


def _allowed(kind: str, context: Mapping[str, Any], field: FieldInfo | None) -> str:
    if "expected" in context:
        return str(context["expected"])
    if "class" in context:
        return f"{'a subclass' if kind == 'is_subclass_of' else 'an instance'} of {context['class']}"
    if kind in _RANGES:
        bounds = {_RANGES[kind]: next(iter(context.values()))}
        return _number("a number", bounds, field)
    name = kind.partition("_")[0]
    noun = _KINDS.get(name, "another value")
    return _number(noun, {}, field) if name in _NUMBERS else noun


def _number(noun: str, bounds: dict[str, object], field: FieldInfo | None) -> str:
    if field is not None and int in (field.annotation, *get_args(field.annotation)):
        noun = _KINDS["int"]
    for mark in () if field is None else field.metadata:
        bounds |= {name: getattr(mark, name) for name in _BOUNDS if getattr(mark, name, None) is not None}
    words = " and ".join(f"{_BOUNDS[name]} {_plain(bounds[name])}" for name in _BOUNDS if name in bounds)
    return f"{noun}, {words}" if words else noun


def _plain(bound: object) -> str:
    return str(int(bound)) if isinstance(bound, float) and bound.is_integer() else str(bound)


__all__ = ["joined", "sentence_of", "told_of"]
