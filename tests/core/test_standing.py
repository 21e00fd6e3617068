"""What is known of a job and its money changes by named transitions only, and an impossible one is a bug that raises."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tarash.tarash_gateway import ContentModerationError, GenerationFailedError
from tarash.tarash_gateway.engine.standing import ImpossibleTransitionError, Standing
from tarash.tarash_gateway.models.metadata import Cancelled, YesNoUnknown
from tarash.tarash_gateway.plugin import Cancellation

NEW = Standing()
SENT = NEW.sent()
ACCEPTED = SENT.accepted()


def _facts(standing: Standing) -> tuple[YesNoUnknown, YesNoUnknown, Cancelled | None, float | None]:
    return standing.submitted, standing.billed, standing.cancelled, standing.cost_usd


@pytest.mark.parametrize(
    ("standing", "facts"),
    [
        pytest.param(NEW, ("no", "no", None, None), id="new"),
        pytest.param(SENT, ("unknown", "unknown", None, None), id="sent"),
        pytest.param(SENT.refused(), ("no", "no", None, None), id="refused"),
        pytest.param(SENT.lost(), ("unknown", "unknown", None, None), id="lost"),
        pytest.param(SENT.lost().found(), ("yes", "unknown", None, None), id="found"),
        pytest.param(SENT.lost().not_found(), ("no", "no", None, None), id="not-found"),
        pytest.param(ACCEPTED, ("yes", "unknown", None, None), id="accepted"),
        pytest.param(ACCEPTED.charged(0.4), ("yes", "yes", None, 0.4), id="charged"),
        pytest.param(ACCEPTED.charged(None), ("yes", "yes", None, None), id="charged-unknown"),
        pytest.param(ACCEPTED.charged(0.0), ("yes", "no", None, 0.0), id="free"),
        pytest.param(ACCEPTED.charged(0.0).charged(None), ("yes", "no", None, 0.0), id="stays-free"),
        pytest.param(ACCEPTED.cancel_unconfirmed(), ("yes", "unknown", "unconfirmed", None), id="no-answer"),
        pytest.param(ACCEPTED.after_cancel(None), ("yes", "unknown", "no", None), id="no-cancel-offered"),
    ],
)
def test_transitions_say_what_is_known(
    standing: Standing, facts: tuple[YesNoUnknown, YesNoUnknown, Cancelled | None, float | None]
) -> None:
    assert _facts(standing) == facts


@pytest.mark.parametrize(
    ("said", "cancelled", "billed"),
    [
        (Cancellation(outcome="accepted", billed="no"), "yes", "no"),
        (Cancellation(outcome="accepted"), "yes", "unknown"),
        (Cancellation(outcome="finished"), "no", "unknown"),
        (Cancellation(outcome="refused", billed="yes"), "no", "yes"),
        (Cancellation(outcome="unknown"), "unconfirmed", "unknown"),
    ],
)
def test_a_cancel_says_what_is_cancelled_and_billed(
    said: Cancellation, cancelled: Cancelled, billed: YesNoUnknown
) -> None:
    after = ACCEPTED.after_cancel(said)
    assert (after.cancelled, after.billed) == (cancelled, billed)


IMPOSSIBLE: dict[str, Callable[[], Standing]] = {
    "refused-after-accepted": ACCEPTED.refused,
    "sent-after-accepted": ACCEPTED.sent,
    "lost-after-accepted": ACCEPTED.lost,
    "found-without-loss": NEW.found,
    "not-found-after-accepted": ACCEPTED.not_found,
    "charged-without-job": lambda: NEW.charged(1.0),
    "cancelled-without-job": lambda: NEW.after_cancel(None),
}


@pytest.mark.parametrize("transition", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_an_impossible_transition_raises(transition: Callable[[], Standing]) -> None:
    with pytest.raises(ImpossibleTransitionError):
        transition()


def test_a_failure_tells_what_is_billed_unless_the_cost_is_known() -> None:
    blocked = ContentModerationError("withheld", billed="yes")
    assert ACCEPTED.after_failure(blocked).billed == "yes"
    assert ACCEPTED.after_failure(GenerationFailedError("fell over")).billed == "unknown"
    assert ACCEPTED.charged(0.0).after_failure(blocked).billed == "no"


def test_an_exception_is_given_what_is_known() -> None:
    error = GenerationFailedError("fell over")
    ACCEPTED.charged(0.2).annotate(error)
    assert (error.submitted, error.billed) == ("yes", "yes")


def test_the_estimate_outlives_every_transition() -> None:
    standing = Standing(estimated_cost_usd=3.2)
    assert standing.sent().accepted().charged(3.0).cancel_unconfirmed().estimated_cost_usd == 3.2
