"""A row as stored data: what it consists of, its queue, and what decides what is generated for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from tarash.tarash_gateway.job import saved_request

from .chains import stored_chain
from .rows import BatchRow

Content = Mapping[str, object]
"""A row as JSON data."""

_LIMITS = frozenset(
    {
        "timeout", "request_timeout", "max_poll_attempts", "poll_interval", "max_cost_usd", "allow_unknown_cost", "fallback_on",
        "on_unknown_submission", "on_timeout", "on_interrupt",
    }
)  # fmt: skip
"""Fields of a configuration that do not change what is generated: a row that waits takes new ones over."""
_CHANGES_SHOWN = 3
_LETTERS_SHOWN = 60


def content_of(row: BatchRow, destination: str) -> dict[str, object]:
    """Return a row as JSON data.

    Args:
        row: the row.
        destination: path of its output without the suffix.
    """
    return {
        "line": row.line,
        "request": saved_request(row.request),
        "chain": stored_chain(row.config),
        "destination": destination,
    }


def _identity_of(content: Content) -> dict[str, object]:
    """Return the part of a row that decides what is generated and paid for, by whom: neither its line nor its limits."""
    chain = cast("Content", content["chain"])
    return {
        "request": content["request"],
        "modality": chain["modality"],
        "chain": _without_limits(cast("Content", chain["config"])),
    }


def _without_limits(config: Content) -> dict[str, object]:
    kept = {name: value for name, value in config.items() if name not in _LIMITS}
    fallbacks = cast("list[Content]", kept.get("fallback_configs", []))
    return {**kept, "fallback_configs": [_without_limits(item) for item in fallbacks]}


def changes_between(old: Content, new: Content) -> str | None:
    """Return what decides differently what is generated, as words such as "prompt 'a boat' → 'a kite'"; None if nothing does."""
    before, after = (dict(_leaves(_identity_of(content), ())) for content in (old, new))
    changes = [
        f"{name.partition('.')[2] or name} {_shown(before.get(name))} → {_shown(after.get(name))}"
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]
    if not changes:
        return None
    more = f" and {len(changes) - _CHANGES_SHOWN} more" if len(changes) > _CHANGES_SHOWN else ""
    return ", ".join(changes[:_CHANGES_SHOWN]) + more


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """Yield the values in JSON data, each with the names that lead to it."""
    if isinstance(value, Mapping):
        for name, item in cast("Content", value).items():
            yield from _leaves(item, (*path, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _leaves(item, (*path, str(index)))
    else:
        yield ".".join(path), value


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LETTERS_SHOWN else f"{text[:_LETTERS_SHOWN]}…"


__all__ = ["Content", "changes_between", "content_of"]
