"""Decides what of a saved job may be used: it is untrusted data, so a key goes only to an address that somebody else names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pydantic

from ..discovery import Provider
from ..exceptions import AuthenticationError, PluginError, ProviderNotInstalledError, ValidationError
from ..job import Job
from ..media.redaction import without_secrets
from ..models.addresses import without_password
from ..models.config import GenerationConfig, refuse_masked_key
from ..phrases import Phrase, mention, python_words
from .known_addresses import KnownAddresses
from .resolving import resolve_base_url, resolve_credentials

LATEST_DEADLINE = timedelta(days=8)
"""How far ahead the deadline of a saved job may be: the longest timeout is 7 days, and clocks differ."""
_NAMES_A_PLACE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://|file:|[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]", re.IGNORECASE
)
"""The beginning of a text that names a server or a local file."""
_NAMES_A_FILE = re.compile(r"(^|_)(path|file|filename|folder|dir|directory)$", re.IGNORECASE)


def _with_secrets(
    job: Job, given: tuple[GenerationConfig | None, ...], api_keys: Mapping[str, str]
) -> tuple[GenerationConfig, ...]:
    """Return the saved chain, with what a job does not contain filled in from the given configurations and `api_keys`.

    A job contains no keys, no secret settings, no webhook URLs, no headers and no passwords in base URLs.

    Raises:
        ValidationError: a key is the mask that JSON shows instead of a key.
    """
    restored: list[GenerationConfig] = []
    for saved, own in zip(job.restored_configs(), given, strict=True):
        changes: dict[str, object] = {}
        if own is not None:
            changes["api_key"] = own.api_key
            changes["provider_config"] = {**saved.provider_config, **own.provider_config}
            changes["webhook_url"] = own.webhook_url
            changes["headers"] = own.headers
            if own.base_url and _is_same(saved.base_url, own.base_url):
                changes["base_url"] = own.base_url
        key = api_keys.get(saved.account or "") or api_keys.get(saved.provider)
        if key:
            try:
                changes["api_key"] = pydantic.SecretStr(refuse_masked_key(key))
            except ValueError as error:
                raise ValidationError(f"api_keys[{saved.account or saved.provider!r}]: {error}") from error
        restored.append(saved.model_copy(update=changes) if changes else saved)
    return tuple(restored)


@dataclass(frozen=True, slots=True)
class TrustedJob:
    """A saved job that may be resumed.

    Attributes:
        job: the job, with the password of its base URL; never one that has ended.
        configs: its chain, with the keys.
        refused: positions of the fallbacks that are passed over, since only the job names their server, each with the reason.
        own: positions whose configuration was passed to `resume`.
    """

    job: Job
    configs: tuple[GenerationConfig, ...]
    refused: Mapping[int, str]
    own: frozenset[int]


@dataclass(frozen=True, slots=True)
class Trust:
    """What a saved job is compared with.

    Attributes:
        config: the configuration passed to `resume`, or None.
        api_keys: keys by account or provider id.
        provider_for: returns the provider of a configuration.
        environ: environment variables, for keys and base URLs.
        known: the addresses from this gateway's own configurations.
        now: current time, aware, to check the deadline.
    """

    config: GenerationConfig | None
    api_keys: Mapping[str, str]
    provider_for: Callable[[GenerationConfig], Provider]
    environ: Mapping[str, str]
    known: KnownAddresses
    now: datetime

    def judge(self, job: Job) -> TrustedJob:
        """Return what may be used of a saved job.

        A key is sent only to the provider's own base URL, or to one that the configuration, the environment or this gateway's
        earlier configurations name, and local files are read only if the configuration names them. An ended job is read once
        more, without fallbacks that would cost money.

        Raises:
            ValidationError: only the job names the server of its running attempt or a local file, or there is nothing to resume.
        """
        job = _unended(job)
        if job.deadline_at > self.now + LATEST_DEADLINE:
            raise ValidationError(
                f"the job's deadline_at={job.deadline_at} is too far ahead, so the job was edited, or this machine's clock "
                "is wrong; pass the unchanged text, or set the clock"
            )
        given = _given(job, self.config)
        configs = _with_secrets(job, given, self.api_keys)
        refused: dict[int, str] = {}
        for position in range(job.position, len(configs)):
            try:
                self._check(job, position, configs[position], given[position])
            except (ValidationError, PluginError) as error:
                if position == job.position:
                    raise
                refused[position] = error.message
        named = given[job.position]
        if named is not None and named.base_url and _is_same(job.base_url, named.base_url):
            job = job.model_copy(update={"base_url": named.base_url.rstrip("/")})
        own = frozenset(position for position, config in enumerate(given) if config is not None)
        return TrustedJob(job, configs, refused, own)

    def _check(
        self, job: Job, position: int, config: GenerationConfig, given: GenerationConfig | None
    ) -> None:
        try:
            provider = self.provider_for(config)
        except (ProviderNotInstalledError, PluginError):
            # nothing is sent to it; preparing the chain reports the problem, or skips the fallback
            return
        if provider.is_mock:
            return
        saved = job.restored_configs()[position]
        is_running = position == job.position
        address = (
            job.base_url
            if is_running
            else resolve_base_url(provider.info, self.environ, given=saved.base_url)
        )
        if not self._may_send(address, config, given, provider):
            info = provider.info
            variables = f", or set {' or '.join(info.base_url_env)}" if info.base_url_env else ""
            raise ValidationError(
                Phrase(
                    f"the job names {address!r}, which is not the base URL of {info.id}, so no key is sent to it; if it is yours, pass "
                    "config=… with that ",
                    mention("base_url"),
                    f" to resume{variables}",
                )
            )
        own = {} if given is None else without_secrets(given.provider_config)
        for name, value in _places_in(saved.provider_config):
            if own.get(name) != saved.provider_config[name]:
                raise ValidationError(
                    f"the job's setting {name}={value!r} names a server or a file; if it is yours, pass config=… with it to resume"
                )

    def _may_send(
        self, address: str, config: GenerationConfig, given: GenerationConfig | None, provider: Provider
    ) -> bool:
        info = provider.info
        if address in {info.base_url.rstrip("/"), without_password(resolve_base_url(info, self.environ))}:
            return True
        if given is not None and given.base_url and _is_same(address, given.base_url):
            return True
        credentials = resolve_credentials(config, provider, self.environ, needed=False)
        return self.known.know(info.id, address, config.account, credentials)


def explain_missing_key(error: AuthenticationError, trusted: TrustedJob, api_keys: Mapping[str, str]) -> None:
    """Add to the message how the key of a job's configuration can be passed, unless it was tried."""
    running = trusted.configs[trusted.job.position]
    owners = [repr(name) for name in (running.account, running.provider) if name]
    if trusted.job.position in trusted.own or any(
        api_keys.get(name) for name in (running.account or "", running.provider)
    ):
        return
    hint = (
        f"api_keys=… has no key for {' or '.join(owners)}"
        if api_keys
        else "a job contains no key: if it was submitted with api_key=…, pass config=… or api_keys=… to resume"
    )
    error.message = Phrase(error.message, python_words(f"; {hint}"))


