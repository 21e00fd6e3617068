"""Makes generations from a configuration and a request, with the gateway's options and memory."""

from __future__ import annotations

import contextlib
import inspect
import uuid
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..discovery import Registry
from ..exceptions import (
    AuthenticationError,
    ModelLifecycleWarning,
    TarashException,
    UnknownModelWarning,
)
from ..job import Job
from ..media.output_dir import prepare_output_dir
from ..media.permissions import Permissions
from ..models.cancellation import CancelResult
from ..models.config import GenerationConfig
from ..models.modality import modality_named, modality_of
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse
from ..models.update import ProgressUpdate
from ..plugin.events import Event
from ..steps import Flow, Instant
from .budget import Budget
from .chain import Chain, Prepared
from .chain_factory import ChainFactory
from .duration_file import saved_history
from .generation import Generation
from .journaling import alone, claimed
from .memory import Memory
from .observer import Listener, Observer
from .resuming import newest, resume_newest
from .saved import CANCELLED, SavedAttempt
from .standing import Standing
from .submission_rates import SubmissionRates
from .trusted_jobs import Trust, explain_missing_key

PACKAGE = __name__.rpartition(".engine")[0]


class GenerationFactory:
    """Prepares chains and makes generations from them.

    Args:
        registry: the installed providers.
        output_dir: folder for outputs that a provider returns without a URL.
        environ: environment variables for keys and base URLs; None reads the process's own at each call.
        on_event: a listener in addition to the extensions, or None.
        journals: whether jobs are written to a journal.
        permissions: which files the texts of a request may name, and whether private networks may be reached.
        budget: what all generations may cost together; None sets no limit.
        durations: file that keeps the durations of jobs between processes, or None.
        rates: how often submissions may begin; None sets no limit.
        streams: whether status streams may be opened.

    Attributes:
        chains: prepares the chains.
    """

    def __init__(
        self,
        registry: Registry,
        output_dir: Path,
        *,
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], object] | None = None,
        journals: bool = False,
        permissions: Permissions | None = None,
        budget: Budget | None = None,
        durations: Path | None = None,
        rates: SubmissionRates | None = None,
        streams: bool = True,
    ) -> None:
        self._registry = registry
        self._permissions = permissions or Permissions()
        self.chains = ChainFactory(registry, environ, self._permissions)
        self._memory = Memory(
            output_dir,
            saved_history(durations),
            budget=budget or Budget(),
            rates=rates or SubmissionRates(),
            streams=streams,
        )
        self._is_output_dir_ready = False
        self._on_event = on_event
        self._journals = journals

    def preparing(
        self, config: GenerationConfig, request: GenerationRequest, *, reports: bool
    ) -> Flow[Generation]:
        """Return a generation for a request, and warn about retired models.

        A plugin may have to be asked for the row of a model; nothing else is sent.

        Raises:
            ValidationError, AuthenticationError, ProviderNotInstalledError, PluginError: the chain cannot work; nothing was sent.
        """
        try:
            preparation = self.chains.preparation(request, modality_of(config, request))
            chain = yield from self.chains.prepare(preparation, config.chain())
        except TarashException as error:
            self._refused(config, error)
            raise
        for notice in chain.notices:
            kind = UnknownModelWarning if notice in chain.name_notices else ModelLifecycleWarning
            warnings.warn(notice, kind, stacklevel=_frames_to_caller())
        return self._generation(chain, reports=reports)

    def close(self) -> None:
        """Save what is not saved yet."""
        self._memory.history.save()

    def resume(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str], *, reports: bool
    ) -> Flow[GenerationResponse]:
        """Resume a saved job from its newest state, while no other call works on the job.

        Raises:
            ValidationError, AuthenticationError, ProviderNotInstalledError, PluginError: it cannot be resumed; nothing was sent.
            JournalError: the journal cannot be read; nothing was sent.
        """
        is_prepared = False

        def prepared(newest: Job) -> Flow[Generation]:
            nonlocal is_prepared
            generation = yield from self.resumed(newest, config, api_keys, reports=reports)
            is_prepared = True
            return generation

        allowed = self._permissions.private_hosts
        flow = resume_newest(job, prepared, self._memory.output_dir, allow_private_hosts=allowed)
        flow = claimed(job.generation_id, flow) if self._journals else alone(job, self._memory.resuming, flow)
        try:
            response = yield from flow
        except TarashException as error:
            if not is_prepared:
                self._emit_refused(job, error, job.generation_id)
            raise
        if not is_prepared:
            # the job already held its result, so no generation has removed it
            self._memory.unsettled.remove(job.generation_id, job.attempt_number)
        return response

    def resumed(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str], *, reports: bool
    ) -> Flow[Generation]:
        """Return a generation that resumes a saved job; `resume` runs it.

        Raises:
            ValidationError, AuthenticationError, ProviderNotInstalledError, PluginError: it cannot be resumed; nothing was sent.
        """
        chain, trusted = yield from self._restored(job, config, api_keys)
        return self._generation(chain, reports=reports, job=trusted)

    def status(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
    ) -> Flow[ProgressUpdate]:
        """Ask the provider once what a saved job is doing; see `Gateway.status`."""
        found = yield from newest(job)
        if found.response is not None:
            return ProgressUpdate(
                status="completed",
                progress_percent=100.0,
                provider=found.provider,
                model=found.model,
                attempt_number=found.attempt_number,
                request_id=found.request_id,
            )
        return (yield from (yield from self._saved(found, config, api_keys)).status())

    def cancel(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
    ) -> Flow[CancelResult]:
        """Cancel a saved job, while no other call works on it; see `Gateway.cancel`."""

        def run() -> Flow[CancelResult]:
            found = yield from newest(job)
            if found.response is not None or found.outcome == CANCELLED:
                return CancelResult(
                    cancelled="no" if found.response is not None else "yes",
                    provider=found.provider,
                    model=found.model,
                    request_id=found.request_id,
                )
            return (yield from (yield from self._saved(found, config, api_keys)).cancel())

        return (yield from (claimed(job.generation_id, run()) if self._journals else run()))

    def _saved(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
    ) -> Flow[SavedAttempt]:
        chain, trusted = yield from self._restored(job, config, api_keys)
        return SavedAttempt(chain, self._memory, trusted, listeners=(), journals=self._journals)

    def _restored(
        self, job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
    ) -> Flow[tuple[Chain, Job]]:
        """Return the chain of a saved job, and the job as far as it can be trusted."""
        trust = Trust(
            config=config,
            api_keys=api_keys,
            provider_for=self.chains.provider_for,
            environ=self.chains.environment(),
            known=self._memory.addresses,
            now=datetime.now(UTC),
        )
        trusted = trust.judge(job)
        try:
            preparation = replace(
                self.chains.preparation(trusted.job.restored_request(), modality_named(job.modality)),
                carried_on=job.position,
                refused=trusted.refused,
                is_accepted=trusted.job.state == "submitted",
                own=trusted.own,
                base_url=trusted.job.base_url,
            )
            chain = yield from self.chains.prepare(preparation, trusted.configs)
        except AuthenticationError as error:
            explain_missing_key(error, trusted, api_keys)
            raise
        return chain, trusted.job

    def budget_left_usd(self) -> float | None:
        """Return what is left of the budget in US dollars; None if there is none."""
        return self._memory.budget.left_usd

    def unsettled(self) -> tuple[Job, ...]:
        """Return the jobs that may still run, be billed or have a result, although no call waits for them."""
        return self._memory.unsettled.jobs()

    def _generation(self, chain: Chain, *, reports: bool, job: Job | None = None) -> Generation:
        if not self._is_output_dir_ready and chain.calls_providers:
            # checked first, so that a paid output can be stored
            self._memory.output_dir = prepare_output_dir(self._memory.output_dir)
            self._is_output_dir_ready = True
        for link in chain.links:
            if isinstance(link, Prepared) and not link.provider.is_mock:
                self._memory.addresses.add(link.config, link.call)
        return Generation(
            chain,
            self._memory,
            reports=reports,
            job=job,
            listeners=self._listeners(),
            journals=self._journals,
        )

    def _listeners(self) -> tuple[Listener, ...]:
        found = self._registry.listeners()
        return found if self._on_event is None else (*found, self._on_event)

    def _refused(self, config: object, error: TarashException) -> None:
        Standing().annotate(error)
        # what is no configuration has no provider that an event could name
        if isinstance(config, GenerationConfig):
            self._emit_refused(config, error, uuid.uuid4().hex)

    def _emit_refused(
        self, asked: GenerationConfig | Job, error: TarashException, generation_id: str
    ) -> None:
        observer = Observer(self._listeners(), generation_id, asked.provider, asked.model, _modality(asked))
        if observer.is_listening:
            observer.refuse(error, Instant(0.0, datetime.now(UTC)))


def _modality(asked: GenerationConfig | Job) -> str:
    """Return the name of the modality; empty if the configuration belongs to none, which may be why it is refused."""
    if isinstance(asked, Job):
        return asked.modality
    with contextlib.suppress(TarashException):
        return modality_of(asked).name
    return ""


def _frames_to_caller() -> int:
    """Return the `stacklevel` that points a warning at the user's code, whichever public function it called."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
