"""Turns a running attempt into a `Job`, and reads from a `Job` what a resume needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, cast

import pydantic

from ..discovery import Provider
from ..exceptions import AuthenticationError, PluginError, ProviderNotInstalledError, ValidationError
from ..job import Job
from ..media.redaction import without_secrets
from ..models.addresses import without_password
from ..models.config import GenerationConfig, refuse_masked_key
from ..models.metadata import AttemptMetadata
from ..steps import Instant
from .resolving import resolve_base_url

if TYPE_CHECKING:
    from .attempt import Attempt
    from .chain import Chain
    from .ledger import Ledger


class SavedReference(dict[str, object]):
    """The reference by which the plugin finds a saved job.

    A user may have edited it, so a missing member is not reported as the plugin's bug.
    """

    def __missing__(self, name: str) -> object:
        raise ValidationError(
            f"the saved job's reference has no {name!r}; pass the unchanged text that Job.to_json returned"
        )


LATEST_DEADLINE = timedelta(days=8)
"""How far ahead the deadline of a saved job may be: the longest timeout is 7 days, and clocks differ."""
_NAMES_A_PLACE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://|file:|[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]", re.IGNORECASE
)
"""The beginning of a text that names a server or a local file."""
_NAMES_A_FILE = re.compile(r"(^|_)(path|file|filename|folder|dir|directory)$", re.IGNORECASE)

RESUME_SECONDS = 60.0
"""Shortest time that a resumed job gets, even if its deadline has passed."""


def job_of(
    attempt: Attempt,
    chain: Chain,
    ledger: Ledger,
    *,
    generation_id: str,
    position: int,
    state: Literal["submitting", "submitted", "ended"],
) -> Job:
    """Return the job of a running attempt.

    Args:
        attempt: the running attempt.
        chain: the whole chain.
        ledger: the earlier attempts and the warnings.
        generation_id: the gateway's id of the generation.
        position: index of the attempt's link in the chain.
        state: see `Job.state`.
    """
    call, exchange = attempt.exchange.call, attempt.exchange
    submitted = attempt.submitted_at or attempt.started
    left = exchange.deadline_seconds - attempt.started.monotonic_seconds
    return Job(
        state=state,
        modality=chain.modality.name,
        generation_id=generation_id,
        idempotency_key=call.idempotency_key,
        provider=call.provider.id,
        model=call.model,
        base_url=without_password(call.base_url),
        account=attempt.link.config.account,
        request_id=attempt.request_id,
        reference=attempt.reference(),
        configs=chain.saved_configs,
        position=position,
        request=chain.saved_request,
        attempts=tuple(_with_sound_amounts(entry) for entry in ledger.entries_before(exchange.number)),
        attempt_number=exchange.number,
        estimated_cost_usd=_sound(exchange.standing.estimated_cost_usd),
        started_at=ledger.began_at or attempt.started.wall,
        attempt_started_at=attempt.started.wall,
        submitted_at=submitted.wall,
        deadline_at=attempt.started.wall + timedelta(seconds=left),
        warnings=tuple(ledger.warnings),
    )


def _with_sound_amounts(entry: AttemptMetadata) -> AttemptMetadata:
    """Return an entry of the ledger without invalid amounts: a wrong price from a provider must not make a paid job unreadable."""
    names = ("cost_usd", "estimated_cost_usd", "elapsed_seconds")
    changes = {name: None for name in names if _sound(getattr(entry, name)) != getattr(entry, name)}
    return entry.model_copy(update=changes) if changes else entry


def _sound(amount: float | None) -> float | None:
    return amount if amount is not None and 0 <= amount < float("inf") else None


def remaining_seconds(job: Job, now: Instant) -> float:
    """Return how long the running attempt may still take, in seconds.

    The job's age is measured by the wall clock. If the deadline passed while no process waited, there is still time to
    fetch the result.
    """
    return max((job.deadline_at - now.wall).total_seconds(), RESUME_SECONDS)


def started_at(job: Job, now: Instant) -> Instant:
    """Return when the running attempt began, on this process's clock."""
    return _earlier(now, (now.wall - job.attempt_started_at).total_seconds())


def submitted_at(job: Job, now: Instant) -> Instant:
    """Return when the job was accepted, on this process's clock."""
    return _earlier(now, (now.wall - job.submitted_at).total_seconds())


def _earlier(now: Instant, seconds: float) -> Instant:
    age = max(seconds, 0.0)
    return Instant(now.monotonic_seconds - age, now.wall - timedelta(seconds=age))


