"""Every exception the gateway raises. Catch the class you can act on, or the root for all of them.

    TarashException
    ├── ValidationError             the request or the configuration is wrong; fix it and call again
    │   └── ProviderNotInstalledError   no installed plugin provides that provider id
    ├── BudgetExceededError         it would cost more than budget_usd or max_cost_usd, or an unknown amount; nothing was sent
    ├── PluginError                 a plugin is broken or was written for another hook API
    ├── ContentModerationError      the provider refused the prompt, an input or the result
    ├── HTTPError                   the provider answered with an error status
    │   ├── AuthenticationError     401, 403: the key is missing, wrong, revoked or not permitted to do this
    │   ├── QuotaExceededError      402: the account is out of credit or over a spending limit
    │   ├── ModelNotFoundError      404: the provider does not know the model, or no longer offers it
    │   └── RateLimitError          429: too many requests or jobs at once, or an overloaded provider
    ├── HTTPConnectionError         the connection could not be made, or it broke
    ├── UnexpectedResponseError     the provider's answer cannot be read
    ├── TimeoutError                the deadline passed; also the builtin TimeoutError
    ├── SubmissionUnknownError      a job may exist; check with the provider before you submit again
    ├── GenerationFailedError       the provider accepted the job, then failed or cancelled it
    ├── DownloadError               a result could not be saved
    ├── JournalError                the journal could not be written or read
    └── FallbackExhaustedError      every provider in the chain failed

`is_retryable` says whether to retry the call, `allows_fallback` whether to try another provider.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, ClassVar, Unpack, cast

from . import statuses
from .error_details import AnswerDetails, ErrorDetails, ResumableJob, Stage
from .model_warnings import ModelLifecycleWarning, UnknownModelWarning
from .phrases import wrong_fields
from .statuses import OTHER_STATUS, SERVER_ERROR, StatusMeaning, meaning_of_status

if TYPE_CHECKING:
    from .models.metadata import AttemptMetadata, ExecutionMetadata, YesNoUnknown


class TarashException(Exception):
    """The root of every error that the gateway raises on purpose.

    Attributes:
        code: short, stable name of the kind of error; the errors page has a section of the same name.
        message: what is wrong, what is allowed, what to do; always the first of `args`, which pickle, copies and logs use.
        fields: names of the wrong fields of the request or the configuration, in the order of the message; empty if none is known. An
            input image is named by its role, such as "first_frame".
        provider, model, request_id: where it happened, if known.
        raw_response: the provider's answer (parsed JSON or text) without secrets.
        status_code: HTTP status of the provider's answer, or None if there was no answer.
        is_retryable: whether the same call may succeed when retried. The argument None leaves it to the class or the status.
        allows_fallback: whether another provider may succeed. The argument None leaves it to the class or the status.
        fallback_reason: the `fallback_on` reason that covers this error.
        job: the job still running at the provider, to pass to `resume`; None if there is none.
        submitted: "yes", "no" or "unknown": whether the provider has a job for this call. The core sets it. A plugin sets "unknown"
            if the provider's answer leaves it open, and passes "no" if the provider's own words refuse although the status leaves it
            open, as every 5xx does.
        states_refusal: whether "no" was passed as `submitted`.
        billed: "yes", "no" or "unknown": whether the provider charges for it. The core sets it. A plugin sets "yes" or "no" if the
            provider's answer says so.
        execution_metadata: the ledger of all attempts, on exceptions that leave the gateway.
        attempts: the attempts of `execution_metadata`, oldest first; empty if nothing was attempted.
    """

    code: ClassVar[str] = "error"
    default_retryable: ClassVar[bool] = False
    default_fallback: ClassVar[bool] = False
    default_submitted: ClassVar[YesNoUnknown] = "no"
    states_refusal: bool = False

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, *, status_code: int | None = None, is_retryable: bool | None = None,
        allows_fallback: bool | None = None, job: ResumableJob | None = None, submitted: YesNoUnknown | None = None,
        billed: YesNoUnknown = "unknown",
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.provider = provider
        self.model = model
        self.request_id = request_id
        self.raw_response = raw_response
        self.status_code = status_code
        meaning = self._meaning()
        self.is_retryable = meaning.is_retryable if is_retryable is None else is_retryable
        self.allows_fallback = meaning.allows_fallback if allows_fallback is None else allows_fallback
        self.job = job
        self.submitted: YesNoUnknown = self.default_submitted if submitted is None else submitted
        self.states_refusal = submitted == "no"
        self.billed: YesNoUnknown = billed
        self.execution_metadata: ExecutionMetadata | None = None

    @property
    def message(self) -> str:
        return cast("str", self.args[0]) if self.args else ""

    @message.setter
    def message(self, message: str) -> None:
        self.args = (message,)

    @property
    def fields(self) -> tuple[str, ...]:
        return wrong_fields(self.message)

    @property
    def fallback_reason(self) -> str:
        """The `fallback_on` reason that covers this error; the chain stops if it is not one of them."""
        return self.code

    @property
    def attempts(self) -> tuple[AttemptMetadata, ...]:
        """Every attempt that led here, oldest first; empty if nothing was attempted."""
        return () if self.execution_metadata is None else tuple(self.execution_metadata.attempts)

    def _meaning(self) -> StatusMeaning:
        """Return what the error means unless the code that raises it says otherwise."""
        return StatusMeaning(self.code, self.default_retryable, self.default_fallback)

    def __str__(self) -> str:
        where = "/".join(part for part in (self.provider, self.model) if part)
        suffix = f" (request {self.request_id})" if self.request_id else ""
        return f"{where}: {self.message}{suffix}" if where else f"{self.message}{suffix}"

    def __reduce__(self) -> tuple[object, ...]:
        # pickle would otherwise call the class with `args` alone and lose everything but the message
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))


def _rebuild(kind: type[TarashException], message: str, state: dict[str, object]) -> TarashException:
    error = kind.__new__(kind, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


class ValidationError(TarashException, ValueError):
    """The request or the configuration is wrong. Nothing was sent, or the provider refused it."""

    code, default_retryable, default_fallback = statuses.VALIDATION


class ProviderNotInstalledError(ValidationError):
    """No installed plugin provides that provider id; the message names the package to install."""

    code = "provider_not_installed"


class BudgetExceededError(TarashException):
    """The attempt would cost more than `budget_usd` or `max_cost_usd` allows, or its cost is unknown. Nothing was sent.

    Attributes:
        estimated_cost_usd: estimated cost of the attempt in US dollars; None if unknown.
        limit_usd: the limit in US dollars.
        left_usd: what is left of the limit in US dollars; None if the cost is unknown.
    """

    code = "budget_exceeded"

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, *, estimated_cost_usd: float | None = None, limit_usd: float = 0.0,
        left_usd: float | None = None, **more: Unpack[AnswerDetails],
    ) -> None:  # fmt: skip
        more.setdefault("billed", "no")
        super().__init__(message, provider, model, request_id, raw_response, **more)
        self.estimated_cost_usd = estimated_cost_usd
        self.limit_usd = limit_usd
        self.left_usd = left_usd


class PluginError(TarashException):
    """A plugin does not load, breaks the hook contract, or was written for another hook API."""

    code = "plugin"


class ContentModerationError(TarashException):
    """The provider refused the prompt, an input or the result because of its content.

    Attributes:
        stage: what was refused: "input" (prompt or media), "output" (the result), or "unknown".
    """

    code = "content_moderation"

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, *, stage: Stage = "unknown", **more: Unpack[AnswerDetails],
    ) -> None:  # fmt: skip
        super().__init__(message, provider, model, request_id, raw_response, **more)
        self.stage = stage


class HTTPError(TarashException):
    """The provider answered with an error status. Catching this also catches its four subclasses.

    The `status_code` of a plain `HTTPError` decides what happens next: 429 and 503 are retried and allow a fallback, 405 does
    neither. A subclass says what the answer meant, whatever its status: a plugin that reads "out of credit" in a 400 raises
    `QuotaExceededError`.

    Attributes:
        retry_after: seconds to wait before a retry, as the provider asks, or None.
    """

    code = OTHER_STATUS.reason

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, status_code: int | None = None, *, retry_after: float | None = None,
        **more: Unpack[ErrorDetails],
    ) -> None:  # fmt: skip
        super().__init__(message, provider, model, request_id, raw_response, status_code=status_code, **more)
        self.retry_after = retry_after

    @property
    def fallback_reason(self) -> str:
        """The `fallback_on` reason that covers this error; the chain stops if it is not one of them."""
        meaning = self._meaning()
        if self.code != OTHER_STATUS.reason or self.allows_fallback == meaning.allows_fallback:
            return meaning.reason
        # the code that raised it knows more than the status says
        return (SERVER_ERROR if self.allows_fallback else OTHER_STATUS).reason

    def _meaning(self) -> StatusMeaning:
        return super()._meaning() if self.code != OTHER_STATUS.reason else meaning_of_status(self.status_code)


class AuthenticationError(HTTPError):
    """The key is missing, wrong, revoked, or not permitted to do this."""

    code, default_retryable, default_fallback = statuses.AUTHENTICATION


class QuotaExceededError(HTTPError):
    """The account is out of credit or over a spending limit; waiting does not help."""

    code, default_retryable, default_fallback = statuses.QUOTA_EXCEEDED


class ModelNotFoundError(HTTPError):
    """The provider does not know the model, or no longer offers it to this account."""

    code, default_retryable, default_fallback = statuses.MODEL_NOT_FOUND


class RateLimitError(HTTPError):
    """You sent too many requests, have too many jobs running at once, or the provider is overloaded and accepted nothing."""

    code, default_retryable, default_fallback = statuses.RATE_LIMIT


class HTTPConnectionError(TarashException):
    """The connection could not be made, or it broke before the answer was complete."""

    code, default_retryable, default_fallback = "connection", True, True


class UnexpectedResponseError(TarashException):
    """The provider's answer cannot be read: truncated JSON, HTML instead of JSON, or a required member missing."""

    code, default_retryable, default_fallback = "unexpected_response", True, True


