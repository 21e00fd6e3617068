"""Resolves a configuration to a `Call`: base URL, key and settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..exceptions import AuthenticationError, ValidationError
from ..media.redaction import secret_texts
from ..models.addresses import checked_server_url
from ..models.config import GenerationConfig
from ..models.declared_secrets import declared_secrets
from ..phrases import Phrase, mention, python_words, wrong_field
from ..plugin.call import Call, Credentials, Secret
from ..plugin.hook_authors import author_of
from ..plugin.info import ProviderInfo
from ..plugin.settings import read_settings, secrets_in
from .own_headers import check_own_headers
from .pump import call_hook, check_result

if TYPE_CHECKING:
    from ..discovery import Provider
    from ..mapping.table import Model

_NOTHING: Mapping[str, Any] = MappingProxyType({})
"""Shared by the calls that thousands of waiting jobs hold."""


def resolve_call(
    config: GenerationConfig,
    provider: Provider,
    row: Model,
    environ: Mapping[str, str],
    *,
    needs_key: bool = True,
    allow_private_hosts: bool = False,
    is_fallback: bool = False,
    local_files: bool | Path = True,
) -> Call:
    """Return the call of a configuration.

    Args:
        config: provider, model, account and settings.
        provider: the loaded plugin.
        row: the row that serves the model.
        environ: environment variables, for keys and base URLs.
        needs_key: False if nothing will be sent.
        allow_private_hosts: whether the gateway may reach private networks and this machine.
        is_fallback: whether the model stands in for another one.
        local_files: which files the model name and the settings may name: any, none, or those in a folder.

    Raises:
        ValidationError: `provider_config` has a setting that the provider does not know, or a wrong value, or `headers` has the header
            that carries the key.
        AuthenticationError: the key is missing; the message names every place it may come from.
    """
    check_own_headers(config, provider.info)
    return Call(
        provider=provider.info,
        model=config.model,
        modality=row.modality,
        row=row,
        base_url=resolve_base_url(provider.info, environ, given=config.base_url),
        credentials=resolve_credentials(config, provider, environ, needed=needs_key),
        api_version=config.api_version,
        settings=read_settings(provider.info, config.provider_config, model=config.model),
        headers=_NOTHING,
        webhook_url=config.webhook_url,
        timeout_seconds=config.timeout,
        request_timeout_seconds=config.request_timeout,
        unsupported=config.unsupported,
        allow_private_hosts=allow_private_hosts,
        is_fallback=is_fallback,
        local_files=local_files,
    )


def secrets_of(config: GenerationConfig, call: Call) -> tuple[str, ...]:
    """Return the texts of an attempt that must never be shown: the key, its parts, and the secrets in the settings."""
    given = secret_texts(config.provider_config, names=declared_secrets(config.provider))
    return tuple(dict.fromkeys((*call.credentials.secrets(), *given, *secrets_in(call.settings))))


def resolve_base_url(info: ProviderInfo, environ: Mapping[str, str], *, given: str | None = None) -> str:
    """Return the base URL without a trailing slash: from the configuration, the environment or the provider's default.

    Raises:
        ValidationError: the environment variable does not hold the URL of a server.
    """
    if given:
        return given.rstrip("/")
    name, found = _first(environ, info.base_url_env)
    if not found:
        return info.base_url.rstrip("/")
    try:
        return checked_server_url(found).rstrip("/")
    except ValueError as error:
        raise ValidationError(f"{name}={error}", provider=info.id) from error


def key_variable(info: ProviderInfo, environ: Mapping[str, str]) -> str | None:
    """Return the environment variable that holds the key, or those that hold its parts; None if none is set."""
    parts = [_first(environ, variables)[0] for variables in info.key_parts.values()]
    return _first(environ, info.api_key_env)[0] or (" and ".join(parts) if all(parts) else "") or None


def key_sources(info: ProviderInfo) -> str:
    """Return the environment variables that a key is read from, as words for a message."""
    parts = " and ".join(variables[0] for variables in info.key_parts.values() if variables)
    return " or ".join((*info.api_key_env, *((parts,) if parts else ())))


def resolve_credentials(
    config: GenerationConfig, provider: Provider, environ: Mapping[str, str], *, needed: bool
) -> Credentials:
    """Return the key: from the configuration, the environment or an extension.

    Raises:
        AuthenticationError: a key is needed and none was found, or the configuration has a single key and the provider takes only
            parts, or an extension says why it cannot supply one.
        ValidationError: a part of the key in the configuration is not a text.
    """
    info = provider.info
    if needed and info.key_parts and not info.api_key_env and _single_key(config):
        names = " and ".join(info.key_parts)
        raise AuthenticationError(
            Phrase(
                info.id,
                " takes no ",
                mention("api_key", ...),
                f": its key consists of {names}; ",
                _ways_to_give(info),
            )
        )
    read = _read_credentials(config, info, environ)
    is_there = bool(read.api_key) or _is_whole(info, read.parts)
    if not is_there:
        found = _supplied(provider, config.account, needed=needed and info.key_required)
        if found is not None:
            return found
    if is_there or not needed or not info.key_required:
        return read
    raise AuthenticationError(_no_key(info, read.parts))


def _no_key(info: ProviderInfo, given: Mapping[str, Secret]) -> str:
    """Return what of a key is missing, and every place it may come from."""
    lacking = _lacking(info, given)
    part = f", since its {' and '.join(lacking)} is missing" if given and lacking else ""
    return f"no API key for {info.id}{part}; " + _ways_to_give(info)


def _ways_to_give(info: ProviderInfo) -> str:
    ways = [f"set {sources}"] if (sources := key_sources(info)) else []
    # a key that consists of its parts is no single text
    passed = [wrong_field("api_key", ...)] if info.api_key_env or not info.key_parts else []
    if info.key_parts:
        passed.append(wrong_field("provider_config", dict.fromkeys(info.key_parts, ...)))
    advice = Phrase("pass ", Phrase(" or ").join(passed), " in the configuration")
    return Phrase(", or ").join([*ways, python_words(advice, "pass_key")])


def _read_credentials(
    config: GenerationConfig, info: ProviderInfo, environ: Mapping[str, str]
) -> Credentials:
    """Return the key, or the parts of it, from the configuration and the environment.

    A complete key in the configuration, as one text or in all its parts, is never mixed with one from the environment.

    Raises:
        ValidationError: a part in the configuration is not a text.
    """
    key = _single_key(config)
    given = {name: Secret(text) for name in info.key_parts if (text := _given_part(config, name))}
    if _is_whole(info, given) or (key and not given):
        return Credentials(api_key=Secret(key), parts=given or _NOTHING)
    parts = {**_parts_in(environ, info), **given} or _NOTHING
    return Credentials(api_key=Secret(key or _first(environ, info.api_key_env)[1]), parts=parts)


def _single_key(config: GenerationConfig) -> str:
    return "" if config.api_key is None else config.api_key.get_secret_value().strip()


def _is_whole(info: ProviderInfo, parts: Mapping[str, Secret]) -> bool:
    return bool(parts) and not _lacking(info, parts)


def _lacking(info: ProviderInfo, parts: Mapping[str, Secret]) -> list[str]:
    return [name for name in info.key_parts if not parts.get(name)]


def _supplied(provider: Provider, account: str | None, *, needed: bool) -> Credentials | None:
    """Return the key that an extension supplies; if it fails to, such as with a locked keyring, that matters only if it is needed."""
    try:
        return ask_for_credentials(provider, account)
    except AuthenticationError:
        if needed:
            raise
        return None


def ask_for_credentials(provider: Provider, account: str | None) -> Credentials | None:
    """Return the key of this account that an extension supplies, or None.

    Raises:
        PluginError: an extension returned neither valid Credentials nor None.
        AuthenticationError: it supplied only some parts of the key, or says why it cannot supply one.
    """
    if not provider.can("tarash_credentials"):
        return None
    found = call_hook(provider, "tarash_credentials", provider=provider.info, account=account)
    if found is None:
        return None
    supplied, info = check_result(provider, "tarash_credentials", found, Credentials), provider.info
    lacking = _lacking(info, supplied.parts)
    if lacking and not (supplied.api_key and info.api_key_env):
        who, _ = author_of(provider.manager, info.id, "tarash_credentials")
        raise AuthenticationError(
            f"{who} supplied a key for {info.id} without its {' and '.join(lacking)}; store every part of the key"
        )
    return supplied


def _given_part(config: GenerationConfig, name: str) -> str:
    value = config.provider_config.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(
            wrong_field("provider_config", key=name)
            + f" is of type {type(value).__name__}; a part of a key is a text",
            provider=config.provider,
            model=config.model,
        )
    return value.strip()


def _parts_in(environ: Mapping[str, str], info: ProviderInfo) -> dict[str, Secret]:
    return {
        name: Secret(text)
        for name, variables in info.key_parts.items()
        if (text := _first(environ, variables)[1])
    }


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """Return name and value of the first variable that is set; two empty texts if none is."""
    return next(((name, value) for name in names if (value := environ.get(name, "").strip())), ("", ""))
