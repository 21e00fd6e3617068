"""The methods of a `Gateway` that ask about a saved job, or cancel it, without waiting for its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..exceptions import ResumableJob
from ..job import Job
from ..models.config import GenerationConfig
from .any_modality import AnyModality
from .arguments import checked_api_keys

if TYPE_CHECKING:
    from ..models.cancellation import CancelResult
    from ..models.update import ProgressUpdate


class SavedJobCalls(AnyModality):
    """The methods for saved jobs."""

    def status(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
    ) -> ProgressUpdate:
        """Ask the provider once what a job is doing; see `tarash.tarash_gateway.status`."""
        return self._prepared(self._factory.status(Job.of(job), config, checked_api_keys(api_keys)))

    async def status_async(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
    ) -> ProgressUpdate:
        """Like `status`, under asyncio or trio."""
        return await self._prepared_async(
            self._factory.status(Job.of(job), config, checked_api_keys(api_keys))
        )

    def cancel(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
    ) -> CancelResult:
        """Cancel a job at its provider; see `tarash.tarash_gateway.cancel`."""
        return self._prepared(self._factory.cancel(Job.of(job), config, checked_api_keys(api_keys)))

    async def cancel_async(
        self,
        job: ResumableJob,
        *,
        config: GenerationConfig | None = None,
        api_keys: Mapping[str, str] | None = None,
    ) -> CancelResult:
        """Like `cancel`, under asyncio or trio."""
        return await self._prepared_async(
            self._factory.cancel(Job.of(job), config, checked_api_keys(api_keys))
        )