class TimeoutError(TarashException, builtins.TimeoutError):  # noqa: A001 - the public name is part of the contract
    """The deadline passed. It is a builtin `TimeoutError` too, so handlers of that class and of `OSError` catch it.

    Attributes:
        timeout_seconds: the time allowed, in seconds, or None if not known.
    """

    code = "timeout"
    default_fallback = True

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, timeout_seconds: float | None = None, **more: Unpack[AnswerDetails],
    ) -> None:  # fmt: skip
        super().__init__(message, provider, model, request_id, raw_response, **more)
        self.timeout_seconds = timeout_seconds


class SubmissionUnknownError(TarashException):
    """The answer to the submission was lost: a job may exist and may be billed.

    The gateway never submits again blindly. `on_unknown_submission` decides whether the chain continues.
    """

    code = "submission_unknown"
    default_fallback = True
    default_submitted = "unknown"


class GenerationFailedError(TarashException):
    """The provider accepted the job, then failed or cancelled it."""

    code = "generation_failed"
    default_fallback = True


class DownloadError(TarashException):
    """A result could not be saved: its host is not allowed, or the file is too large, no longer there or not writable."""

    code = "download"


class JournalError(TarashException):
    """The journal could not be written or read. Nothing was submitted, unless the exception has a `job`: the provider accepted it."""

    code = "journal"


