"""Prepares a whole chain before anything is sent: provider, row, payload and key of every attempt, or why it is skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ..discovery import Provider, Registry
from ..exceptions import (
    BudgetExceededError,
    PluginError,
    ProviderNotInstalledError,
    TarashException,
    ValidationError,
)
from ..job import saved_config, saved_request
from ..mapping.apply import Mapped
from ..mapping.estimates import Estimate, estimate
from ..mapping.table import Model
from ..mapping.values import read_values
from ..mock.standing_in import any_row
from ..models.config import GenerationConfig
from ..models.modality import Modality
from ..models.request import GenerationRequest
from ..phrases import Phrase
from ..plugin.call import Call
from .accounts import Server, account_of
from .budget import check_most
from .fallback import falls_back
from .foreign_errors import hide_secrets
from .model_names import instead, name_notice, with_provider, without_row
from .pump import call_hook, check_result
from .resolving import resolve_call, secrets_of
from .webhook_urls import with_webhook_url

log = logging.getLogger(__name__)

_NO_NAMES = frozenset[str]()
"""Shared: an empty set takes 216 bytes, and thousands of chains may wait."""
_SENT: dict[str, object] = {}
"""Stands for a payload that is not needed any more."""
ProviderFor = Callable[[GenerationConfig], Provider]
"""Returns the provider that serves a configuration: the installed one, or its mock."""


class Prepared(NamedTuple):
    """One attempt, ready to send; a tuple, since each step of the attempt makes it anew.

    Attributes:
        config: the configuration of this attempt.
        provider: the loaded plugin, or its mock.
        call: the call that the hooks receive.
        mapped: payload and adjustments.
        end_notice: a sentence for the user if the model is retired or soon will be, or None.
        estimated_cost_usd: cost in US dollars by the prices of the model table; None is unknown.
        name_notice: a sentence for the user if the model is not in the table, but resembles one that is, or None.
        cost_notice: why the cost is unknown although the model has prices, and what to do, or None.
    """

    config: GenerationConfig
    provider: Provider
    call: Call
    mapped: Mapped
    end_notice: str | None = None
    estimated_cost_usd: float | None = None
    name_notice: str | None = None
    cost_notice: str | None = None

    @property
    def server(self) -> Server:
        """The server and the account of the attempt. A mock counts as a separate server."""
        address = "mock:" if self.provider.is_mock else self.call.base_url
        return Server(self.call.provider.id, address, self.config.account or "")

    @property
    def account(self) -> str:
        """What shares one limit of requests in flight at a server."""
        return account_of(self.config.account, self.call.credentials)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be shown."""
        return secrets_of(self.config, self.call)

    def without_payload(self) -> Prepared:
        """Return the link of an attempt that has a job: the payload, which may hold megabytes of media, is never sent again."""
        return self._replace(mapped=replace(self.mapped, payload=_SENT))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A fallback that cannot serve this request, and why."""

    config: GenerationConfig
    reason: str


@dataclass(frozen=True, slots=True)
class Chain:
    """All attempts of one call, in order.

    Attributes:
        modality, request: what to generate.
        links: the attempts; one that has begun is left as `Skipped`.
        notices: what the user should know before the first attempt.
        name_notices: those of them that guess what a model's name was meant to be.
    """

    modality: Modality
    request: GenerationRequest
    links: list[Prepared | Skipped]
    notices: tuple[str, ...] = field(default=())
    name_notices: frozenset[str] = _NO_NAMES
    _saved_request: Mapping[str, object] | None = field(default=None, init=False, repr=False, compare=False)

    def take(self, position: int) -> Prepared | Skipped:
        """Return a link for its attempt, and keep only its configuration: the attempt drops the payload once that is sent."""
        link = self.links[position]
        self.links[position] = Skipped(link.config, "its attempt has begun")
        return link

    @property
    def saved_request(self) -> Mapping[str, object]:
        """The request as it is saved; its media are encoded once, not for every state of the job."""
        if self._saved_request is None:
            object.__setattr__(self, "_saved_request", saved_request(self.request))
        return self._saved_request or {}

    @property
    def saved_configs(self) -> tuple[Mapping[str, object], ...]:
        """The configurations as they are saved."""
        return tuple(saved_config(link.config) for link in self.links)

    @property
    def calls_providers(self) -> bool:
        """Whether any attempt may call a provider; mocks call none."""
        return any(isinstance(link, Prepared) and not link.provider.is_mock for link in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Prepares the attempts of one chain; nothing is sent.

    Attributes:
        request: what to generate.
        modality: what kind of output it is.
        provider_for: returns the provider of a configuration.
        registry: names the other providers in messages.
        environ: environment variables, for keys and base URLs.
        today: the date that retirement dates are compared with.
        needs_keys: False for a plan, which needs no keys.
        carried_on: position of the attempt being resumed, or None. On a resume, a fallback that no longer works is skipped.
        refused: positions of the fallbacks that a resume passes over, each with the reason.
        is_accepted: whether the provider accepted the resumed job. Such a job is paid for, so a changed model table must not
            block it.
        allow_private_hosts: whether private networks and this machine may be reached.
        local_files: which files the model name and the settings may name: any, none, or those in a folder.
        own: positions of the configurations that the caller passed; None is all. The others come from a saved job, and name no file.
        base_url: server of the attempt being resumed, or None.
        found: calls with the rows that the plugins gave, by position, or why they gave none; see `find_rows`.
    """

    request: GenerationRequest
    modality: Modality
    provider_for: ProviderFor
    registry: Registry
    environ: Mapping[str, str]
    today: date
    needs_keys: bool = True
    carried_on: int | None = None
    refused: Mapping[int, str] = field(default_factory=dict)
    is_accepted: bool = True
    allow_private_hosts: bool = False
    local_files: bool | Path = True
    own: frozenset[int] | None = None
    base_url: str | None = None
    found: Mapping[int, Call | TarashException] = field(default_factory=dict)

    def chain(self, configs: tuple[GenerationConfig, ...]) -> Chain:
        """Prepare every attempt, primary first.

        Raises:
            ValidationError: the primary cannot take the request, or a fallback is misconfigured.
            AuthenticationError: a key is missing.
            ProviderNotInstalledError, PluginError: a provider in the chain is unusable.
        """
        links = [self._link(position, config) for position, config in enumerate(configs)]
        lost = next((error for error in self.found.values() if isinstance(error, TarashException)), None)
        if lost is not None and not any(isinstance(link, Prepared) for link in links):
            # no attempt is left to stand in for a model whose row could not be fetched
            raise lost
        prepared = [link for link in links if isinstance(link, Prepared)]
        names = [link.name_notice for link in prepared if link.name_notice]
        ends = [link.end_notice for link in prepared if link.end_notice]
        return Chain(
            self.modality, self.request, links, (*ends, *names), frozenset(names) if names else _NO_NAMES
        )

    def _link(self, position: int, config: GenerationConfig) -> Prepared | Skipped:
        if position in self.refused:
            return Skipped(config, self.refused[position])
        try:
            return self._prepare(position, config)
        except TarashException as error:
            is_row_lost = error is self.found.get(position) and falls_back(config, error)
            if (is_row_lost and position != self.carried_on) or self.carried_on not in (None, position):
                return Skipped(config, error.message)
            if position > 0:
                error.message = Phrase(f"fallback {position}: ", error.message)
            error.provider, error.model = error.provider or config.provider, error.model or config.model
            raise

    def _prepare(self, position: int, config: GenerationConfig) -> Prepared | Skipped:
        provider = self._provider(config)
        is_submitted = position == self.carried_on and self.is_accepted
        call = self._call(position, config, provider, is_submitted=is_submitted)
        if call is None:
            reason = without_row(provider, config, self.modality.name)
            is_mistyped = provider.catalogue.has(self.modality.name) and not provider.can("tarash_row")
            if position > 0 and not is_mistyped:
                return Skipped(config, reason)
            # a mistyped fallback would never work
            raise ValidationError(f"{reason}{instead(self.registry, provider, config, self.modality.name)}")
        row = call.row
        try:
            mapped = self._map(provider, config, call, may_skip=position > 0 and not is_submitted)
        except ValidationError as error:
            if not is_submitted:
                raise self._with_end(error, row) from error.__cause__
            mapped = Mapped({}, read_values(self.request))
        if isinstance(mapped, str):
            return Skipped(config, mapped)
        if not is_submitted:
            mapped = with_webhook_url(call, mapped)
        cost = self._estimate(provider, row, mapped)
        try:
            if not is_submitted:
                check_most(cost, config.max_cost_usd, allow_unknown=config.allow_unknown_cost)
        except BudgetExceededError as error:
            if position == 0:
                raise
            return Skipped(config, error.message)
        guess = name_notice(self.registry, provider, config, self.modality.name) if row.generic else None
        end = row.end_notice(self.today)
        return Prepared(config, provider, call, mapped, end, cost.usd, guess, cost.notice)

    def _estimate(self, provider: Provider, row: Model, mapped: Mapped) -> Estimate:
        return estimate(
            row,
            mapped.values,
            self.request.extra_params,
            catalogue=provider.catalogue,
            count_field=self.modality.count_field,
        )

    def _provider(self, config: GenerationConfig) -> Provider:
        try:
            return self.provider_for(config)
        except ProviderNotInstalledError:
            meant = with_provider(self.registry, config, self.modality.name)
            if meant is None:
                raise
            raise ProviderNotInstalledError(
                f"Unsupported provider: {config.provider}; {meant}", provider=config.provider
            ) from None

    def _call(
        self, position: int, config: GenerationConfig, provider: Provider, *, is_submitted: bool
    ) -> Call | None:
        """Return the call with the row of the model; None if the provider has none for this modality."""
        found = self.found.get(position)
        if isinstance(found, Call):
            return found
        if found is not None and not is_submitted:
            raise found
        row = provider.catalogue.lookup(config.model, self.modality.name)
        if row is None and found is not None:
            # the job is paid for, and its row is needed for nothing that cannot be left out
            row = any_row(self.modality.name)
        return None if row is None else self.resolve(position, config, provider, row)

    def row_of(self, position: int, config: GenerationConfig) -> Model | None:
        """Return the row of the model: the one that its plugin gave, or that of the table; None if there is none."""
        found = self.found.get(position)
        if isinstance(found, Call):
            return found.row
        return self.provider_for(config).catalogue.lookup(config.model, self.modality.name)

    def require_row(self, position: int, config: GenerationConfig) -> Model:
        """Return the row of the model.

        Raises:
            ValidationError: the provider has no models of this modality.
            TarashException: the plugin could not give the row.
        """
        found = self.found.get(position)
        if isinstance(found, TarashException):
            raise found
        row = self.row_of(position, config)
        if row is None:
            provider = self.provider_for(config)
            raise ValidationError(
                f"{without_row(provider, config, self.modality.name)}{instead(self.registry, provider, config, self.modality.name)}"
            )
        return row

    def resolve(self, position: int, config: GenerationConfig, provider: Provider, row: Model) -> Call:
        """Return the call of the attempt at this position.

        Raises:
            ValidationError: `provider_config` has a setting that the provider does not know, or a wrong value.
            AuthenticationError: a key is missing.
        """
        return resolve_call(
            config,
            provider,
            row,
            self.environ,
            needs_key=self.needs_keys,
            allow_private_hosts=self.allow_private_hosts,
            is_fallback=position > 0,
            local_files=self.local_files if self.own is None or position in self.own else False,
        )

    def _with_end(self, error: ValidationError, row: Model) -> ValidationError:
        """Return the error, with the end of the model if there is one: then another model is the better answer."""
        if notice := row.end_notice(self.today):
            error.message = Phrase(error.message, f"; {notice}")
        return error

    def _map(
        self, provider: Provider, config: GenerationConfig, call: Call, *, may_skip: bool
    ) -> Mapped | str:
        """Return the mapped request, or the reason why a fallback is skipped."""
        try:
            mapped = call_hook(provider, "tarash_map", call=call, request=self.request)
            return check_result(provider, "tarash_map", mapped, Mapped)
        except TarashException as error:
            hide_secrets(error, secrets_of(config, call))
            # a fallback that would lose an input or the sound is not a substitute; any other mistake is better reported now
            loses = isinstance(error, ValidationError) and error.allows_fallback
            if not may_skip or not (loses or isinstance(error, PluginError)):
                raise
            if isinstance(error, PluginError):
                log.warning("plugin has a bug", extra={"provider": call.provider.id, "error": error.message})
            return error.message
