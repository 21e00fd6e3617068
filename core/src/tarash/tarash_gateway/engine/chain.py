"""Prepares a whole chain before anything is sent: provider, table row, payload and key of every attempt, or why it is passed over."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ..discovery import Provider, Registry
from ..exceptions import (
    AuthenticationError,
    PluginError,
    ProviderNotInstalledError,
    TarashException,
    ValidationError,
)
from ..mapping.apply import Mapped, estimate_cost_usd
from ..mapping.table import ModalityName as Modality
from ..mapping.values import read_values
from ..media.redaction import secret_texts
from ..mock import MOCK_PROVIDER, mock_call
from ..models.config import GenerationConfig
from ..models.media_field import read_media
from ..models.request import GenerationRequest
from ..plugin.contract import Call, Secret

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One attempt, ready to send.

    Attributes:
        config: the configuration it comes from.
        provider: the loaded plugin, or the mock.
        call: what its hooks are called with.
        mapped: payload and adjustments.
        end_notice: a sentence when the model is retired or about to be.
        estimated_cost_usd: from the table; None is unknown.
        is_mock: whether a mock answers.
    """

    config: GenerationConfig
    provider: Provider
    call: Call
    mapped: Mapped
    end_notice: str | None = None
    estimated_cost_usd: float | None = None
    is_mock: bool = False

    @property
    def server(self) -> tuple[str, str, str]:
        """What shares its health: provider, base URL and account."""
        return (self.call.provider.id, self.call.base_url, self.config.account or "")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be shown."""
        key = self.call.api_key.reveal()
        return ((key,) if key else ()) + secret_texts(self.call.provider_config)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A fallback that cannot take over for this request, and why."""

    config: GenerationConfig
    reason: str


@dataclass(frozen=True, slots=True)
class Chain:
    """All attempts of one call, in order."""

    modality: Modality
    request: GenerationRequest
    links: tuple[Prepared | PassedOver, ...]
    notices: tuple[str, ...] = field(default=())


def prepare_chain(
    configs: tuple[GenerationConfig, ...],
    request: GenerationRequest,
    modality: Modality,
    *,
    registry: Registry,
    environ: Mapping[str, str],
    today: date,
    needs_keys: bool = True,
    carried_on: int | None = None,
) -> Chain:
    """Prepare every attempt of a chain; nothing is sent.

    Args:
        configs: primary first.
        request: what is asked.
        modality: "video" or "image".
        registry: where providers are found.
        environ: environment variables, for keys and addresses.
        today: to tell retired models.
        needs_keys: False for a plan, which is made without keys.
        carried_on: position of the attempt that was submitted earlier and is now resumed, or None. Its job is paid for, so neither
            a table that changed since nor a fallback that cannot be used any more stands in its way.

    Raises:
        ValidationError: the primary cannot render the request, or a fallback never could.
        AuthenticationError: a key is missing.
        ProviderNotInstalledError, PluginError: a provider of the chain cannot be used.
    """
    request = read_media(request)
    links: list[Prepared | PassedOver] = []
    for position, config in enumerate(configs):
        try:
            links.append(
                _prepare(
                    config,
                    request,
                    modality,
                    registry,
                    environ,
                    today,
                    needs_keys=needs_keys,
                    is_fallback=position > 0,
                    is_submitted=position == carried_on,
                )
            )
        except TarashException as error:
            if carried_on not in (None, position):
                links.append(PassedOver(config, error.message))
                continue
            if position > 0:
                error.message = f"fallback {position}: {error.message}"
            error.provider, error.model = error.provider or config.provider, error.model or config.model
            raise
    notices = tuple(link.end_notice for link in links if isinstance(link, Prepared) and link.end_notice)
    return Chain(modality, request, tuple(links), notices)


