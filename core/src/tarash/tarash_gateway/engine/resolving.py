"""Resolves a configuration to a `Call`: address, key and settings, for whoever needs to speak to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..exceptions import AuthenticationError
from ..models.config import GenerationConfig
from ..plugin.call import Call, Credentials, Secret
from ..plugin.info import ProviderInfo
from ..plugin.settings import read_settings
from .pump import bug_in, call_hook

if TYPE_CHECKING:
    from ..discovery import Provider
    from ..mapping.table import Model


def resolve_call(
    config: GenerationConfig,
    provider: Provider,
    row: Model,
    environ: Mapping[str, str],
    *,
    needs_key: bool = True,
) -> Call:
    """Return the call of a configuration.

    Args:
        config: provider, model, account, settings.
        provider: the loaded plugin.
        row: the table row that serves the model.
        environ: environment variables, for keys and addresses.
        needs_key: False where nothing will be sent.

    Raises:
        ValidationError: `provider_config` has something the provider does not know.
        AuthenticationError: a key is needed and missing; the message names every place where it may come from.
    """
    return Call(
        provider=provider.info,
        model=config.model,
        modality=row.modality,
        row=row,
        base_url=resolve_base_url(provider.info, environ, given=config.base_url),
        credentials=resolve_credentials(config, provider, environ, needed=needs_key),
        api_version=config.api_version,
        settings=read_settings(provider.info, config.provider_config, model=config.model),
        webhook_url=config.webhook_url,
        timeout_seconds=config.timeout,
        unsupported=config.unsupported,
    )


def resolve_base_url(info: ProviderInfo, environ: Mapping[str, str], *, given: str | None = None) -> str:
    """Return the address in use, without a slash at the end: the configured one, the environment's, or the provider's own."""
    return (given or _first(environ, info.base_url_env)[1] or info.base_url).rstrip("/")


def key_variable(info: ProviderInfo, environ: Mapping[str, str]) -> str | None:
    """Return the name of the environment variable that holds the key, or None."""
    return _first(environ, info.api_key_env)[0] or None


def resolve_credentials(
    config: GenerationConfig, provider: Provider, environ: Mapping[str, str], *, needed: bool
) -> Credentials:
    """Return the key: the configured one, the environment's, or an extension's.

    Raises:
        AuthenticationError: there is none, though one is needed.
    """
    info = provider.info
    parts = {
        name: Secret(text)
        for name, variables in info.key_parts.items()
        if (text := _given_part(config, name) or _first(environ, variables)[1])
    }
    key = ""
    if config.api_key is not None:
        key = config.api_key.get_secret_value().strip()
    key = key or _first(environ, info.api_key_env)[1]
    is_whole = bool(info.key_parts) and len(parts) == len(info.key_parts)
    if not key and not is_whole:
        found = ask_for_credentials(provider, config.account)
        if found is not None:
            return found
    if key or is_whole or not needed or not info.key_required:
        return Credentials(api_key=Secret(key), parts=parts)
    names = " or ".join((*info.api_key_env, *_part_names(info)))
    raise AuthenticationError(f"no API key for {info.id}; set {names} or give api_key=… in the configuration")


def ask_for_credentials(provider: Provider, account: str | None) -> Credentials | None:
    """Return what the extensions know of a key for this account, or None.

    Raises:
        PluginError: an extension returned something else.
    """
    if not provider.can("tarash_credentials"):
        return None
    found = call_hook(provider, "tarash_credentials", provider=provider.info, account=account)
    if found is not None and not isinstance(found, Credentials):
        raise bug_in(provider, "tarash_credentials", f"gave {type(found).__name__}, not Credentials")
    return found


def _given_part(config: GenerationConfig, name: str) -> str:
    value = config.provider_config.get(name)
    return value.strip() if isinstance(value, str) else ""


def _part_names(info: ProviderInfo) -> tuple[str, ...]:
    joined = " and ".join(variables[0] for variables in info.key_parts.values() if variables)
    return (joined,) if joined else ()


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """Return the first of these variables that is set, and its value; two empty texts when none is."""
    return next(((name, value) for name in names if (value := environ.get(name, "").strip())), ("", ""))
