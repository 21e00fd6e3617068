"""Conformance checks for hooks: they read nothing but their arguments, open nothing, and never wait."""

from __future__ import annotations

import pytest

from ..context import CheckContext
from ..exercise import exercise
from ..explaining import explain_failures
from ..watch import Kind

LONGEST_SECONDS = 0.25
"""Longest time of a hook between two yields. An event loop serves nobody else meanwhile."""
REPETITIONS = 4
"""How often a slow stretch is measured again: a busy machine is slow now and then, a slow hook always."""


@explain_failures
class PurityChecks:
    """What users suffer if a hook is not a function of its arguments."""

    def test_hooks_read_no_clock(self, context: CheckContext) -> None:
        """A payload with the date in it differs between the plan, the submission and a retry, and no test can repeat it.

        To fix: take the time as a step, `now = yield from read_clock()`, or from the argument `at` of `tarash_sign`.
        """
        self._nothing(context, "clock", "reads the clock")

    def test_hooks_read_no_environment(self, context: CheckContext) -> None:
        """A key from an environment variable reaches a server that the configuration does not mean, and two accounts mix.

        To fix: read `call.credentials`, `call.settings` and `call.base_url`; declare variables in `ProviderInfo`.
        """
        self._nothing(context, "environment", "reads the environment")

    def test_hooks_do_no_io(self, context: CheckContext) -> None:
        """A request or a file that a hook opens itself blocks the event loop, and has no deadline, retry or redaction.

        To fix: `yield from send(call.request(...))`; for a library that you cannot avoid, `yield from run_blocking(function)`.
        """
        self._nothing(context, "io", "does I/O of its own")

    def test_hooks_draw_no_random_numbers(self, context: CheckContext) -> None:
        """A random identifier differs at the retry, so the provider cannot recognise a repeated submission: it is billed twice.

        To fix: use `call.idempotency_key`, or the steps `new_token()` and `read_random()`.
        """
        self._nothing(context, "random", "draws random numbers")

    def test_hooks_never_wait(self, context: CheckContext) -> None:
        """A hook that sleeps stops every other request of the user's event loop, and ignores deadline and cancellation.

        To fix: return, and let the core poll; `suggested_delay_seconds` says when. For a pause, `yield from sleep(seconds)`.
        """
        with context.watched() as watch:
            for _ in range(REPETITIONS):
                exercise(context)
                if watch.of("wait") or watch.longest()[2] < LONGEST_SECONDS:
                    break
        waits = watch.of("wait")
        assert not waits, f"a hook waits by itself: {waits[0]}"
        hook, number, seconds = watch.longest()
        assert seconds < LONGEST_SECONDS, (
            f"{hook} runs {seconds:.2f} s without a yield (stretch {number}); at most {LONGEST_SECONDS} s are allowed"
        )

    def _nothing(self, context: CheckContext, kind: Kind, does: str) -> None:
        with context.watched() as watch:
            exercise(context)
        found = watch.of(kind)
        if found:
            pytest.fail(f"a hook {does}: " + "; ".join(map(str, found[:5])))
