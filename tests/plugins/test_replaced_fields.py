"""A parameter of the user's own that replaces a field is listed, wherever a plugin puts it: `extra_params` win, but not silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import pytest

from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.discovery import Provider, Registry
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import Mapped
from tarash.tarash_gateway.models.request import GenerationRequest
from tarash.tarash_gateway.plugin.call import Call
from tarash.tarash_gateway.plugin.settings import read_settings
from tarash.tarash_gateway.testing.conformance.requests import declared_values, minimal_request

REGISTRY = Registry()
RIVAL = "a value of the user's own"


def _call(provider: Provider, row: Model) -> Call:
    info = provider.info
    return Call(
        provider=info,
        model=row.example_name,
        modality=row.modality,
        row=row,
        base_url=info.base_url,
        settings=read_settings(info, {}),
        unsupported="adjust",
    )


def _mapped(provider: Provider, row: Model, request: GenerationRequest) -> Mapped | None:
    try:
        return cast("Mapped", provider.manager.hook.tarash_map(call=_call(provider, row), request=request))
    except ValidationError:
        # the plugin refuses the two together
        return None


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for name, inner in cast("Mapping[str, object]", value).items():
            yield from _leaves(inner, (*path, name))
    else:
        yield path, value


def _lost(provider: Provider, row: Model) -> Iterator[str]:
    """Yield the payload members whose value, which a field has set, a parameter replaces without a word."""
    declared = dict(reversed(list(declared_values(row))))
    for path, mapper in row.fields.items():
        name = next((name for name in mapper.fields if declared.get(name) is not None), None)
        if name is None:
            continue
        try:
            request = minimal_request(row, **{name: declared[name]})
        except ValidationError:
            continue
        extra = {**request.extra_params, path.rpartition(".")[2]: RIVAL}
        plain = _mapped(provider, row, request)
        rival = _mapped(provider, row, request.model_copy(update={"extra_params": extra}))
        if plain is None or rival is None or any("extra_params" in item.reason for item in rival.adjustments):
            continue
        sent = dict(_leaves(rival.payload))
        yield from (".".join(leaf) for leaf, _ in _leaves(plain.payload) if sent.get(leaf) == RIVAL)


@pytest.mark.parametrize("provider_id", sorted(REGISTRY.ids()))
def test_a_parameter_that_replaces_a_field_is_listed(provider_id: str) -> None:
    provider = REGISTRY.get(provider_id)
    lost = {row.id: found for row in provider.catalogue.rows if (found := list(_lost(provider, row)))}
    assert lost == {}
