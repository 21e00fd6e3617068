"""Conformance checks for errors: each has the class that says what to do, names its provider and model, and hides secrets."""

from __future__ import annotations

import logging

import pytest

from ....exceptions import RateLimitError, TarashException
from ..context import CheckContext, in_every_mode


class ErrorChecks:
    """What users suffer if an error says the wrong thing, or too much."""

    @in_every_mode
    def test_every_error_row_has_its_exception(self, context: CheckContext) -> None:
        """Each kind of error has its class: bad request, key, credit, moderation, rate limit, unknown model, outage."""
        assert context.cases.errors, "the simulator's cases have no errors"
        for case in context.cases.errors:
            context.simulator.clear_faults()
            context.simulator.inject(context.cases.submit_route, case.fault, times=None)
            with pytest.raises(TarashException) as caught:
                context.generate(context.config(timeout=0.6))
            error = caught.value
            assert type(error) is case.raises, (
                f"{case.name}: {type(error).__name__} instead of {case.raises.__name__}: {error}"
            )
            assert error.provider == context.plugin, f"{case.name}: the error does not say which provider"
            assert error.model == context.model(), f"{case.name}: the error does not say which model"
            if case.retry_after is not None:
                assert isinstance(error, RateLimitError)
                assert error.retry_after == case.retry_after, (
                    f"{case.name}: retry_after is {error.retry_after}"
                )

    def test_the_standard_kinds_of_error_are_covered(self, context: CheckContext) -> None:
        """An error that no case covers has never been considered."""
        wanted = {"bad_request", "authentication", "rate_limit", "server_error"}
        missing = wanted - {case.kind for case in context.cases.errors}
        assert not missing, f"the cases have no {', '.join(sorted(missing))}"

    def test_every_failed_job_has_its_exception(self, context: CheckContext) -> None:
        """A job that fails after it was accepted says why."""
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
        """Users paste errors and logs into tickets."""
        key = context.simulator.api_key
        texts: list[str] = []
        with caplog.at_level(logging.DEBUG, logger="tarash"):
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
            if record.name.startswith("tarash")
        ]
        for text in texts:
            assert key not in text, f"the key shows in: {text[:300]}"
