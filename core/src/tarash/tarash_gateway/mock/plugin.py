"""The hooks of the mock: it behaves like a real provider, returns small, real files, and sends nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeGuard

from ..exceptions import SubmissionUnknownError, TarashException
from ..mapping.catalogue import Catalogue
from ..media.inputs import Media
from ..models.mock import MockConfig, MockResponse
from ..models.modality import Modality, modality_named
from ..plugin.call import Call
from ..plugin.hookspecs import hookimpl
from ..plugin.info import ProviderInfo
from ..plugin.outcomes import Asset, Generated, JobReference, JobStatus, Submission
from ..steps import Flow, new_token, read_random
from .samples import MOST_KEPT, sample_maker


class MockPlugin:
    """The hooks of the mock of one provider.

    Args:
        info: declaration of the real provider.
        catalogue: rows of the real provider.
        settings: which outcomes to return.
    """

    def __init__(self, info: ProviderInfo, catalogue: Catalogue, settings: MockConfig) -> None:
        self._info = info
        self._catalogue = catalogue
        self._settings = settings

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        """Return the declaration of the real provider."""
        return self._info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        """Return the rows of the real provider."""
        return self._catalogue

    @hookimpl
    def tarash_submit(self) -> Flow[Submission]:
        """Draw the outcome."""
        settings = self._settings
        token = yield from new_token()
        draw = (
            random.Random(settings.seed).random() if settings.seed is not None else (yield from read_random())
        )
        job = {"outcome": _drawn(settings.responses, draw), "shown": 0}
        outcome = self._outcome(job)
        if outcome is not None and _is_lost_submission(outcome.error):
            # it has no job that could report progress
            raise _fresh(outcome.error)
        return Submission(job=job, request_id=f"mock_{token[:16]}", suggested_delay_seconds=0.0)

    @hookimpl
    def tarash_poll(self, job: JobReference) -> Flow[JobStatus]:
        """Report the next percentage, then the outcome."""
        yield from ()  # a flow that needs no step
        settings = self._settings
        shown = job["shown"]
        step = shown if isinstance(shown, int) else 0
        if step < len(settings.progress):
            return JobStatus(
                state="queued" if step == 0 else "processing",
                progress_percent=settings.progress[step],
                suggested_delay_seconds=settings.delay_seconds,
                job={**job, "shown": step + 1},
            )
        outcome = self._outcome(job)
        if outcome is not None and outcome.error is not None:
            return JobStatus(state="failed", error=_fresh(outcome.error))
        return JobStatus(state="completed", progress_percent=100.0)

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference) -> Flow[Generated]:
        """Return the configured output, or make one."""
        yield from ()  # a flow that needs no step
        modality, outcome = modality_named(call.modality), self._outcome(job)
        given = None if outcome is None else outcome.media(call.modality)
        seed = call.values.get("seed")
        assets = _made(modality, call.values) if given is None else (_given(modality, given),)
        return Generated(
            assets=assets,
            duration_seconds=assets[0].duration_seconds,
            seed=seed if isinstance(seed, int) else None,
            raw={"mock": True},
            cost_usd=0.0,
        )

    def _outcome(self, job: JobReference) -> MockResponse | None:
        index, responses = job["outcome"], self._settings.responses
        return responses[index] if isinstance(index, int) and 0 <= index < len(responses) else None


def _given(modality: Modality, media: Media) -> Asset:
    content_type = media.content_type or None
    if media.path is not None:
        return Asset(kind=modality.name, path=media.path, content_type=content_type)
    return Asset(kind=modality.name, url=media.as_text(), content_type=content_type)


def _made(modality: Modality, values: Mapping[str, object]) -> tuple[Asset, ...]:
    count, seed = values.get(modality.count_field), values.get("seed")
    make, first = sample_maker(modality), abs(seed) if isinstance(seed, int) else 0
    assets: list[Asset] = []
    for index in range(count if isinstance(count, int) else 1):
        sample = make(values, first + index)
        assets.append(
            Asset(
                kind=modality.name,
                url=_data_uri(sample.content, sample.content_type),
                content_type=sample.content_type,
                width=sample.width,
                height=sample.height,
                duration_seconds=sample.duration_seconds,
            )
        )
    return tuple(assets)


@lru_cache(maxsize=MOST_KEPT)
def _data_uri(content: bytes, content_type: str) -> str:
    return Media(content=content, content_type=content_type).as_data_uri()


def _drawn(responses: tuple[MockResponse, ...], draw: float) -> int:
    if not responses:
        return -1
    mark = draw * sum(response.weight for response in responses)
    for index, response in enumerate(responses):
        mark -= response.weight
        if mark < 0:
            return index
    return len(responses) - 1


def _is_lost_submission(
    error: TarashException | type[TarashException] | None,
) -> TypeGuard[SubmissionUnknownError | type[SubmissionUnknownError]]:
    return isinstance(error, SubmissionUnknownError) or error is SubmissionUnknownError


def _fresh(error: TarashException | type[TarashException]) -> TarashException:
    """Return the error to raise: a copy, since the gateway adds the provider, the model and the ledger to it."""
    if isinstance(error, type):
        return error("the mock is configured to fail")
    copy = type(error).__new__(type(error))
    copy.args = error.args
    copy.__dict__.update(error.__dict__)
    return copy
