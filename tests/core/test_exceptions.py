"""One tree of exceptions: each travels between processes, tells where it happened, and says whether to go on."""

from __future__ import annotations

import builtins
import copy
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tarash.tarash_gateway import (
    AttemptMetadata,
    AuthenticationError,
    BudgetExceededError,
    ContentModerationError,
    DownloadError,
    ExecutionMetadata,
    FallbackExhaustedError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    Job,
    JournalError,
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
    exceptions,
    is_retryable_error,
)
from tarash.tarash_gateway.engine.foreign_errors import own_copy

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SECRET = "sk-a-key-nobody-may-read"
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
    generation_id="0" * 32,
    provider="fal",
    model="m",
    base_url="https://x.example",
    configs=({"provider": "fal", "model": "m"},),
    position=0,
    reference={"id": "1"},
    request={"prompt": SECRET},
    attempt_number=1,
    started_at=NOW,
    attempt_started_at=NOW,
    submitted_at=NOW,
    deadline_at=NOW,
)
# class, code, whether the same call may be repeated, whether another provider may be tried
TREE: list[tuple[type[TarashException], str, bool, bool]] = [
    (TarashException, "error", False, False),
    (ValidationError, "validation", False, False),
    (ProviderNotInstalledError, "provider_not_installed", False, False),
    (BudgetExceededError, "budget_exceeded", False, False),
    (PluginError, "plugin", False, False),
    (ContentModerationError, "content_moderation", False, False),
    (HTTPError, "http", False, False),
    (AuthenticationError, "authentication", False, True),
    (QuotaExceededError, "quota_exceeded", False, True),
    (ModelNotFoundError, "model_not_found", False, True),
    (RateLimitError, "rate_limit", True, True),
    (HTTPConnectionError, "connection", True, True),
    (UnexpectedResponseError, "unexpected_response", True, True),
    (TimeoutError, "timeout", False, True),
    (SubmissionUnknownError, "submission_unknown", False, True),
    (GenerationFailedError, "generation_failed", False, True),
    (DownloadError, "download", False, False),
    (JournalError, "journal", False, False),
    (FallbackExhaustedError, "fallback_exhausted", False, False),
]
EXTRAS: dict[type[TarashException], dict[str, object]] = {
    BudgetExceededError: {"estimated_cost_usd": 3.2, "limit_usd": 1.0, "left_usd": 0.5},
    ContentModerationError: {"stage": "output"},
    TimeoutError: {"timeout_seconds": 600.0},
    FallbackExhaustedError: {"errors": (ValidationError("inner"),)},
}


def _tree(kind: type[TarashException]) -> Iterator[type[TarashException]]:
    """Yield a class of the core and every class of the core below it."""
    if kind.__module__ == exceptions.__name__:
        yield kind
        for narrower in kind.__subclasses__():
            yield from _tree(narrower)


KINDS = list(_tree(TarashException))


def _filled(kind: type[TarashException]) -> TarashException:
    """Return an exception of which no attribute has its default."""
    make: Callable[..., TarashException] = kind
    error = make(
        "the message",
        "fal",
        "m/1",
        "r-1",
        {"detail": [SECRET]},
        status_code=418,
        is_retryable=not kind.default_retryable,
        allows_fallback=not kind.default_fallback,
        job=JOB,
        submitted="yes",
        billed="no",
        **({"retry_after": 2.5} if issubclass(kind, HTTPError) else EXTRAS.get(kind, {})),
    )
    error.execution_metadata = METADATA
    return error


def test_the_table_has_the_whole_tree() -> None:
    assert {row[0] for row in TREE} == set(KINDS)
    assert len(TREE) == len(KINDS)
    assert {kind.__name__ for kind in KINDS} <= set(exceptions.__all__)


@pytest.mark.parametrize(("kind", "code", "retryable", "falls_back"), TREE, ids=[row[1] for row in TREE])
def test_its_code_and_its_consequences(
    kind: type[TarashException], code: str, *, retryable: bool, falls_back: bool
) -> None:
    error = kind("m")
    assert (error.code, error.is_retryable, error.allows_fallback) == (code, retryable, falls_back)
    assert error.fallback_reason == code
    assert error.submitted == ("unknown" if kind is SubmissionUnknownError else "no")
    assert error.billed == ("no" if kind is BudgetExceededError else "unknown")
    assert (error.job, error.attempts, str(error)) == (None, (), "m")


@pytest.mark.parametrize("kind", KINDS)
def test_who_raises_it_may_know_better_than_its_class(kind: type[TarashException]) -> None:
    error = kind(
        "m", is_retryable=not kind.default_retryable, allows_fallback=not kind.default_fallback, billed="no"
    )
    assert error.is_retryable is not kind.default_retryable
    assert error.allows_fallback is not kind.default_fallback
    assert error.billed == "no"


@pytest.mark.parametrize("kind", KINDS)
def test_what_every_handler_reads_is_given_by_position_in_the_same_order(kind: type[TarashException]) -> None:
    error = kind("m", "fal", "m/1", "r-1", {"detail": "x"})
    found = (error.message, error.provider, error.model, error.request_id, error.raw_response)
    assert found == ("m", "fal", "m/1", "r-1", {"detail": "x"})
    assert str(error) == "fal/m/1: m (request r-1)"


def test_the_sixth_position_is_what_the_class_is_about() -> None:
    assert HTTPError("m", None, None, None, None, 503).status_code == 503
    assert RateLimitError("m", None, None, None, None, 429).status_code == 429
    assert TimeoutError("m", None, None, None, None, 600.0).timeout_seconds == 600.0


