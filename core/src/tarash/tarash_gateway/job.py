"""A submitted generation as data: enough to resume it in another process, without any secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, Self, TypeAlias, cast

import pydantic

from .exceptions import ResumableJob, ValidationError
from .media.redaction import without_secrets
from .models.config import GenerationConfig
from .models.metadata import AttemptMetadata
from .models.modality import modality_named
from .models.request import GenerationRequest
from .models.response import GenerationResponse
from .steps import JournalStep

JobState: TypeAlias = Literal["submitting", "submitted", "ended"]


class Job(pydantic.BaseModel):
    """A submitted generation: the running attempt and the remaining fallbacks.

    Store it with `to_json`, read it with `from_json`, and pass it to `resume` to wait for the result without submitting again.
    It contains no keys: `resume` reads them from the environment or from its arguments.

    Attributes:
        format: version of this format.
        state: "submitting" until it is known whether the provider has the job, "submitted" once the provider accepted it,
            "ended" when the generation is over.
        modality: what is generated: "video" or "image".
        generation_id: the gateway's id of the generation; a journal stores the job under it.
        idempotency_key: key sent with the submission of the running attempt; a resume uses the same one.
        provider: provider id of the running attempt.
        model: model of the running attempt.
        base_url: base URL of the running attempt.
        account: account of the running attempt, or None.
        request_id: the provider's id of the job.
        reference: the reference by which the plugin finds the job.
        configs: the whole chain in order, without keys.
        position: index in `configs` of the running attempt.
        request: the request, media included.
        attempts: the earlier attempts.
        attempt_number: number of the running attempt.
        estimated_cost_usd: estimated cost of the running attempt in US dollars; None if the model table has no price.
        started_at: start of the generation, aware, in UTC.
        attempt_started_at: start of the running attempt, aware, in UTC.
        submitted_at: when the provider accepted it, aware, in UTC.
        deadline_at: when its time is up, aware, in UTC.
        response: the result, if the provider answered at once.
        warnings: what the user should know, as in `execution_metadata`.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    format: Literal[1] = 1
    state: JobState = "submitted"
    modality: str
    generation_id: str
    idempotency_key: str = ""
    provider: str
    model: str
    base_url: str
    account: str | None = None
    request_id: str | None = None
    reference: Mapping[str, object] | None = None
    configs: tuple[Mapping[str, object], ...]
    position: int
    request: Mapping[str, object] = pydantic.Field(repr=False)
    attempts: tuple[AttemptMetadata, ...] = ()
    attempt_number: int
    estimated_cost_usd: float | None = None
    started_at: datetime
    attempt_started_at: datetime
    submitted_at: datetime
    deadline_at: datetime
    response: Mapping[str, object] | None = pydantic.Field(default=None, repr=False)
    warnings: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the job as JSON text."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a job that `to_json` wrote.

        Raises:
            ValidationError: the text is not a saved job, or its format is not supported.
        """
        try:
            return cls.model_validate_json(text)
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValidationError(
                f"not a saved job: {where}: {first['msg']}; pass the text that Job.to_json returned"
            ) from error

    @classmethod
    def of(cls, job: ResumableJob) -> Self:
        """Return a `ResumableJob`, such as the `job` of an exception, as a `Job` with all its fields.

        Raises:
            ValidationError: its JSON is not a saved job.
        """
        return job if isinstance(job, cls) else cls.from_json(job.to_json())

    def restored_configs(self) -> tuple[GenerationConfig, ...]:
        """Return the chain as configurations without keys."""
        kind = modality_named(self.modality).config
        return tuple(kind.model_validate(config) for config in self.configs)

    def restored_request(self) -> GenerationRequest:
        """Return the request."""
        return modality_named(self.modality).request.model_validate(self.request)

    def restored_response(self) -> GenerationResponse | None:
        """Return the result if the provider answered at once, or None."""
        if self.response is None:
            return None
        return modality_named(self.modality).response.model_validate(self.response)


class Journal(JournalStep, Protocol):
    """A store for jobs: if the process dies, no job is lost and no cost goes unrecorded.

    The gateway writes a job before the first call that may be billed (`state="submitting"`), when the provider accepts it, for
    each later attempt, and when it has ended. Methods may block; under an event loop they run in a worker thread.
    """

    def read(self, job_id: str) -> Job | None:
        """Return the job as last written, or None."""

    def list(self) -> Sequence[Job]:
        """Return the jobs that have not ended, oldest first."""


def saved_config(config: GenerationConfig) -> dict[str, object]:
    """Return one configuration as JSON data, without its key, its fallbacks and any setting that looks like a secret."""
    data = cast(
        "dict[str, object]",
        config.model_dump(mode="json", exclude={"api_key", "fallback_configs"}, exclude_defaults=True),
    )
    data["provider_config"] = without_secrets(config.provider_config)
    return data


def saved_request(request: GenerationRequest) -> dict[str, object]:
    """Return a request as JSON data with media as `data:` URLs, without any parameter that looks like a secret."""
    data = cast("dict[str, object]", request.model_dump(mode="json", exclude_defaults=True))
    data["extra_params"] = without_secrets(request.extra_params)
    return data
