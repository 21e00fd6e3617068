"""One tree of exceptions: each travels between processes, tells where it happened, and says whether to go on."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tarash.tarash_gateway import (
    AttemptMetadata,
    AuthenticationError,
    ContentModerationError,
    DownloadError,
    ExecutionMetadata,
    FallbackExhaustedError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    Job,
    ModelNotFoundError,
    PluginError,
    ProviderNotInstalledError,
    QuotaExceededError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    UnexpectedResponseError,
    ValidationError,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENTRY = AttemptMetadata(provider="fal", model="m", attempt_number=1, started_at=NOW, status="failed")
METADATA = ExecutionMetadata(
    total_attempts=1,
    successful_attempt=None,
    attempts=(ENTRY,),
    fallback_triggered=False,
    configs_in_chain=1,
    total_elapsed_seconds=1.5,
)
JOB = Job(
    modality="video",
    generation_id="g",
    provider="fal",
    model="m",
    base_url="https://x.example",
    configs=({"provider": "fal", "model": "m"},),
    position=0,
    request={"prompt": "x"},
    attempt_number=1,
    started_at=NOW,
    attempt_started_at=NOW,
    submitted_at=NOW,
    deadline_at=NOW,
)
# exception, code, whether the same call may be repeated, whether another provider may be tried
TREE: list[tuple[Callable[[], TarashException], str, bool, bool]] = [
    (lambda: ValidationError("m"), "validation", False, False),
    (lambda: ProviderNotInstalledError("m"), "provider_not_installed", False, False),
    (lambda: PluginError("m"), "plugin", False, False),
    (lambda: ContentModerationError("m", stage="output", billed="yes"), "content_moderation", False, False),
    (lambda: AuthenticationError("m"), "authentication", False, True),
    (lambda: QuotaExceededError("m"), "quota_exceeded", False, True),
    (lambda: RateLimitError("m", retry_after=2.5), "rate_limit", True, True),
    (lambda: ModelNotFoundError("m"), "model_not_found", False, True),
    (lambda: HTTPError("m", status_code=418), "http", False, False),
    (lambda: HTTPError("m", status_code=502, is_retryable=True, allows_fallback=True), "http", True, True),
    (lambda: HTTPConnectionError("m"), "connection", True, True),
    (lambda: UnexpectedResponseError("m"), "unexpected_response", True, True),
    (lambda: TimeoutError("m", job=JOB), "timeout", False, True),
    (lambda: SubmissionUnknownError("m"), "submission_unknown", False, True),
    (lambda: GenerationFailedError("m"), "generation_failed", False, True),
    (lambda: DownloadError("m"), "download", False, False),
    (
        lambda: FallbackExhaustedError("m", errors=(RateLimitError("inner", retry_after=1),)),
        "fallback_exhausted",
        False,
        False,
    ),
]


@pytest.mark.parametrize(("make", "code", "retryable", "falls_back"), TREE)
def test_its_code_and_its_consequences(
    make: Callable[[], TarashException], code: str, *, retryable: bool, falls_back: bool
) -> None:
    error = make()
    assert (error.code, error.is_retryable, error.allows_fallback) == (code, retryable, falls_back)
    assert (error.submitted, error.attempts, str(error)) == ("no", (), "m")


@pytest.mark.parametrize("make", [case[0] for case in TREE], ids=[case[1] for case in TREE])
@pytest.mark.parametrize("how", ["pickle", "copy", "deepcopy"])
def test_it_survives_a_copy_whole(make: Callable[[], TarashException], how: str) -> None:
    error = make()
    error.provider, error.model, error.request_id = "fal", "m/1", "r-1"
    error.raw_response, error.submitted, error.execution_metadata = {"detail": ["x"]}, "unknown", METADATA
    copies: dict[str, Callable[[], TarashException]] = {
        "pickle": lambda: pickle.loads(pickle.dumps(error)),  # noqa: S301 - written one call earlier
        "copy": lambda: copy.copy(error),
        "deepcopy": lambda: copy.deepcopy(error),
    }
    other = copies[how]()
    assert type(other) is type(error)
    assert (str(other), other.args) == ("fal/m/1: m (request r-1)", ("m",))
    assert other.attempts == (ENTRY,)
    errors = ("errors",) if isinstance(error, FallbackExhaustedError) else ()
    for name in error.__dict__:
        if name not in errors:
            assert getattr(other, name) == getattr(error, name)
    assert [str(inner) for inner in getattr(other, "errors", ())] == [
        str(inner) for inner in getattr(error, "errors", ())
    ]


def test_the_table_has_the_whole_tree() -> None:
    assert {type(case[0]()) for case in TREE} == set(TarashException.__subclasses__())


def test_everything_is_caught_by_its_root_and_a_mistake_by_the_builtin_too() -> None:
    assert all(isinstance(case[0](), TarashException) for case in TREE)
    assert issubclass(ValidationError, ValueError)
    assert not issubclass(TarashException, ValueError)
