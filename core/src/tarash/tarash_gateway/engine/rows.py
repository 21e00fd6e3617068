"""Asks plugins for the rows of models that no table can hold: once for each attempt, before the chain is prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..discovery import Provider
from ..exceptions import HTTPConnectionError, TarashException, ValidationError
from ..mapping.table import Model
from ..mock.standing_in import any_row
from ..models.config import GenerationConfig
from ..plugin.call import Call
from ..steps import Flow, HttpCall, HttpReply, read_clock
from .accounts import account_of
from .chain import Preparation
from .exchange import Exchange
from .hook_flows import read_flow
from .own_headers import hidden_values
from .pump import bug_in, check_result, pump, start_flow
from .resolving import ask_for_credentials, secrets_of
from .secrecy import Secrecy

ROW_SECONDS = 30.0
"""Longest time for the row of one attempt, in seconds."""
FoundRows = Mapping[int, Call | TarashException]
"""By position in the chain: the call with the row that the plugin gave, or why it gave none."""


def find_rows(preparation: Preparation, configs: tuple[GenerationConfig, ...]) -> Flow[FoundRows]:
    """Run `tarash_row` for each attempt that may be sent, if its plugin has the hook."""
    first = preparation.carried_on or 0
    found: dict[int, Call | TarashException] = {}
    for position, config in enumerate(configs[first:], start=first):
        if position in preparation.refused:
            continue
        try:
            provider = preparation.provider_for(config)
            if not provider.can("tarash_row"):
                continue
            call = yield from _call_with_row(preparation, position, config, provider)
        except TarashException as error:
            found[position] = error
            continue
        if call is not None:
            found[position] = call
    return found


def _call_with_row(
    preparation: Preparation, position: int, config: GenerationConfig, provider: Provider
) -> Flow[Call | None]:
    modality = preparation.modality.name
    row = provider.catalogue.lookup(config.model, modality) or any_row(modality)
    call = preparation.resolve(position, config, provider, row)
    if position == preparation.carried_on and preparation.base_url is not None:
        # a saved job is untrusted: only the server that was judged gets the key
        call = replace(call, base_url=preparation.base_url)
    now = yield from read_clock()
    exchange = Exchange(
        provider=provider,
        call=call,
        number=position + 1,
        deadline_seconds=now.monotonic_seconds + min(ROW_SECONDS, config.timeout),
        output_dir=Path(),
        account=account_of(config.account, call.credentials),
        secrecy=Secrecy(secrets_of(config, call), headers=hidden_values(config)),
        headers=config.headers,
        renew=lambda: ask_for_credentials(provider, config.account),
    )
    try:
        return (yield from (_mocked(provider, call) if provider.is_mock else _asked(exchange)))
    except TarashException as error:
        exchange.locate(error)
        raise


def _asked(exchange: Exchange) -> Flow[Call | None]:
    """Ask the plugin; None if it leaves the model to the table."""
    flow = exchange.start("tarash_row")
    if flow is None:
        return None
    given = yield from read_flow(exchange, "tarash_row", flow, object)
    found = _checked(exchange.provider, given, exchange.call.modality)
    # the exchange may have renewed the credentials
    return None if found is None else exchange.call.with_row(found)


def _mocked(provider: Provider, call: Call) -> Flow[Call]:
    """Ask the real plugin, but send nothing; a row that only its server knows is replaced with one that takes everything."""

    def refuse(http: HttpCall) -> Flow[HttpReply]:
        yield from ()
        raise HTTPConnectionError(f"a mock does not call {http.url}")

    flow = start_flow(provider, "tarash_row", call=call)
    if flow is None:
        return call
    try:
        given = yield from pump(provider, "tarash_row", flow, refuse, object)
    except HTTPConnectionError:
        return call.with_row(any_row(call.modality))
    found = _checked(provider, given, call.modality)
    return call if found is None else call.with_row(found)


def _checked(provider: Provider, given: object, modality: str) -> Model | None:
    if given is None:
        return None
    row = check_result(provider, "tarash_row", given, Model)
    if row.modality != modality:
        raise bug_in(
            provider, "tarash_row", f"returned a row for {row.modality}, although {modality} was asked for"
        )
    try:
        row.check_fields()
    except ValidationError as error:
        raise bug_in(provider, "tarash_row", f"returned a row with a mistake: {error.message}") from error
    return row


__all__ = ["FoundRows", "find_rows"]
