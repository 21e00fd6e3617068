"""The environment variables that a command gives to the gateway: those of the process, with the keys in `.env` and in the key file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..exceptions import TarashException
from ..models.config import GenerationConfig
from ..plugin.info import ProviderInfo
from ..process_gateway import default_gateway
from .dotenv_file import key_variables, with_dotenv
from .key_file import keys_of
from .key_stores import API_KEY, is_supplied


def environment_for(accounts: Iterable[tuple[str, str | None]]) -> Mapping[str, str]:
    """Return the environment variables with the keys of these providers and accounts.

    A variable that is set takes precedence over `.env`, then an extension such as the keyring, then the key file.

    Raises:
        ValidationError: `.env` or the key file cannot be used.
    """
    wanted = _wanted(accounts)
    environ = with_dotenv(info for info, _ in wanted)
    stored: dict[str, str] = {}
    for info, names in wanted:
        # a key that is set in part is never completed from the file: two accounts would mix
        if len(names) == 1 and not any(environ.get(name) for name in key_variables(info)):
            stored |= _stored(info, *names)
    return {**environ, **stored} if stored else environ


def environment_of(config: GenerationConfig) -> Mapping[str, str]:
    """Return the environment variables with the keys of every provider in the chain."""
    return environment_for((link.provider, link.account) for link in config.chain() if link.mock is None)


def _wanted(accounts: Iterable[tuple[str, str | None]]) -> list[tuple[ProviderInfo, set[str | None]]]:
    """Return each provider with the accounts that are needed; with several, no file can say which key is meant."""
    names: dict[str, set[str | None]] = {}
    for provider, account in accounts:
        names.setdefault(provider, set()).add(account)
    found = []
    for provider, wanted in names.items():
        try:
            found.append((default_gateway().registry.get(provider).info, wanted))
        except TarashException:
            # whoever uses the provider says what is wrong with it
            continue
    return found


def _stored(info: ProviderInfo, account: str | None) -> dict[str, str]:
    """Return the key in the file, as the variables that it stands for."""
    if not key_variables(info):
        return {}
    parts = keys_of(info.id, account)
    if not parts or is_supplied(info, account):
        return {}
    variables = {API_KEY: info.api_key_env, **info.key_parts}
    return {names[0]: parts[part].strip() for part, names in variables.items() if names and parts.get(part)}
