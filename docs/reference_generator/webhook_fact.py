"""Says which models of a provider take a `webhook_url`, by mapping a request for each of them."""

from __future__ import annotations

from collections.abc import Sequence

from tarash.tarash_gateway.discovery import Provider
from tarash.tarash_gateway.mapping.table import Model
from tarash.tarash_gateway.plugin.call import Call
from tarash.tarash_gateway.plugin.settings import read_settings


def webhook_fact(provider: Provider) -> str:
    """Return which models take a `webhook_url`, with the settings that a user has who gives none."""
    rows = provider.catalogue.rows if provider.info.takes_webhook_url else ()
    takes = [row for row in rows if _takes(provider, row)]
    others = [row for row in rows if row not in takes]
    if not takes:
        return "no model"
    if not others:
        return "every model"
    kinds = {row.modality for row in takes}
    if len(kinds) == 1 and not kinds.intersection(row.modality for row in others):
        return f"every {kinds.pop()} model"
    return f"every model but {_names(others)}" if len(others) < len(takes) else f"only {_names(takes)}"


def _takes(provider: Provider, row: Model) -> bool:
    # here, because the suite imports pytest, and the tests of this generator start pytest after importing it
    from tarash.tarash_gateway.testing.conformance.requests import minimal_request

    info = provider.info
    call = Call(
        provider=info,
        model=row.example_name,
        modality=row.modality,
        row=row,
        base_url=info.base_url,
        settings=read_settings(info, {}),
    )
    mapped = provider.manager.hook.tarash_map(call=call, request=minimal_request(row))
    return bool(mapped.takes_webhook_url)


def _names(rows: Sequence[Model]) -> str:
    return ", ".join(f"any other {row.modality} model" if row.generic else f"`{row.id}`" for row in rows)
