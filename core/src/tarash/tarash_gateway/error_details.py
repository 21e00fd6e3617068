"""What exceptions are told about the call that failed: the types of their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypedDict

if TYPE_CHECKING:
    from .models.metadata import YesNoUnknown

Stage: TypeAlias = Literal["input", "output", "unknown"]


class ResumableJob(Protocol):
    """A job still running at the provider: pass it to `resume`, or store its JSON under its `generation_id`. `Job` is one."""

    @property
    def generation_id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def request_id(self) -> str | None: ...
    def to_json(self) -> str: ...


class ErrorDetails(TypedDict, total=False):
    """Keyword arguments of every exception; `TarashException` describes them."""

    is_retryable: bool | None
    allows_fallback: bool | None
    job: ResumableJob | None
    submitted: YesNoUnknown | None
    billed: YesNoUnknown


class AnswerDetails(ErrorDetails, total=False):
    """The same, for classes that take the status by keyword only."""

    status_code: int | None