def _unended(job: Job) -> Job:
    """Return an ended job as one to look at once more, without its fallbacks; it keeps its outcome."""
    if job.state != "ended":
        return job
    if job.outcome == "cancelled":
        # a look would begin the work of a plugin that renders here again
        raise ValidationError("the job was cancelled, so there is nothing to fetch; submit a new one")
    if job.reference is None:
        raise ValidationError(
            f"the generation has already ended{outcome_text(job)}, and there is nothing to fetch; submit a new one"
        )
    return job.model_copy(update={"state": "submitted", "configs": job.configs[: job.position + 1]})


def outcome_text(job: Job) -> str:
    """Return how an ended job ended, as words for a message; empty if that is not known."""
    at = f"at {job.provider}/{job.model} in attempt {job.attempt_number}"
    match job.outcome:
        case None:
            return ""
        case "completed" | "abandoned" | "cancelled":
            return f" (it was {job.outcome} {at})"
        case code:
            return f" (it failed with {code} {at})"


def _given(job: Job, config: GenerationConfig | None) -> tuple[GenerationConfig | None, ...]:
    """Return, for each saved configuration, the one passed to `resume` for it, or None."""
    if config is not None and not isinstance(config, GenerationConfig):
        raise ValidationError(
            f"config is of type {type(config).__name__}; pass the configuration of the submission, or leave it out"
        )
    chain = config.chain() if config is not None else ()
    saved_chain = job.restored_configs()
    pairs = zip(saved_chain, (*chain, *(None,) * len(job.configs)), strict=False)
    given_chain = tuple(
        given
        if given is not None and (given.provider, given.model) == (saved.provider, saved.model)
        else None
        for saved, given in pairs
    )
    if config is not None and not any(given_chain):
        names = ", ".join(f"{saved.provider}/{saved.model}" for saved in saved_chain)
        raise ValidationError(
            f"config is for {config.provider}/{config.model}, but the job was submitted with {names}; pass the configuration of the "
            "submission, or leave it out"
        )
    return given_chain


def _is_same(saved: str | None, given: str) -> bool:
    return saved is not None and saved.rstrip("/") == without_password(given).rstrip("/")


def _places_in(settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the settings that name a server or a local file, each with that text."""
    for name, value in settings.items():
        for inner, text in _texts_in(name, value):
            if _NAMES_A_PLACE.match(text.lstrip()) or _NAMES_A_FILE.search(inner):
                yield name, text


def _texts_in(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for inner, item in cast("Mapping[str, object]", value).items():
            yield from _texts_in(inner, item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_in(name, item)
