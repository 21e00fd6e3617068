"""A submitted generation as data: enough to carry on in another process, and no secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self, cast

import pydantic

from .exceptions import ValidationError
from .mapping.table import ModalityName as Modality
from .media.redaction import without_secrets
from .models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .models.metadata import AttemptMetadata
from .models.request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest
from .models.response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse


class Job(pydantic.BaseModel):
    """A running (or, at providers that answer at once, finished) generation and the fallbacks that remain.

    `to_json` and `from_json` store it; `resume` carries on without submitting again. Keys are never in it: they are read again
    from the environment, or given to `resume`.

    Attributes:
        format: version of this form.
        modality: "video" or "image".
        generation_id: the gateway's own id of the whole call.
        provider, model, base_url, account: who is rendering now.
        request_id: the provider's id of the job.
        reference: what the plugin needs to find the job again.
        configs: the whole chain in order, without keys.
        position: index in `configs` of the attempt that is running.
        request: what is asked, media included.
        attempts: the attempts before this one.
        attempt_number: number of the running attempt.
        started_at: start of the whole call, aware UTC.
        attempt_started_at, submitted_at, deadline_at: of the running attempt, aware UTC.
        response: the result, where the provider answered at once.
        warnings: as in the metadata.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    format: Literal[1] = 1
    modality: Modality
    generation_id: str
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
        """Read what `to_json` wrote.

        Raises:
            ValidationError: the text is no saved job of a version that this gateway knows.
        """
        try:
            return cls.model_validate_json(text)
        except pydantic.ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ValidationError(
                f"not a saved job: {where}: {first['msg']}; give the text that Job.to_json returned"
            ) from error

    def restored_configs(self) -> tuple[GenerationConfig, ...]:
        """Return the chain as configurations without keys."""
        kind = VideoGenerationConfig if self.modality == "video" else ImageGenerationConfig
        return tuple(kind.model_validate(config) for config in self.configs)

    def restored_request(self) -> GenerationRequest:
        """Return what is asked."""
        kind = VideoGenerationRequest if self.modality == "video" else ImageGenerationRequest
        return kind.model_validate(self.request)

    def restored_response(self) -> GenerationResponse | None:
        """Return the result of a provider that answered at once, or None."""
        if self.response is None:
            return None
        kind = VideoGenerationResponse if self.modality == "video" else ImageGenerationResponse
        return kind.model_validate(self.response)


def saved_config(config: GenerationConfig) -> dict[str, object]:
    """Return one configuration as JSON data, without its key, its fallbacks and anything secret-shaped."""
    data = cast(
        "dict[str, object]",
        config.model_dump(mode="json", exclude={"api_key", "fallback_configs"}, exclude_defaults=True),
    )
    data["provider_config"] = without_secrets(config.provider_config)
    return data


def saved_request(request: GenerationRequest) -> dict[str, object]:
    """Return a request as JSON data, media as `data:` URLs, without anything secret-shaped."""
    data = cast("dict[str, object]", request.model_dump(mode="json", exclude_defaults=True))
    data["extra_params"] = without_secrets(request.extra_params)
    return data