COPIES: dict[str, Callable[[TarashException], TarashException]] = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301 - written one call earlier
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "own_copy": own_copy,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", COPIES)
def test_a_message_that_is_changed_later_is_the_only_one(kind: type[TarashException], how: str) -> None:
    error = _filled(kind)
    error.message = f"fallback 1: {error.message}"
    for one in (error, COPIES[how](error)):
        assert (one.message, one.args) == ("fallback 1: the message", ("fallback 1: the message",))
        assert str(one) == "fal/m/1: fallback 1: the message (request r-1)"
        assert repr(one) == f"{kind.__name__}('fallback 1: the message')"
    error.args = ("from outside",)
    assert (error.message, str(error)) == ("from outside", "fal/m/1: from outside (request r-1)")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["pickle", "copy", "deepcopy"])
def test_it_survives_a_copy_whole(kind: type[TarashException], how: str) -> None:
    error = _filled(kind)
    other = COPIES[how](error)
    assert type(other) is kind
    assert (str(other), repr(other), other.args) == (str(error), repr(error), ("the message",))
    assert other.attempts == (ENTRY,)
    assert vars(other).keys() == vars(error).keys()
    for name in vars(error).keys() - {"errors"}:
        assert getattr(other, name) == getattr(error, name)
    assert [str(inner) for inner in getattr(other, "errors", ())] == [
        str(inner) for inner in getattr(error, "errors", ())
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_copies_above_have_every_argument_the_class_takes(kind: type[TarashException]) -> None:
    # the message is the first of `args`
    taken = set(inspect.signature(kind.__init__).parameters) - {"self", "more", "message"}
    assert taken <= vars(_filled(kind)).keys()


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_prints_shows_neither_the_answer_nor_the_job(kind: type[TarashException]) -> None:
    error = _filled(kind)
    assert "the message" in str(error)
    assert SECRET not in str(error) + repr(error)


def test_everything_is_caught_by_its_root_and_a_mistake_by_the_builtin_too() -> None:
    assert all(issubclass(kind, TarashException) for kind in KINDS)
    assert issubclass(ValidationError, ValueError)
    assert not issubclass(TarashException, ValueError)


def test_a_handler_of_the_builtin_timeout_catches_ours() -> None:
    with pytest.raises(builtins.TimeoutError) as caught:
        raise TimeoutError("not finished within 600 s", "fal", timeout_seconds=600.0)
    assert str(caught.value) == "fal: not finished within 600 s"
    assert (caught.value.errno, caught.value.args) == (None, ("not finished within 600 s",))


def test_a_plugin_may_derive_its_own_class() -> None:
    class QueueFullError(RateLimitError):
        code = "queue_full"

    error = QueueFullError("the queue is full", status_code=400)
    assert (error.is_retryable, error.allows_fallback) == (True, True)
    assert error.fallback_reason == "queue_full"


WRAPPED = FallbackExhaustedError("m", errors=(AuthenticationError("m"), RateLimitError("m")))


@pytest.mark.parametrize(
    ("error", "worth_it"),
    [
        pytest.param(HTTPError("m", status_code=429), True, id="429"),
        pytest.param(HTTPError("m", status_code=503), True, id="503"),
        pytest.param(HTTPError("m", status_code=401), False, id="401"),
        pytest.param(HTTPError("m"), False, id="no status"),
        pytest.param(RateLimitError("m"), True, id="rate limit"),
        pytest.param(HTTPConnectionError("m"), True, id="connection"),
        pytest.param(UnexpectedResponseError("m"), True, id="unreadable"),
        pytest.param(TimeoutError("m"), True, id="timeout"),
        pytest.param(TimeoutError("m", job=JOB), False, id="the job goes on"),
        pytest.param(GenerationFailedError("m"), True, id="failed"),
        pytest.param(HTTPError("m", status_code=502, submitted="unknown"), False, id="perhaps submitted"),
        pytest.param(SubmissionUnknownError("m"), False, id="submission unknown"),
        pytest.param(ValidationError("m"), False, id="validation"),
        pytest.param(ContentModerationError("m"), False, id="moderation"),
        pytest.param(QuotaExceededError("m"), False, id="credit"),
        pytest.param(PluginError("m"), False, id="plugin"),
        pytest.param(DownloadError("m"), False, id="download"),
        pytest.param(WRAPPED, True, id="one of a chain"),
        pytest.param(
            FallbackExhaustedError("m", errors=(ValidationError("m"),)), False, id="none of a chain"
        ),
        pytest.param(
            FallbackExhaustedError("m", errors=(RateLimitError("m"), SubmissionUnknownError("m"))),
            False,
            id="one of a chain perhaps submitted",
        ),
        pytest.param(builtins.TimeoutError("m"), False, id="somebody else's timeout"),
        pytest.param(KeyboardInterrupt(), False, id="interrupt"),
    ],
)
def test_whether_generating_again_may_help(error: BaseException, *, worth_it: bool) -> None:
    assert is_retryable_error(error) is worth_it


def test_the_job_on_an_exception_is_the_saved_job_itself_or_its_json() -> None:
    class StoredJob:
        generation_id, state = JOB.generation_id, JOB.state
        provider, model, request_id = "fal", "m", None

        def to_json(self) -> str:
            return JOB.to_json()

    assert Job.of(JOB) is JOB
    error = TimeoutError("m", job=StoredJob())
    assert error.job is not None
    assert Job.of(error.job) == JOB


def test_importing_the_exceptions_loads_no_other_part_of_the_core() -> None:
    program = "import tarash.tarash_gateway.exceptions, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    package = "tarash.tarash_gateway"
    loaded = {name for name in done.stdout.split() if name.startswith("tarash")}
    assert loaded == {
        "tarash",
        package,
        f"{package}.error_details",
        f"{package}.exceptions",
        f"{package}.model_warnings",
        f"{package}.phrases",
        f"{package}.statuses",
    }
