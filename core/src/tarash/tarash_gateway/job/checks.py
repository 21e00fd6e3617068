"""Checks that a saved job does not contradict itself and names no local file: a job from elsewhere is untrusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol, cast

import pydantic

from ..exceptions import ValidationError
from ..media.file_urls import path_of_file_url
from ..media.inputs import Media
from ..media.permissions import is_elsewhere
from ..models.addresses import has_password
from ..models.config import GenerationConfig
from ..models.metadata import AttemptMetadata
from ..models.request import GenerationRequest
from ..phrases import python_words

_FOREIGN_URL = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+._-]*://", re.IGNORECASE)
_NEVER_SAVED = ("api_key", "fallback_configs", "webhook_url", "headers")


class Placed(Protocol):
    """The fields of a job that say where it runs."""

    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def account(self) -> str | None: ...
    @property
    def configs(self) -> Sequence[Mapping[str, object]]: ...
    @property
    def position(self) -> int: ...


def check_reference(state: str, reference: Mapping[str, object] | None) -> None:
    """Refuse a job whose state and reference contradict each other, since it could be paid for twice.

    Raises:
        ValidationError: an accepted job has no reference, or a job that is not accepted has one.
    """
    if state == "submitted" and reference is None:
        _refuse("state is 'submitted', but there is no reference by which to find the job")
    if state == "submitting" and reference is not None:
        _refuse("state is 'submitting', but there is a reference, which only an accepted job has")


def check_attempts(attempts: Sequence[AttemptMetadata], attempt_number: int) -> None:
    """Refuse a ledger that no gateway can have written.

    Raises:
        ValidationError: the number of an attempt is not before the running one, an amount is negative or not a number, or a
            time has no time zone.
    """
    for index, attempt in enumerate(attempts):
        if not 1 <= attempt.attempt_number < attempt_number:
            _refuse(
                f"attempts.{index}.attempt_number={attempt.attempt_number} is not before attempt {attempt_number}"
            )
        amounts = {
            "cost_usd": attempt.cost_usd,
            "estimated_cost_usd": attempt.estimated_cost_usd,
            "elapsed_seconds": attempt.elapsed_seconds,
            "polls": attempt.polls,
        }
        for name, amount in amounts.items():
            # phrased so that NaN is refused, too
            if amount is not None and not 0 <= amount < float("inf"):
                _refuse(f"attempts.{index}.{name}={amount} is not a number of 0 or more")
        if any(time is not None and time.tzinfo is None for time in (attempt.started_at, attempt.ended_at)):
            _refuse(f"attempts.{index} has a time without a time zone")


def check_chain(job: Placed, kind: type[GenerationConfig]) -> None:
    """Refuse a job whose running attempt does not match its chain.

    Raises:
        ValidationError: the position is past the end of the chain, a configuration is not valid or contains what is never saved,
            or provider, model, account or base URL differ from the configuration at the position.
    """
    if job.position >= len(job.configs):
        _refuse(
            f"position={job.position} is past the end of the chain, which has {len(job.configs)} configurations"
        )
    restored = [_restored(index, config, kind) for index, config in enumerate(job.configs)]
    config = restored[job.position]
    where = f"configs.{job.position}"
    for name, here, there in (
        ("provider", job.provider, config.provider),
        ("model", job.model, config.model),
        ("account", job.account, config.account),
    ):
        if here != there:
            _refuse(f"{name}={here!r} differs from {where}.{name}={there!r}")
    _check_password("base_url", job.base_url)
    if config.base_url is not None and job.base_url != config.base_url.rstrip("/"):
        _refuse(f"base_url={job.base_url!r} differs from {where}.base_url={config.base_url!r}")


def check_request(data: Mapping[str, object], kind: type[GenerationRequest]) -> None:
    """Refuse a request that is not valid or names local files: the gateway saves the content of files, never their names.

    Raises:
        ValidationError: the request is not valid, or an input is a local file.
    """
    request = kind.model_validate(data)
    if any(media.path is not None for media in _media_in(request)):
        _refuse("the request names a local file; saved jobs carry the content of their files")


def check_files(response: Mapping[str, object], output_dir: Path | None) -> None:
    """Refuse a saved result that names local files other than the gateway's outputs.

    Args:
        response: the result, as JSON data.
        output_dir: the folder of the gateway's outputs; None allows no file.

    Raises:
        ValidationError: a URL names another file.
    """
    assets = response.get("assets")
    members = [response, *(assets if isinstance(assets, list | tuple) else ())]
    for member in members:
        if not isinstance(member, Mapping):
            continue
        for value in cast("Mapping[str, object]", member).values():
            for text in value if isinstance(value, list | tuple) else (value,):
                if isinstance(text, str) and text.lstrip().lower().startswith("file:"):
                    _check_output(text, output_dir)


def _check_output(url: str, output_dir: Path | None) -> None:
    try:
        allowed = output_dir is not None and _is_in(path_of_file_url(url), output_dir.resolve())
    except (OSError, ValueError, RuntimeError):
        allowed = False
    if not allowed:
        raise ValidationError(
            "the result of the job is a local file outside the gateway's output folder, so it was generated elsewhere"
            + python_words("; use a Gateway with the output_dir of the one that generated it")
        )


def _is_in(path: Path, folder: Path) -> bool:
    return not is_elsewhere(path, folder) and path.resolve().is_relative_to(folder)


def _restored(index: int, data: Mapping[str, object], kind: type[GenerationConfig]) -> GenerationConfig:
    for name in _NEVER_SAVED:
        if name in data:
            _refuse(f"configs.{index}.{name} is never saved; pass config=… to resume")
    _check_password(f"configs.{index}.base_url", data.get("base_url"))
    for text in _mock_media(data.get("mock")):
        # validating the configuration would read the file
        if not text.startswith("data:") and _FOREIGN_URL.match(text) is None:
            _refuse(f"configs.{index}.mock names a local file; saved jobs carry the content of their files")
    return kind.model_validate(data)


def _mock_media(mock: object) -> Iterator[str]:
    responses = cast("Mapping[str, object]", mock).get("responses") if isinstance(mock, Mapping) else None
    for response in responses if isinstance(responses, list | tuple) else ():
        if isinstance(response, Mapping):
            members = cast("Mapping[str, object]", response)
            given = (members.get(name) for name in ("video", "image"))
            yield from (value for value in given if isinstance(value, str))


def _media_in(value: object) -> Iterator[Media]:
    if isinstance(value, Media):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _media_in(item)
    elif isinstance(value, pydantic.BaseModel):
        for name in type(value).model_fields:
            yield from _media_in(getattr(value, name))


def _check_password(name: str, url: object) -> None:
    if isinstance(url, str) and has_password(url):
        _refuse(f"{name} contains a user name or password, which is never saved; pass config=… to resume")


def _refuse(reason: str) -> NoReturn:
    raise ValidationError(f"not a saved job: {reason}; pass the text that Job.to_json returned")


__all__ = ["check_attempts", "check_chain", "check_files", "check_reference", "check_request"]
