"""Every exception the gateway raises, in one tree.

    TarashException
    ├── ValidationError             the request or the configuration is wrong; nothing was sent, or the provider refused it
    ├── ProviderNotInstalledError   no installed plugin has that provider id
    ├── PluginError                 a plugin is broken or was written for another hook API
    ├── ContentModerationError      refused for its content
    ├── AuthenticationError         the key is missing, wrong, revoked, or lacks a right
    ├── QuotaExceededError          out of credit, or a spending limit is reached
    ├── RateLimitError              too many requests or jobs at a time
    ├── ModelNotFoundError          the provider does not know the model (any more)
    ├── HTTPError                   any other HTTP error status
    ├── HTTPConnectionError         no connection, or it broke
    ├── UnexpectedResponseError     an answer that cannot be read
    ├── TimeoutError                the attempt's deadline passed
    ├── SubmissionUnknownError      the job may or may not have been created
    ├── GenerationFailedError       the provider tried and failed, or cancelled the job
    ├── DownloadError               a result could not be saved
    └── FallbackExhaustedError      every provider of the chain failed

Whether the same call may be repeated (`is_retryable`) and whether another provider may be tried (`allows_fallback`) are
set where the error is born, never read from its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from .job import Job
    from .models.metadata import AttemptMetadata, ExecutionMetadata

YesNoUnknown: TypeAlias = Literal["yes", "no", "unknown"]


class ResumableJob(Protocol):
    """A running job, as an exception carries it: hand it to `resume`, or store `to_json()`."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def request_id(self) -> str | None: ...

    def to_json(self) -> str: ...


class TarashException(Exception):
    """The root of the tree.

    Attributes:
        code: short stable name of the kind of error; the words of `fallback_on` are these.
        message: what was wrong, what is allowed, what to do.
        provider, model, request_id: where it happened, as far as known.
        status_code: HTTP status of the provider's answer, if it was one.
        raw_response: the provider's own words (parsed JSON or text), secrets removed.
        is_retryable: whether the same call may succeed when repeated.
        allows_fallback: whether another provider may succeed where this one failed.
        submitted: whether a job was created at the provider.
        execution_metadata: the ledger of every attempt made, on exceptions that leave the gateway.
    """

    code: ClassVar[str] = "error"
    default_retryable: ClassVar[bool] = False
    default_fallback: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        status_code: int | None = None,
        raw_response: object = None,
        is_retryable: bool | None = None,
        allows_fallback: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.model = model
        self.request_id = request_id
        self.status_code = status_code
        self.raw_response = raw_response
        self.is_retryable = self.default_retryable if is_retryable is None else is_retryable
        self.allows_fallback = self.default_fallback if allows_fallback is None else allows_fallback
        self.submitted: YesNoUnknown = "no"
        self.billed: YesNoUnknown = "unknown"
        self.job: ResumableJob | None = None
        self.execution_metadata: ExecutionMetadata | None = None

    @property
    def attempts(self) -> tuple[AttemptMetadata, ...]:
        """Every attempt that led here, oldest first; empty before the first one."""
        return () if self.execution_metadata is None else tuple(self.execution_metadata.attempts)

    def __str__(self) -> str:
        where = "/".join(part for part in (self.provider, self.model) if part)
        suffix = f" (request {self.request_id})" if self.request_id else ""
        return f"{where}: {self.message}{suffix}" if where else f"{self.message}{suffix}"

    def __reduce__(self) -> tuple[object, ...]:
        # keyword-only arguments do not survive pickle's default of calling the class with `args`
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))


def _rebuild(kind: type[TarashException], message: str, state: dict[str, object]) -> TarashException:
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class ValidationError(TarashException, ValueError):
    """The request or the configuration is wrong: nothing was sent, or the provider refused it unbilled."""

    code = "validation"


class ProviderNotInstalledError(TarashException):
    """No installed plugin has that provider id; the message says which package to install."""

    code = "provider_not_installed"


class PluginError(TarashException):
    """A plugin cannot be loaded, breaks the hook contract, or was written for another hook API."""

    code = "plugin"


class ContentModerationError(TarashException):
    """The provider refused the content.

    Attributes:
        stage: "input" (prompt or media), "output" (what was rendered), or "unknown".
        billed: whether the provider charges for it.
    """

    code = "content_moderation"

    def __init__(
        self,
        message: str,
        *,
        stage: Literal["input", "output", "unknown"] = "unknown",
        billed: YesNoUnknown = "unknown",
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        status_code: int | None = None,
        raw_response: object = None,
    ) -> None:
        super().__init__(
            message,
            provider=provider,
            model=model,
            request_id=request_id,
            status_code=status_code,
            raw_response=raw_response,
        )
        self.stage = stage
        self.billed = billed


