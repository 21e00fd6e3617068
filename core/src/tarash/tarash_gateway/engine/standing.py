"""The standing of an attempt: what is known of its job and money, changed only by named transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..models.metadata import Cancelled, YesNoUnknown
from ..models.money import sound_amount

if TYPE_CHECKING:
    from ..exceptions import TarashException
    from ..plugin.outcomes import Cancellation

_CANCELLED: dict[str, Cancelled] = {
    "accepted": "yes",
    "finished": "no",
    "refused": "no",
    "unknown": "unconfirmed",
}


class ImpossibleTransitionError(AssertionError):
    """A transition that contradicts the current standing: a bug in the engine."""


class Standing(NamedTuple):
    """What is known of one attempt's job and money; a tuple, since each transition makes it anew.

    Attributes:
        submitted: whether a job exists at the provider.
        billed: whether the provider charges for it.
        cancelled: whether the job was cancelled after it was given up; None if it was not given up.
        cost_usd: cost in US dollars, as the provider reports it; None is unknown, never free.
        estimated_cost_usd: cost in US dollars by the prices of the model table; None is unknown.
        is_lost: whether the answer to an earlier call is lost, so that a later refusal does not prove that there is no job.
    """

    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Cancelled | None = None
    cost_usd: float | None = None
    estimated_cost_usd: float | None = None
    is_lost: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether it is certain that no job is running: there is none, or its cancellation is confirmed."""
        return self.submitted == "no" or self.cancelled == "yes"

    def sent(self) -> Standing:
        """Return the standing while a call that may create a job is in flight; if it is interrupted, the outcome is unknown."""
        self._refuse_after_acceptance("sent")
        return self._now("unknown", "unknown")._replace(is_lost=self.is_lost)

    def accepted(self) -> Standing:
        """Return the standing once the plugin has read a `Submission`; a 2xx status alone is not enough."""
        return self._now("yes", "unknown")

    def refused(self) -> Standing:
        """Return the standing once it is certain that the call created no job; an earlier call that is lost may have created one."""
        self._refuse_after_acceptance("refused")
        return self if self.is_lost else self._now("no", "no")

    def lost(self) -> Standing:
        """Return the standing when the answer to the submission is lost."""
        self._refuse_after_acceptance("lost")
        return self._now("unknown", "unknown")._replace(is_lost=True)

    def found(self) -> Standing:
        """Return the standing once a look-up has found the job of a lost submission."""
        self._refuse_unless_lost("found")
        return self._now("yes", "unknown")

    def not_found(self) -> Standing:
        """Return the standing once the provider has confirmed that there is no such job."""
        self._refuse_unless_lost("not_found")
        return self._now("no", "no")

    def after_cancel(self, said: Cancellation | None, *, may_have_worked: bool = False) -> Standing:
        """Return the standing after a cancel.

        Args:
            said: the provider's answer; None if it cannot cancel.
            may_have_worked: whether the answer to an earlier try is lost: then a refusal of this one proves nothing.
        """
        if self.submitted == "no":
            raise ImpossibleTransitionError("a job that does not exist cannot be cancelled")
        if said is None:
            return self._replace(cancelled="no")
        billed = self.billed if said.billed == "unknown" else said.billed
        cancelled = _CANCELLED[said.outcome]
        if cancelled == "no" and may_have_worked:
            cancelled = "unconfirmed"
        return self._replace(cancelled=cancelled, billed=billed)

    def cancel_unconfirmed(self) -> Standing:
        """Return the standing after a cancel that failed or got no answer."""
        return self._replace(cancelled="unconfirmed")

    def charged(self, usd: float | None) -> Standing:
        """Return the standing of a charged job; a cost of 0 means that it is free.

        Args:
            usd: cost in US dollars that the provider reports; None if it reports none, and so if it cannot be an amount.
        """
        if self.submitted == "no":
            raise ImpossibleTransitionError("a job that does not exist cannot be charged")
        reported = sound_amount(usd)
        cost = self.cost_usd if reported is None else reported
        return self._replace(billed="no" if cost == 0.0 else "yes", cost_usd=cost)

    def after_failure(self, error: TarashException) -> Standing:
        """Return the standing after a failure; updated if the provider says whether failures are billed."""
        if error.billed == "unknown" or self.cost_usd is not None:
            return self
        return self._replace(billed=error.billed)

    def annotate(self, error: TarashException) -> None:
        """Copy `submitted` and `billed` to an exception."""
        error.submitted, error.billed = self.submitted, self.billed

    def _now(self, submitted: YesNoUnknown, billed: YesNoUnknown) -> Standing:
        return self._replace(submitted=submitted, billed=billed, is_lost=False)

    def _refuse_after_acceptance(self, transition: str) -> None:
        if self.submitted == "yes":
            raise ImpossibleTransitionError(f"{transition}() after the submission was accepted")

    def _refuse_unless_lost(self, transition: str) -> None:
        if self.submitted != "unknown":
            raise ImpossibleTransitionError(f"{transition}() although the submission is not lost")
