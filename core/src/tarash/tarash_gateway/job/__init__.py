"""A submitted generation as data: enough to resume it in another process, without any secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Generic,
    Literal,
    NoReturn,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
    cast,
)

import pydantic
import pydantic_core

from ..exceptions import ResumableJob, TarashException, ValidationError
from ..models.config import GenerationConfig
from ..models.deferral import built_on_first_use
from ..models.metadata import AttemptMetadata
from ..models.modality import modality_named
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse
from ..models.unchecked import with_private
from ..models.wrong_values import told_of
from ..steps import JournalStep
from .checks import check_attempts, check_chain, check_files, check_reference, check_request
from .checksum import checksum_of
from .parts import saved_config, saved_request, saved_response

JobState: TypeAlias = Literal["submitting", "submitted", "ended"]
Moment: TypeAlias = Annotated[
    pydantic.AwareDatetime,
    pydantic.Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC)),
]
MAX_JOB_BYTES = 256 * 2**20
"""Longest JSON text that is read as a job: 256 MiB, since a job carries its input media."""
MAX_OUTCOME = 100
"""Longest outcome of a job, in characters."""
TRACEPARENT = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
"""Pattern of a `traceparent` of version 00: trace id, span id and flags (W3C Trace Context, 3.2)."""
_NOT_A_JOB = "not a saved job"
_ADVICE = "pass the text that Job.to_json returned"


if TYPE_CHECKING:
    # `typing` has defaults from Python 3.13
    import typing_extensions

    ResponseT_co = typing_extensions.TypeVar(
        "ResponseT_co", bound=GenerationResponse, default=GenerationResponse, covariant=True
    )
    """What `resume` returns for a job; type checkers know it from the function that submitted it."""
else:
    ResponseT_co = TypeVar("ResponseT_co", bound=GenerationResponse, covariant=True)


@built_on_first_use
class Job(pydantic.BaseModel, Generic[ResponseT_co]):
    """A submitted generation: the running attempt and the remaining fallbacks.

    Store it with `to_json`, read it with `from_json`, and pass it to `resume` to wait for the result without submitting again.
    It contains no keys: `resume` reads them from the environment or from its arguments. It contains neither webhook URLs nor
    passwords in base URLs: if fallbacks need them, pass `config` to `resume`.

    A job from elsewhere is untrusted: `from_json` and `resume` refuse a job that was edited or contradicts itself.

    `Job[VideoGenerationResponse].from_json` also refuses a job for another kind of output, and type checkers know what `resume`
    returns for it.

    Attributes:
        format: version of this format; a later version of the gateway still reads it.
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
        estimated_cost_usd: estimated cost of the running attempt in US dollars; None is unknown.
        started_at: start of the generation, aware, in UTC.
        attempt_started_at: start of the running attempt, aware, in UTC.
        submitted_at: when the provider accepted it, aware, in UTC.
        deadline_at: when its time is up, aware, in UTC.
        response: the result of an ended job, if it is known.
        traceparent: W3C `traceparent` of the span of the call that submitted it, from a tracing extension, or None. It consists of
            ids only.
        outcome: how an ended job ended: "completed", "abandoned" after an interruption, or the code of the exception; None
            otherwise, or if it is not known.
        warnings: what the user should know, as in `execution_metadata`.
        is_given_up: whether the generation has gone on with another attempt. A resume then fetches the result if there is one, but
            neither submits nor falls back, since that would be paid for twice.
        may_go_on: whether the provider may still work on the job of an ended generation: it was given up, and no cancel was confirmed. A
            resume fetches its result if there is one.
    """

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    format: Literal[1] = 1
    state: JobState = "submitted"
    modality: str
    generation_id: str = pydantic.Field(pattern=r"^[0-9a-f]{32}$")
    idempotency_key: str = pydantic.Field(default="", pattern=r"^[0-9A-Za-z_-]{0,200}$")
    provider: str
    model: str
    base_url: str
    account: str | None = None
    request_id: str | None = None
    reference: Mapping[str, object] | None = None
    configs: tuple[Mapping[str, object], ...] = pydantic.Field(min_length=1)
    position: int = pydantic.Field(ge=0)
    request: Mapping[str, object]
    attempts: tuple[AttemptMetadata, ...] = ()
    attempt_number: int = pydantic.Field(ge=1)
    estimated_cost_usd: float | None = pydantic.Field(default=None, ge=0, allow_inf_nan=False)
    started_at: Moment
    attempt_started_at: Moment
    submitted_at: Moment
    deadline_at: Moment
    response: Mapping[str, object] | None = None
    traceparent: str | None = pydantic.Field(default=None, pattern=TRACEPARENT)
    outcome: str | None = pydantic.Field(default=None, max_length=MAX_OUTCOME)
    warnings: tuple[str, ...] = ()
    is_given_up: bool = False
    may_go_on: bool = False

    def __repr__(self) -> str:
        """Return one line that identifies the job, without its prompt and its media."""
        return (
            f"{type(self).__name__}(generation_id={self.generation_id!r}, state={self.state!r}, provider={self.provider!r}, "
            f"model={self.model!r}, request_id={self.request_id!r}, position={self.position})"
        )

    __str__ = __repr__

    def to_json(self) -> str:
        """Return the job as JSON text, with a checksum that reveals edits.

        The checksum is not a signature: anyone who can read a job can compute it.
        """
        text = self.model_dump_json()
        return f'{text[:-1]},"checksum":"{self.checksum()}"}}'

    def checksum(self) -> str:
        """Return the hash of the whole job, independent of the layout of its JSON."""
        return checksum_of(self.model_dump(mode="json"))

    @classmethod
    def from_json(cls, text: str | bytes, *, max_bytes: int = MAX_JOB_BYTES) -> Self:
        """Read a job that `to_json` wrote.

        Args:
            text: the JSON text.
            max_bytes: longest text that is read, in bytes; 256 MiB by default.

        Raises:
            ValidationError: the text is not a saved job, has an unsupported format, was edited, contradicts itself, names local
                files, or is too long.
        """
        if not isinstance(text, str | bytes | bytearray):
            _refuse(f"it is not JSON text but of type {type(text).__name__}", _instead_of(text))
        if len(text) > max_bytes:
            _refuse(f"it has {len(text)} bytes; at most {max_bytes} are read")
        try:
            data = pydantic_core.from_json(text)
        except ValueError as error:
            # not JSON, or nested too deep
            is_path = isinstance(text, str) and "{" not in text and "\n" not in text and 0 < len(text) < 200
            advice = f"{_ADVICE}; for a file, Path(…).read_text()" if is_path else _ADVICE
            raise ValidationError(_not_a_job(f"it is not JSON: {error}", advice)) from error
        return cls.from_data(data)

    @classmethod
    def from_data(cls, data: object) -> Self:
        """Read a job from parsed JSON; otherwise like `from_json`."""
        claimed: object = None
        members: dict[str, object] = {}
        if isinstance(data, Mapping):
            members = dict(cast("Mapping[str, object]", data))
            claimed, data = members.pop("checksum", None), members
            if isinstance(found := members.get("format"), int) and 1 < found < 1000:
                _refuse(f"it has format {found}, of a newer version of the gateway, which can read it")
        try:
            job = cls.model_validate(data)
            # first of what was read: an earlier version has not counted the fields that this one has added
            if claimed is not None and claimed not in (checksum_of(members), job.checksum()):
                _refuse("it was edited or damaged: its checksum does not match")
            return job.checked()
        except TarashException:
            raise
        except pydantic.ValidationError as error:
            raise ValidationError(_not_a_job(_first_of(error))) from error
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            # a number with thousands of digits cannot be converted to text
            raise ValidationError(_not_a_job(str(error))) from error

    @classmethod
    def of(cls, job: ResumableJob) -> Self:
        """Return a `ResumableJob`, such as the `job` of an exception, as a `Job` with all its fields.

        Raises:
            ValidationError: it is not a job, its JSON is not a saved job, or it contradicts itself.
        """
        if not hasattr(job, "to_json"):
            raise ValidationError(
                f"expected a Job, got {type(job).__name__}; Job.from_json reads one from the text of to_json"
            )
        return job.checked() if isinstance(job, cls) else cls.from_json(job.to_json())

    def checked(self) -> Self:
        """Return the job after checking that it does not contradict itself and names no local file.

        Raises:
            ValidationError: the job contradicts itself or names a local file.
        """
        try:
            modality = modality_named(self.modality)
            self._check_kind(modality.response)
            check_reference(self.state, self.reference)
            check_attempts(self.attempts, self.attempt_number)
            check_chain(self, modality.config)
            check_request(self.request, modality.request)
            if self.state != "ended" and (self.response is not None or self.outcome is not None):
                _refuse("it has a response or an outcome, although it has not ended")
        except TarashException as error:
            if error.message.startswith(_NOT_A_JOB):
                raise
            raise ValidationError(_not_a_job(error.message)) from error
        return self

    @classmethod
    def _check_kind(cls, response: type[GenerationResponse]) -> None:
        for expected in cls.__pydantic_generic_metadata__["args"]:
            if isinstance(expected, type) and not issubclass(response, expected):
                _refuse(f"it is a job for {response.__name__}, not {expected.__name__}")

    def restored_configs(self) -> tuple[GenerationConfig, ...]:
        """Return the chain as configurations without keys."""
        kind = modality_named(self.modality).config
        return tuple(kind.model_validate(config) for config in self.configs)

    def restored_request(self) -> GenerationRequest:
        """Return the request."""
        return modality_named(self.modality).request.model_validate(self.request)

    def restored_response(
        self, *, output_dir: Path | None = None, allow_private_hosts: bool = False
    ) -> GenerationResponse | None:
        """Return the result that the job contains, or None.

        Args:
            output_dir: the only folder that `file:` URLs in the result may point to: that of the gateway's outputs.
            allow_private_hosts: whether its `save` may reach private networks unless told otherwise.

        Raises:
            ValidationError: it is not a response, or names a file in another folder.
        """
        if self.response is None:
            return None
        check_files(self.response, output_dir)
        try:
            found = modality_named(self.modality).response.model_validate(self.response)
        except pydantic.ValidationError as error:
            raise ValidationError(_not_a_job(f"response.{_first_of(error)}")) from error
        return with_private(found, _allows_private_hosts=True) if allow_private_hosts else found


class Journal(JournalStep, Protocol):
    """A store for jobs: if the process dies, no job is lost and no cost goes unrecorded.

    The gateway writes a job before the first call that may be billed (`state="submitting"`), when the provider accepts it, for
    each later attempt, and when it has ended. Methods may block; under an event loop they run in a worker thread.
    """

    def read(self, job_id: str) -> Job | None:
        """Return the job as last written, or None."""

    def list(self) -> Sequence[Job]:
        """Return the jobs that have not ended, oldest first."""


def _first_of(error: pydantic.ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place, wrong = ".".join(str(part) for part in first["loc"]), told_of(first)
    if first["type"] == "extra_forbidden":
        wrong = "is not known here; a newer version of the gateway can read it"
    if not place:
        return "it must be a JSON object" if first["type"] == "model_type" else f"it {wrong}"
    return f"{place}: {wrong}" if first["type"] == "value_error" else f"{place} {wrong}"


def _instead_of(given: object) -> str:
    if isinstance(given, Job):
        return "it is a Job already, so use it as it is"
    if isinstance(given, Mapping):
        return "Job.from_data reads parsed JSON"
    return "pass path.read_text()" if isinstance(given, Path) else _ADVICE


def _not_a_job(reason: str, advice: str = _ADVICE) -> str:
    return f"{_NOT_A_JOB}: {reason}; {advice}"


def _refuse(reason: str, advice: str = _ADVICE) -> NoReturn:
    raise ValidationError(_not_a_job(reason, advice))


__all__ = [
    "MAX_JOB_BYTES", "MAX_OUTCOME", "TRACEPARENT", "Job", "JobState", "Journal", "Moment", "ResponseT_co", "saved_config",
    "saved_request", "saved_response",
]  # fmt: skip