def with_secrets(
    job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
) -> tuple[GenerationConfig, ...]:
    """Return the saved chain, with what a job does not contain filled in from `config` and `api_keys`.

    A job contains no keys, no secret settings, no webhook URLs and no passwords in base URLs.

    Raises:
        ValidationError: a key is the mask that JSON shows instead of a key.
    """
    restored: list[GenerationConfig] = []
    for saved, given in zip(job.restored_configs(), _given(job, config), strict=True):
        changes: dict[str, object] = {}
        if given is not None:
            changes["api_key"] = given.api_key
            changes["provider_config"] = {**saved.provider_config, **given.provider_config}
            changes["webhook_url"] = given.webhook_url
            if given.base_url and _is_same(saved.base_url, given.base_url):
                changes["base_url"] = given.base_url
        key = api_keys.get(saved.account or "") or api_keys.get(saved.provider)
        if key:
            try:
                changes["api_key"] = pydantic.SecretStr(refuse_masked_key(key))
            except ValueError as error:
                raise ValidationError(f"api_keys[{saved.account or saved.provider!r}]: {error}") from error
        restored.append(saved.model_copy(update=changes) if changes else saved)
    return tuple(restored)


def trusted_job(
    job: Job,
    config: GenerationConfig | None,
    provider_for: Callable[[GenerationConfig], Provider],
    environ: Mapping[str, str],
    now: datetime,
) -> Job:
    """Return the job that may be resumed, with the password of its base URL filled in from `config`.

    A saved job is untrusted. A key is sent only to the provider's own base URL, or to one that `config` or the environment
    names, and local files are read only if `config` names them. An ended job is read once more, without fallbacks that would
    cost money.

    Args:
        job: the saved job.
        config: the configuration passed to `resume`, or None.
        provider_for: returns the provider of a configuration.
        environ: environment variables, for base URLs.
        now: current time, aware, to check the deadline.

    Raises:
        ValidationError: only the job names a server or a local file, or there is nothing to resume.
    """
    job = _unended(job)
    if job.deadline_at > now + LATEST_DEADLINE:
        raise ValidationError(
            f"the job's deadline_at={job.deadline_at} is too far ahead, so the job was edited; pass the unchanged text"
        )
    given = _given(job, config)
    for position, saved in enumerate(job.restored_configs()):
        if position < job.position:
            continue
        try:
            provider = provider_for(saved)
        except (ProviderNotInstalledError, PluginError):
            # nothing is sent to it; preparing the chain reports the problem, or skips the fallback
            continue
        if not provider.is_mock:
            _check_place(job, position, saved, given[position], provider, environ)
    named = given[job.position]
    if named is not None and named.base_url and _is_same(job.base_url, named.base_url):
        return job.model_copy(update={"base_url": named.base_url.rstrip("/")})
    return job


def explain_missing_key(error: AuthenticationError) -> None:
    """Add to the message that a job does not contain the key of its configuration."""
    error.message = f"{error.message}; a job contains no key: if it was submitted with api_key=…, pass config=… or api_keys=… to resume"
    error.args = (error.message,)


def _unended(job: Job) -> Job:
    """Return an ended job as one to look at once more, without its fallbacks; it keeps its outcome."""
    if job.state != "ended":
        return job
    if job.reference is None:
        raise ValidationError(
            f"the generation has already ended{told_outcome(job)}, and there is nothing to fetch; submit a new one"
        )
    return job.model_copy(update={"state": "submitted", "configs": job.configs[: job.position + 1]})


def told_outcome(job: Job) -> str:
    """Return how an ended job ended, as words for a message; empty if that is not known."""
    at = f"at {job.provider}/{job.model} in attempt {job.attempt_number}"
    match job.outcome:
        case None:
            return ""
        case "completed" | "abandoned":
            return f" (it was {job.outcome} {at})"
        case code:
            return f" (it failed with {code} {at})"


def _given(job: Job, config: GenerationConfig | None) -> tuple[GenerationConfig | None, ...]:
    """Return, for each saved configuration, the one passed to `resume` for it, or None."""
    chain = config.chain() if config is not None else ()
    pairs = zip(job.restored_configs(), (*chain, *(None,) * len(job.configs)), strict=False)
    return tuple(
        given
        if given is not None and (given.provider, given.model) == (saved.provider, saved.model)
        else None
        for saved, given in pairs
    )


def _is_same(saved: str | None, given: str) -> bool:
    return saved is not None and saved.rstrip("/") == without_password(given).rstrip("/")


def _check_place(
    job: Job,
    position: int,
    saved: GenerationConfig,
    given: GenerationConfig | None,
    provider: Provider,
    environ: Mapping[str, str],
) -> None:
    info = provider.info
    address = (
        job.base_url if position == job.position else resolve_base_url(info, environ, given=saved.base_url)
    )
    known = {info.base_url.rstrip("/"), without_password(resolve_base_url(info, environ))}
    if address not in known and not (
        given is not None and given.base_url and _is_same(address, given.base_url)
    ):
        variables = f", or set {' or '.join(info.base_url_env)}" if info.base_url_env else ""
        raise ValidationError(
            f"the job names {address!r}, which is not the base URL of {info.id}, so no key is sent to it; if it is yours, pass "
            f"config=… with that base_url to resume{variables}"
        )
    own = {} if given is None else without_secrets(given.provider_config)
    for name, value in _places_in(saved.provider_config):
        if own.get(name) != saved.provider_config[name]:
            raise ValidationError(
                f"the job's setting {name}={value!r} names a server or a file; if it is yours, pass config=… with it to resume"
            )


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
