"""`tarash keys`: stores the keys of providers, lists where each comes from, and deletes them; a key is never shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ..exceptions import AuthenticationError, ValidationError
from ..models.wording import did_you_mean
from ..plugin.info import ProviderInfo
from ..process_gateway import default_gateway
from .completing import provider_ids
from .examples import KEYS_LIST, KEYS_PATH, KEYS_REMOVE, KEYS_SET
from .failures import reported
from .key_file import DEFAULT_ACCOUNT, key_file, read_keys
from .key_stores import installed_store, parts_of, remove, sources, store
from .option_groups import refuse_empty
from .options import JsonFlag
from .output import print_columns, print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Store the keys of providers, see where each comes from, and delete them.",
)
ProviderId = Annotated[str, typer.Argument(help="Provider id.", autocompletion=provider_ids)]
Account = Annotated[
    str | None, typer.Option("--account", help="Name for the owner of the key; by default, none.")
]
Part = Annotated[
    str | None, typer.Option("--part", help="One part of a key that has several, such as access_key.")
]


@app.command("set", epilog=KEYS_SET)
def set_key(
    provider: ProviderId,
    surplus: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    account: Account = None,
    part: Part = None,
) -> None:
    """Store a key, asked for without showing it, or read from standard input."""
    with reported():
        if surplus:
            raise ValidationError(
                "a key is never an argument: it would stay in the history of your shell, where it may be now; "
                f"run 'tarash keys set {provider}', which asks for it"
            )
        info = _info(provider, account)
        # a key in one text needs no other part
        names = ("api_key",) if part is None and info.api_key_env else _parts(info, part)
        for name in names:
            place = store(info, name, _read_key(info, name), account=account)
            typer.echo(f"stored {_called(info, name, account)} in {place}")


@app.command("list", epilog=KEYS_LIST)
def list_keys(
    provider: Annotated[
        str | None,
        typer.Argument(help="Provider id; by default, all installed providers.", autocompletion=provider_ids),
    ] = None,
    account: Account = None,
    as_json: JsonFlag = False,
) -> None:
    """List which keys there are and where each comes from, without showing any key."""
    with reported(as_json=as_json):
        if account is not None and not account.strip():
            refuse_empty("--account")
        registry = default_gateway().registry
        usable = [item.info for item in registry.listing() if item.info is not None]
        infos = usable if provider is None else [registry.get(provider).info]
        in_file = read_keys()
        found: list[dict[str, object]] = []
        for info in filter(parts_of, infos):
            noted = sorted(name for name in in_file.get(info.id, {}) if name != DEFAULT_ACCOUNT)
            for owner in [account] if account else [None, *noted]:
                found += _found(info, owner)
        if as_json:
            print_json(found)
        elif found:
            rows = [[str(item[name] or "") for name in ("provider", "account", "from")] for item in found]
            print_columns(("PROVIDER", "ACCOUNT", "KEY"), rows)
        else:
            typer.echo("no key is set; store one with: tarash keys set PROVIDER", err=True)


@app.command("remove", epilog=KEYS_REMOVE)
def remove_key(provider: ProviderId, account: Account = None, part: Part = None) -> None:
    """Delete a stored key, or one part of it."""
    with reported():
        info = _info(provider, account)
        places = [place for name in _parts(info, part) for place in remove(info, name, account=account)]
        if not places:
            raise ValidationError(
                f"no {_called(info, part or '', account)} is stored; see 'tarash keys list'"
            )
        typer.echo(f"removed {_called(info, part or '', account)} from {' and '.join(dict.fromkeys(places))}")
        left = next(sources(info, account=account), None)
        if left is not None:
            typer.echo(f"note: another key for {provider} is {left}", err=True)


@app.command("path", epilog=KEYS_PATH)
def show_path() -> None:
    """Show the file for keys, and whether the keyring of the system is used instead."""
    with reported():
        typer.echo(str(key_file()))
        keyring = installed_store()
        if keyring is not None:
            typer.echo(f"new keys go to {keyring.backend_name()}, not to this file", err=True)


def _info(provider: str, account: str | None = None) -> ProviderInfo:
    """Return the provider of a key after checking that neither its name nor that of the account is empty.

    Raises:
        ValidationError: a name is empty, or the provider takes no key.
        ProviderNotInstalledError: the provider is not installed.
    """
    for label, name in (("PROVIDER", provider), ("--account", account)):
        if name is not None and not name.strip():
            refuse_empty(label)
    info = default_gateway().registry.get(provider).info
    if not parts_of(info):
        raise ValidationError(f"{provider} takes no key")
    return info


def _parts(info: ProviderInfo, part: str | None) -> tuple[str, ...]:
    known = parts_of(info)
    if part is not None and part not in known:
        raise ValidationError(
            f"the key of {info.id} has no part {part!r}{did_you_mean(part, known)} (parts: {', '.join(known)})"
        )
    return known if part is None else (part,)


def _called(info: ProviderInfo, part: str, account: str | None) -> str:
    words = "key" if part in ("", "api_key") else part
    return f"{words} for {info.id}" + (f" (account {account})" if account else "")


def _read_key(info: ProviderInfo, part: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    prompted: str = typer.prompt(f"{_called(info, part, None)}, not shown", hide_input=True, err=True)
    return prompted


def _found(info: ProviderInfo, account: str | None) -> list[dict[str, object]]:
    try:
        used = next(sources(info, account=account), None)
    except AuthenticationError as error:
        used = f"not readable: {error.message}"
    return [] if used is None else [{"provider": info.id, "account": account, "from": used}]
