"""Adds the user's `webhook_url` to what is submitted, so that no parameter of the user's own replaces it without a word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from ..exceptions import ValidationError
from ..mapping.apply import Mapped
from ..phrases import Phrase, wrong_field
from .call import Call


def add_webhook(call: Call, mapped: Mapped) -> Mapped:
    """Return a mapped request with its `webhook_members` in the payload, if the call has a webhook URL and the provider calls it.

    Raises:
        ValidationError: `extra_params` already name another address.
    """
    if call.webhook_url is None or not mapped.webhook_members or not mapped.takes_webhook_url:
        return mapped
    return replace(mapped, payload=_added(call, mapped.payload, mapped.webhook_members, ()))


def _added(
    call: Call, payload: Mapping[str, object], members: Mapping[str, object], path: tuple[str, ...]
) -> dict[str, object]:
    merged = dict(payload)
    for name, value in members.items():
        present = merged.get(name, value)
        if isinstance(present, Mapping) and isinstance(value, Mapping):
            merged[name] = _added(
                call,
                cast("Mapping[str, object]", present),
                cast("Mapping[str, object]", value),
                (*path, name),
            )
        elif present == value:
            merged[name] = value
        else:
            raise _named_twice(call, (*path, name))
    return merged


def _named_twice(call: Call, path: tuple[str, ...]) -> ValidationError:
    # neither address is shown, since both may contain a token
    where = "".join(f"[{name!r}]" for name in path)
    return ValidationError(
        Phrase(
            wrong_field("webhook_url"),
            " and ",
            wrong_field("extra_params", key=path[0], code=f"extra_params{where}"),
            f" name different addresses, and {call.provider.title} calls only what one of them says; leave out the other",
        ),
    )


__all__ = ["add_webhook"]