class FallbackExhaustedError(TarashException):
    """Every provider in the chain failed.

    Attributes:
        errors: the exception of each provider that was tried, in order; `attempts` also lists the skipped ones.
    """

    code = "fallback_exhausted"

    def __init__(
        self, message: str, provider: str | None = None, model: str | None = None, request_id: str | None = None,
        raw_response: object = None, *, errors: tuple[TarashException, ...] = (), **more: Unpack[AnswerDetails],
    ) -> None:  # fmt: skip
        super().__init__(message, provider, model, request_id, raw_response, **more)
        self.errors = errors


def is_retryable_error(error: BaseException) -> bool:
    """Return whether the same generation may succeed later, unchanged.

    Returns:
        True for rate limits, server errors, broken connections, unreadable answers, timeouts and failed generations, and for a
        `FallbackExhaustedError` that has one of them. False if something must be fixed first (request, key, credit or plugin), if a
        job may still run or exist (generating again could be billed twice), and for exceptions that are no `TarashException`.
    """
    if not isinstance(error, TarashException):
        return False
    errors = (error, *error.errors) if isinstance(error, FallbackExhaustedError) else (error,)
    if any(one.submitted == "unknown" or one.job is not None for one in errors):
        return False
    return any(one.is_retryable or isinstance(one, TimeoutError | GenerationFailedError) for one in errors)


__all__ = [
    "AuthenticationError", "BudgetExceededError", "ContentModerationError", "DownloadError", "FallbackExhaustedError",
    "GenerationFailedError", "HTTPConnectionError", "HTTPError", "JournalError", "ModelLifecycleWarning", "ModelNotFoundError",
    "PluginError", "ProviderNotInstalledError", "QuotaExceededError", "RateLimitError", "ResumableJob", "SubmissionUnknownError",
    "TarashException", "TimeoutError", "UnexpectedResponseError", "UnknownModelWarning", "ValidationError", "is_retryable_error",
]  # fmt: skip
