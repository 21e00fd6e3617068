"""Checks `provider_config` against the dataclass that a plugin declares, before anything is sent."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ..exceptions import ValidationError
from .info import ProviderInfo

if TYPE_CHECKING:
    import pydantic


def read_settings(info: ProviderInfo, given: Mapping[str, object], *, model: str = "") -> object:
    """Return the settings as an instance of `ProviderInfo.settings`; None if the provider has none.

    None and empty texts count as left out.

    Args:
        info: the provider.
        given: `provider_config` of the configuration.
        model: model name, for the error.

    Raises:
        ValidationError: a name is unknown or a value is wrong; the message says what is allowed.
    """
    kind = info.settings
    known = () if kind is None else tuple(item.name for item in dataclasses.fields(cast("Any", kind)))
    values: dict[str, object] = {}
    for name, value in given.items():
        if name in known:
            if value is not None and value != "":
                values[name] = value
        elif name not in info.key_parts:
            raise ValidationError(_unknown(info, name, known), provider=info.id, model=model)
    if kind is None:
        return None
    if not values:
        return kind()
    from pydantic import ValidationError as Invalid

    try:
        # validated as JSON, which accepts a list for a tuple but no text for a number; a saved job has the same form
        return _adapter(kind).validate_json(json.dumps(values, allow_nan=False), strict=True)
    except Invalid as error:
        raise ValidationError(_invalid(error), provider=info.id, model=model) from None
    except (TypeError, ValueError, RecursionError):
        raise ValidationError(
            "provider_config holds a value that is not JSON; use texts, numbers, booleans, lists and mappings",
            provider=info.id,
            model=model,
        ) from None


_ADAPTERS: dict[type[object], pydantic.TypeAdapter[object]] = {}


def _adapter(kind: type[object]) -> pydantic.TypeAdapter[object]:
    found = _ADAPTERS.get(kind)
    if found is None:
        import pydantic

        found = _ADAPTERS[kind] = pydantic.TypeAdapter(kind)
    return found


def _unknown(info: ProviderInfo, name: str, known: tuple[str, ...]) -> str:
    offered = sorted({*known, *info.key_parts})
    if not offered:
        return (
            f"provider_config has {name!r}, but {info.id} has no settings; "
            "pass parameters of a model in the request's extra_params"
        )
    close = difflib.get_close_matches(name, offered, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ""
    return f"provider_config has {name!r}, which {info.id} does not know{guess} (known: {', '.join(offered)})"


def _invalid(error: pydantic.ValidationError) -> str:
    """Return what is wrong with each value, without the value itself: it may be a secret."""
    told: dict[str, list[str]] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        name, *inner = item["loc"] or ("",)
        # pydantic lists each type of a union; people need only the place and what is allowed there
        places = [f"[{name!r}]" if name else "", *(f"[{part}]" for part in inner if isinstance(part, int))]
        message = item["msg"].removeprefix("Value error, ")
        told.setdefault("".join(places), []).append(f"{message[:1].lower()}{message[1:]}")
    return "; ".join(
        f"provider_config{place}: {' or '.join(dict.fromkeys(messages))}" for place, messages in told.items()
    )


__all__ = ["read_settings"]
