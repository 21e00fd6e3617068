"""Conformance checks for errors: each has the class that says what to do, names its provider and model, and hides secrets."""

from __future__ import annotations

import logging

import pytest

from ....exceptions import (
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ....plugin.call import Secret
from ....plugin.settings import read_settings
from ....steps import HttpCall
from ..cases import ErrorCase
from ..context import CheckContext, in_every_mode
from ..explaining import explain_failures
from ..wire import shape_in

RETRIED_KINDS = ("rate_limit", "server_error")
SECONDS_OF_RETRIES, SECONDS = 0.6, 4.0


@explain_failures
class ErrorChecks:
    """What users suffer if an error says the wrong thing, or too much."""

    @in_every_mode
    def test_every_error_row_has_its_exception(self, context: CheckContext) -> None:
        """Users act on the class of an error: a fallback for an outage, a new key, another prompt. The wrong class misleads them.

        To fix: let `tarash_error` return the class of the case; for errors without a code of their own, call `default_error`.
        """
        assert context.cases.errors, "the simulator's cases have no errors"
        for case in context.cases.errors:
            error = self._raised(context, case)
            assert type(error) is case.raises, (
                f"{case.name}: {type(error).__name__} instead of {case.raises.__name__}: {error}"
            )
            assert error.provider == context.plugin, f"{case.name}: the error does not say which provider"
            assert error.model == context.model(), f"{case.name}: the error does not say which model"
            if case.retry_after is not None:
                assert isinstance(error, RateLimitError), (
                    f"{case.name}: {type(error).__name__} has no retry_after"
                )
                assert error.retry_after == case.retry_after, (
                    f"{case.name}: retry_after is {error.retry_after}"
                )

    def _raised(self, context: CheckContext, case: ErrorCase) -> TarashException:
        # what is retried until the deadline needs a short one; on a busy machine, it may pass before the first answer
        seconds = SECONDS_OF_RETRIES if case.kind in RETRIED_KINDS else SECONDS
        error = self._raised_within(context, case, seconds)
        is_late = isinstance(error, TimeoutError | SubmissionUnknownError)
        return self._raised_within(context, case, SECONDS) if is_late else error

    def _raised_within(self, context: CheckContext, case: ErrorCase, seconds: float) -> TarashException:
        context.simulator.clear_faults()
        context.simulator.inject(context.cases.submit_route, case.fault, times=None)
        with pytest.raises(TarashException) as caught:
            context.generate(context.config(timeout=seconds))
        return caught.value

    def test_the_standard_kinds_of_error_are_covered(self, context: CheckContext) -> None:
        """An error that no case covers has never been considered, and surprises users in production.

        To fix: add an `ErrorCase` of the kind to `cases.errors`, with the body that the provider really sends.
        """
        wanted = {"bad_request", "authentication", "rate_limit", "server_error"}
        missing = wanted - {case.kind for case in context.cases.errors}
        assert not missing, f"the cases have no {', '.join(sorted(missing))}"

    def test_every_failed_job_has_its_exception(self, context: CheckContext) -> None:
        """A job that fails after it was accepted must say why, or nobody knows whether to change the prompt or to try again.

        To fix: return `JobStatus(state="failed", error=…)` with the class that the case names.
        """
        context.polls_are_possible()
        for case in context.cases.failures:
            context.simulator.fail_next(case.failure)
            with pytest.raises(TarashException) as caught:
                context.generate()
            error = caught.value
            assert type(error) is case.raises, (
                f"{case.failure}: {type(error).__name__} instead of {case.raises.__name__}: {error}"
            )
            entry = error.attempts[0]
            assert entry.submitted == "yes", (
                f"{case.failure}: the ledger does not say that the job was submitted"
            )
            assert error.request_id, (
                f"{case.failure}: the error has no request id to give to the provider's support"
            )

    def test_no_secret_shows(self, context: CheckContext, caplog: pytest.LogCaptureFixture) -> None:
        """Users paste errors and logs into tickets, where anyone can read the key, and spend their money.

        To fix: put neither the key nor anything derived from it, such as its Base64, into messages, `raw_response`, job references
        or log records; name what you derive in `HttpCall.secrets`.
        """
        secrets = (*context.secrets, *secret_settings(context))
        texts: list[str] = []
        with caplog.at_level(logging.DEBUG), context.wire.recording() as wire:
            for case in context.cases.errors:
                context.simulator.clear_faults()
                context.simulator.inject(context.cases.submit_route, case.fault, times=None)
                with pytest.raises(TarashException) as caught:
                    context.generate(context.config(timeout=0.2))
                texts += [
                    str(caught.value),
                    repr(caught.value),
                    repr(caught.value.raw_response),
                    repr(caught.value.__dict__),
                ]
            context.simulator.clear_faults()
            config = context.config()
            job = context.submit()
            texts += [
                repr(config),
                str(config),
                repr(context.call()),
                repr(job),
                repr(job.reference),
                repr(job.configs),
            ]
        texts += [
            f"{record.getMessage()} {record.__dict__}"
            for record in caplog.records
            # the simulator's own server logs what it receives
            if not record.name.startswith("aiohttp")
        ]
        for text in texts:
            shape = shape_in(text, secrets)
            assert shape is None, f"a secret shows as {shape!r} in: {text[:300]}"
        for call in wire.calls:
            _require_known_key(context, call, secrets)


def _require_known_key(context: CheckContext, call: HttpCall, secrets: tuple[str, ...]) -> None:
    """Require that what stands in the place of the key is hidden, wherever it shows."""
    header = context.provider.info.auth.header
    sent = call.headers.get(header, "")
    assert not sent or shape_in(sent, (*secrets, *call.secrets)) is not None, (
        f"{call.method} {call.url.partition('?')[0]} is sent another {header} than the key, which no error hides; "
        "name it in HttpCall.secrets"
    )


def secret_settings(context: CheckContext) -> tuple[str, ...]:
    """Return the values of the settings that the plugin declares as secret."""
    settings = read_settings(context.provider.info, context.cases.provider_config)
    names = context.cases.provider_config.keys() - context.provider.info.key_parts.keys()
    values = (getattr(settings, name, None) for name in names)
    return tuple(value.reveal() for value in values if isinstance(value, Secret))