def _prepare(
    config: GenerationConfig,
    request: GenerationRequest,
    modality: Modality,
    registry: Registry,
    environ: Mapping[str, str],
    today: date,
    *,
    needs_keys: bool,
    is_fallback: bool,
    is_submitted: bool,
) -> Prepared | PassedOver:
    if config.mock is not None and config.mock.enabled:
        return _prepare_mock(config, request, modality, registry)
    provider = registry.get(config.provider)
    row = provider.catalogue.lookup(config.model, modality)
    if row is None:
        if is_fallback:
            return PassedOver(config, f"{provider.info.title} has no {modality} models")
        raise ValidationError(_without_modality(provider, modality, registry))
    info = provider.info
    call = Call(
        provider=info,
        model=config.model,
        modality=modality,
        row=row,
        base_url=(config.base_url or _first(environ, info.base_url_env) or info.base_url).rstrip("/"),
        api_key=_key(config, provider, environ, needed=needs_keys),
        api_version=config.api_version,
        provider_config=config.provider_config,
        webhook_url=config.webhook_url,
        timeout_seconds=config.timeout,
        unsupported=config.unsupported,
    )
    try:
        mapped = _map(provider, call, request, is_fallback=is_fallback and not is_submitted)
    except ValidationError:
        if not is_submitted:
            raise
        mapped = Mapped({}, read_values(request))
    if isinstance(mapped, str):
        return PassedOver(config, mapped)
    return Prepared(
        config,
        provider,
        call,
        mapped,
        row.end_notice(today),
        estimate_cost_usd(row, mapped.values, count_field=request.count_field),
    )


def _map(provider: Provider, call: Call, request: GenerationRequest, *, is_fallback: bool) -> Mapped | str:
    """Return the mapped request, or the reason why a fallback is passed over."""
    try:
        mapped = provider.manager.hook.tarash_map(call=call, request=request)
    except ValidationError:
        if not is_fallback:
            raise
        # a fallback that would lose an input image is no substitute; anything else is a mistake worth telling now
        lost = _lost_inputs(provider, call, request)
        if not lost:
            raise
        return f"{call.model} would lose {' and '.join(lost)}; unsupported='adjust' renders without"
    if not isinstance(mapped, Mapped):
        raise PluginError(
            f"the plugin of {call.provider.id} mapped the request to {type(mapped).__name__}, not Mapped"
        )
    return mapped


def _lost_inputs(provider: Provider, call: Call, request: GenerationRequest) -> tuple[str, ...]:
    """Return which input images or videos would be left out were the request adjusted; none when that fails too."""
    try:
        mapped = provider.manager.hook.tarash_map(call=replace(call, unsupported="adjust"), request=request)
    except ValidationError:
        return ()
    return mapped.lost_inputs if isinstance(mapped, Mapped) else ()


def _prepare_mock(
    config: GenerationConfig, request: GenerationRequest, modality: Modality, registry: Registry
) -> Prepared:
    """Let the real provider's table check the request, where that plugin is installed, and answer with the mock."""
    mapped = Mapped({})
    call = mock_call(config, request, modality)
    try:
        real = registry.get(config.provider)
    except (ProviderNotInstalledError, PluginError):
        return Prepared(config, MOCK_PROVIDER, call, mapped, is_mock=True)
    row = real.catalogue.lookup(config.model, modality)
    if row is None:
        raise ValidationError(_without_modality(real, modality, registry))
    checked = Call(
        provider=real.info,
        model=config.model,
        modality=modality,
        row=row,
        base_url=real.info.base_url,
        api_version=config.api_version,
        provider_config=config.provider_config,
        unsupported=config.unsupported,
    )
    mapped = real.manager.hook.tarash_map(call=checked, request=request)
    return Prepared(
        config, MOCK_PROVIDER, mock_call(config, request, modality, mapped.values), mapped, is_mock=True
    )


def _without_modality(provider: Provider, modality: Modality, registry: Registry) -> str:
    others = []
    for provider_id in registry.ids():
        try:
            if modality in registry.get(provider_id).info.modalities:
                others.append(provider_id)
        except PluginError:
            log.debug("broken plugin skipped", extra={"provider": provider_id})
    instead = f"; use one of {', '.join(others)}" if others else ""
    return f"{provider.info.title} has no {modality} models{instead}"


def _key(config: GenerationConfig, provider: Provider, environ: Mapping[str, str], *, needed: bool) -> Secret:
    info = provider.info
    if config.api_key is not None and (given := config.api_key.get_secret_value().strip()):
        return Secret(given)
    found = _first(environ, info.api_key_env)
    if not found and provider.can("tarash_credentials"):
        found = provider.manager.hook.tarash_credentials(provider=info, account=config.account) or ""
    if found or not needed or not info.key_required:
        return Secret(found.strip())
    names = " or ".join(info.api_key_env)
    raise AuthenticationError(f"no API key for {info.id}; set {names} or give api_key=… in the configuration")


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((value for name in names if (value := environ.get(name, "").strip())), "")
