"""What is known of an attempt's job and money: one value, changed only through its named transitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..models.metadata import Cancelled, YesNoUnknown

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
    """A transition that cannot follow on what is known: a bug of the engine."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an attempt stands.

    Attributes:
        submitted: whether a job exists at the provider.
        billed: whether the provider charges for it, as far as is known.
        cancelled: whether a job that was given up was cancelled; None if there was no need.
        cost_usd: cost in US dollars, as the provider says; None is unknown, never free.
        estimated_cost_usd: cost by the model table's prices; None where they do not say.
    """

    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Cancelled | None = None
    cost_usd: float | None = None
    estimated_cost_usd: float | None = None

    def sent(self) -> Standing:
        """Return the standing while a call that may create a job is under way: whatever stops it now, nobody knows."""
        self._refuse_after_acceptance("sent")
        return self._now("unknown", "unknown")

    def accepted(self) -> Standing:
        """Return the standing once the plugin read a `Submission`, which a mere 2xx is not."""
        return self._now("yes", "unknown")

    def refused(self) -> Standing:
        """Return the standing once it is certain that the call created nothing."""
        self._refuse_after_acceptance("refused")
        return self._now("no", "no")

    def lost(self) -> Standing:
        """Return the standing when the answer to the submission cannot be had."""
        self._refuse_after_acceptance("lost")
        return self._now("unknown", "unknown")

    def found(self) -> Standing:
        """Return the standing once a look-up found the job of a lost submission."""
        self._refuse_unless_lost("found")
        return self._now("yes", "unknown")

    def not_found(self) -> Standing:
        """Return the standing once the provider is certain that there is no such job."""
        self._refuse_unless_lost("not_found")
        return self._now("no", "no")

    def after_cancel(self, said: Cancellation | None) -> Standing:
        """Return the standing after a cancel.

        Args:
            said: what the provider answered; None where it offers no cancel.
        """
        if self.submitted == "no":
            raise ImpossibleTransitionError("a job that does not exist cannot be cancelled")
        if said is None:
            return replace(self, cancelled="no")
        billed = self.billed if said.billed == "unknown" else said.billed
        return replace(self, cancelled=_CANCELLED[said.outcome], billed=billed)

    def cancel_unconfirmed(self) -> Standing:
        """Return the standing when the cancel itself got no answer."""
        return replace(self, cancelled="unconfirmed")

    def charged(self, usd: float | None) -> Standing:
        """Return the standing of a job that is charged; a cost of 0 says that it is not.

        Args:
            usd: what the provider says it cost; None where it does not say.
        """
        if self.submitted == "no":
            raise ImpossibleTransitionError("a job that does not exist cannot be charged")
        cost = self.cost_usd if usd is None else usd
        return replace(self, billed="no" if cost == 0.0 else "yes", cost_usd=cost)

    def after_failure(self, error: TarashException) -> Standing:
        """Return the standing after a failure of which the provider says whether it is billed."""
        if error.billed == "unknown" or self.cost_usd is not None:
            return self
        return replace(self, billed=error.billed)

    def tell(self, error: TarashException) -> None:
        """Write into an exception what is known of the job and the money."""
        error.submitted, error.billed = self.submitted, self.billed

    def _now(self, submitted: YesNoUnknown, billed: YesNoUnknown) -> Standing:
        return Standing(submitted, billed, self.cancelled, self.cost_usd, self.estimated_cost_usd)

    def _refuse_after_acceptance(self, transition: str) -> None:
        if self.submitted == "yes":
            raise ImpossibleTransitionError(f"{transition}() after the submission was accepted")

    def _refuse_unless_lost(self, transition: str) -> None:
        if self.submitted != "unknown":
            raise ImpossibleTransitionError(f"{transition}() although the submission is not lost")