class AuthenticationError(TarashException):
    """The key is missing, wrong, revoked, or lacks a right."""

    code = "authentication"
    default_fallback = True


class QuotaExceededError(TarashException):
    """The account is out of credit or over a spending limit; waiting does not help."""

    code = "quota_exceeded"
    default_fallback = True


class RateLimitError(TarashException):
    """Too many requests, or too many jobs at a time.

    Attributes:
        retry_after: seconds the provider asks to wait, or None.
    """

    code = "rate_limit"
    default_retryable = True
    default_fallback = True

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        status_code: int | None = None,
        raw_response: object = None,
    ) -> None:
        super().__init__(
            message,
            provider=provider,
            model=model,
            request_id=request_id,
            status_code=status_code,
            raw_response=raw_response,
        )
        self.retry_after = retry_after


class ModelNotFoundError(TarashException):
    """The provider does not know the model, or no longer offers it to this account."""

    code = "model_not_found"
    default_fallback = True


class HTTPError(TarashException):
    """An HTTP error status that no narrower class describes; `status_code` says which.

    A status of 500 or more is the server's own trouble: it may pass, and another provider may succeed.
    """

    code = "http"

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        status_code: int | None = None,
        raw_response: object = None,
        is_retryable: bool | None = None,
        allows_fallback: bool | None = None,
    ) -> None:
        servers_fault = status_code is not None and status_code >= 500
        super().__init__(
            message,
            provider=provider,
            model=model,
            request_id=request_id,
            status_code=status_code,
            raw_response=raw_response,
            is_retryable=servers_fault if is_retryable is None else is_retryable,
            allows_fallback=servers_fault if allows_fallback is None else allows_fallback,
        )


class HTTPConnectionError(TarashException):
    """No connection could be made, or it broke before the answer was complete."""

    code = "connection"
    default_retryable = True
    default_fallback = True


class UnexpectedResponseError(TarashException):
    """An answer that cannot be read: truncated JSON, HTML in its place, a required member missing."""

    code = "unexpected_response"
    default_retryable = True
    default_fallback = True


class TimeoutError(TarashException):  # noqa: A001 - the public name is part of the contract
    """The attempt's deadline passed.

    Attributes:
        job: with `on_timeout="detach"`, the job that goes on at the provider; hand it to `resume`. Otherwise None.
    """

    code = "timeout"
    default_fallback = True

    def __init__(
        self,
        message: str,
        *,
        job: Job | None = None,
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        raw_response: object = None,
    ) -> None:
        super().__init__(
            message, provider=provider, model=model, request_id=request_id, raw_response=raw_response
        )
        self.job = job


class SubmissionUnknownError(TarashException):
    """The submission's answer was lost: the job may or may not exist, and may or may not be billed.

    It is never sent again blindly. `on_unknown_submission` says whether the chain goes on.
    """

    code = "submission_unknown"
    default_fallback = True


class GenerationFailedError(TarashException):
    """The provider accepted the job and then failed or cancelled it."""

    code = "generation_failed"
    default_fallback = True


class DownloadError(TarashException):
    """A result could not be saved: refused host, too large, gone, or not writable."""

    code = "download"


class JournalError(TarashException):
    """The journal could not be written, so nothing was sent; or, once a job was accepted, the job rides on the exception."""

    code = "journal"


class FallbackExhaustedError(TarashException):
    """Every provider of the chain failed; `attempts` has each one, `errors` the exceptions in the same order."""

    code = "fallback_exhausted"

    def __init__(
        self,
        message: str,
        *,
        errors: tuple[TarashException, ...] = (),
        provider: str | None = None,
        model: str | None = None,
        request_id: str | None = None,
        raw_response: object = None,
    ) -> None:
        super().__init__(
            message, provider=provider, model=model, request_id=request_id, raw_response=raw_response
        )
        self.errors = errors


class ModelLifecycleWarning(UserWarning):
    """A model is retired or about to be; the text names its replacement where one is known."""


__all__ = [
    "AuthenticationError",
    "ContentModerationError",
    "DownloadError",
    "FallbackExhaustedError",
    "GenerationFailedError",
    "HTTPConnectionError",
    "HTTPError",
    "JournalError",
    "ModelLifecycleWarning",
    "ModelNotFoundError",
    "PluginError",
    "ProviderNotInstalledError",
    "QuotaExceededError",
    "RateLimitError",
    "SubmissionUnknownError",
    "TarashException",
    "TimeoutError",
    "UnexpectedResponseError",
    "ValidationError",
]
