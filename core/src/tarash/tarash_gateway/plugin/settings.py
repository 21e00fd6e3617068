"""Checks `provider_config` against the dataclass that a plugin declares, before anything is sent; finds its servers and secrets."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast, get_args, get_type_hints

from ..exceptions import PluginError, ValidationError
from ..models.addresses import checked_server_url
from ..models.wording import did_you_mean
from ..models.wrong_values import joined, told_of
from ..phrases import Phrase, mention, wrong_field
from .call import Secret
from .info import ProviderInfo

if TYPE_CHECKING:
    import pydantic
    from pydantic_core import CoreSchema


class _ServerMark:
    """Marks the type of a setting that names a server, and has pydantic check its URL."""

    def __repr__(self) -> str:
        return "the URL of a server of the provider"

    def __get_pydantic_core_schema__(
        self, source: object, handler: Callable[[object], CoreSchema]
    ) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(checked_server_url, handler(source))


ServerUrl: TypeAlias = Annotated[str, _ServerMark()]
"""Type of a setting with the URL of another server of the provider. Its origin may see the key; that of any other setting may not."""


def server_urls(settings: object) -> tuple[str, ...]:
    """Return the URLs in the settings that are declared as `ServerUrl`."""
    if settings is None:
        return ()
    values = (getattr(settings, name) for name in _server_fields(type(settings)))
    return tuple(value for value in values if isinstance(value, str))


_SERVER_FIELDS: dict[type[object], tuple[str, ...]] = {}
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""The types of values that hold no `Secret`."""


def _server_fields(kind: type[object]) -> tuple[str, ...]:
    found = _SERVER_FIELDS.get(kind)
    if found is None:
        hints = _hints(kind)
        found = _SERVER_FIELDS[kind] = tuple(name for name, hint in hints.items() if _is_marked(hint))
    return found


def _hints(kind: type[object]) -> dict[str, object]:
    try:
        return get_type_hints(kind, include_extras=True)
    except NameError as error:
        raise PluginError(
            f"the settings {kind.__name__} use a type that is not there at run time ({error}); "
            "import it outside of TYPE_CHECKING"
        ) from error


def _is_marked(hint: object) -> bool:
    """Return whether a type is `ServerUrl`, or a union with it, such as `ServerUrl | None`."""
    marks = getattr(hint, "__metadata__", ())
    return any(isinstance(mark, _ServerMark) for mark in marks) or any(map(_is_marked, get_args(hint)))


def secret_names(info: ProviderInfo) -> frozenset[str]:
    """Return the members of `provider_config` that hold a secret, whatever their names: the parts of the key, and each `Secret`.

    Raises:
        PluginError: the settings use a type that is not there at run time.
    """
    fields = () if info.settings is None else secret_fields(info.settings)
    return frozenset((*info.key_parts, *fields))


def secret_fields(kind: type[object]) -> frozenset[str]:
    """Return the fields of a settings dataclass that hold a `Secret`, with those of the dataclasses in it.

    Raises:
        PluginError: the settings use a type that is not there at run time.
    """
    return frozenset(_secret_fields(kind, frozenset()))


def _secret_fields(kind: type[object], within: frozenset[object]) -> Iterator[str]:
    for name, hint in _hints(kind).items():
        for part in _parts_of(hint):
            if isinstance(part, type) and issubclass(part, Secret):
                yield name
            elif isinstance(part, type) and dataclasses.is_dataclass(part) and part not in within:
                yield from _secret_fields(part, within | {kind, part})


def _parts_of(hint: object) -> Iterator[object]:
    """Yield a type, what it stands for, and all types within it, such as each member of a union."""
    yield hint
    named = (getattr(hint, name, None) for name in ("__value__", "__supertype__"))
    for inner in (*get_args(hint), *named):
        if inner is not None:
            yield from _parts_of(inner)


def secrets_in(settings: object) -> Iterator[str]:
    """Yield the text of each `Secret` in the settings, at any depth."""
    if isinstance(settings, Secret):
        yield settings.reveal()
    elif isinstance(settings, Mapping):
        for item in cast("Mapping[object, object]", settings).values():
            yield from secrets_in(item)
    elif isinstance(settings, list | tuple | set | frozenset):
        for item in cast("Iterable[object]", settings):
            yield from secrets_in(item)
    elif dataclasses.is_dataclass(settings):
        for item in dataclasses.fields(settings):
            value = getattr(settings, item.name)
            # nearly all settings are plain, and every attempt is asked for its secrets
            if type(value) not in _PLAIN:
                yield from secrets_in(value)


def read_settings(info: ProviderInfo, given: Mapping[str, object], *, model: str = "") -> object:
    """Return the settings as an instance of `ProviderInfo.settings`; None if the provider has none.

    None and empty strings count as left out.

    Args:
        info: the provider.
        given: `provider_config` of the configuration.
        model: model name, for the error.

    Raises:
        ValidationError: a name is unknown or a value is wrong; the message says what is allowed.
    """
    kind = info.settings
    has_fields = kind is not None and given
    known = tuple(item.name for item in dataclasses.fields(cast("Any", kind))) if has_fields else ()
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
        return _defaults(kind)
    from pydantic import ValidationError as Invalid

    try:
        # validated as JSON, which accepts a list for a tuple but no text for a number; a saved job has the same form
        return _adapter(kind).validate_json(json.dumps(values, allow_nan=False), strict=True)
    except Invalid as error:
        raise ValidationError(_invalid(error), provider=info.id, model=model) from None
    except (TypeError, ValueError, RecursionError):
        raise ValidationError(
            wrong_field("provider_config")
            + " holds a value that is not JSON; use strings, numbers, booleans, lists and mappings",
            provider=info.id,
            model=model,
        ) from None


_DEFAULTS: dict[type[object], object] = {}


def _defaults(kind: type[object]) -> object:
    """Return settings of which nothing is set: one frozen object for all the jobs of a provider, of which thousands may wait."""
    if kind not in _DEFAULTS:
        _DEFAULTS[kind] = kind()
    return _DEFAULTS[kind]


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
            wrong_field("provider_config") + f" has {name!r}, but {info.id} has no settings; use "
            + mention("extra_params") + " for the parameters of a model"
        )  # fmt: skip
    guess = did_you_mean(name, offered)
    told = f" has {name!r}, which {info.id} does not know{guess} (known: {', '.join(offered)})"
    return wrong_field("provider_config") + told


def _invalid(error: pydantic.ValidationError) -> str:
    """Return what is wrong with each value, without the value itself: it may be a secret."""
    told: dict[Phrase, list[str]] = {}
    for item in error.errors(include_url=False, include_input=False):
        name, *inner = item["loc"] or ("",)
        # pydantic lists each type of a union; people need only the place and what is allowed there
        place = wrong_field("provider_config", key=str(name) if name else None)
        indices = "".join(f"[{part}]" for part in inner if isinstance(part, int))
        told.setdefault(place + indices, []).append(told_of(item))
    return Phrase("; ").join(Phrase(place, ": ", joined(messages)) for place, messages in told.items())


__all__ = ["ServerUrl", "read_settings", "secret_fields", "secret_names", "secrets_in", "server_urls"]
