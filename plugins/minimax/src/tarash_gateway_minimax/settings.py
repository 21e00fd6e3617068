"""The settings of MiniMax."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniMaxSettings:
    """The settings in `provider_config` for MiniMax.

    Attributes:
        adopt_lost_tasks: whether to take over the one recent task that fits after the answer to a submit was lost. MiniMax's list
            of tasks does not show whose they are, so turn it on only if no other program uses the account at the same time.
    """

    adopt_lost_tasks: bool = False
