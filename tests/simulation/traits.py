"""Owns what a simulated provider can do: the traits by which its plugin and its server differ from those of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeAlias

Cancelling: TypeAlias = Literal["none", "cancels", "deletes", "refuses"]
Answering: TypeAlias = Literal["job", "at_once", "with_key"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What one provider offers.

    Attributes:
        cancelling: whether it cancels; "deletes" also deletes a job that has finished, "refuses" answers every cancel with 403.
        answering: "job" gives a URL, "at_once" answers the submission with the result, "with_key" wants the key for the download.
        finds: whether a lost submission can be looked up.
        streams: whether it has a status stream.
        only_announces: whether its stream says only that a job has ended: neither how it stood before, nor the result or the reason.
        is_idempotent: whether a repeated submission with the same key creates no second job.
        uploads: whether an input is uploaded before the submission.
        result_apart: whether the result is fetched by a request of its own.
        renames: whether each status carries a new reference.
        signs: whether each call is signed with a one-use token.
    """

    cancelling: Cancelling = "cancels"
    answering: Answering = "job"
    finds: bool = False
    streams: bool = False
    only_announces: bool = False
    is_idempotent: bool = False
    uploads: bool = False
    result_apart: bool = False
    renames: bool = False
    signs: bool = False


def _draw(draw: Random, draw_later: Random) -> Traits:
    """One provider at random; most are plain. `draw_later` draws what came later, so that each seed keeps its schedule."""
    chance = draw.random
    answering: Answering = "job"
    kind = chance()
    if kind > 0.9:
        answering = "at_once"
    elif kind > 0.87:
        answering = "with_key"
    return Traits(
        cancelling=draw.choices(("none", "cancels", "deletes", "refuses"), (2, 5, 2, 1))[0],
        answering=answering,
        finds=answering != "at_once" and chance() < 0.35,
        streams=answering != "at_once" and chance() < 0.15,
        is_idempotent=chance() < 0.2,
        uploads=chance() < 0.15,
        result_apart=answering == "job" and chance() < 0.4,
        renames=chance() < 0.1,
        signs=chance() < 0.1,
        only_announces=draw_later.random() < 0.5,
    )


KINDS = 64
_draw_kinds, _draw_later = Random(29), Random(31)
PROVIDER_KINDS: Mapping[str, Traits] = {
    f"kind-{number}": _draw(_draw_kinds, _draw_later) for number in range(KINDS)
}
"""The simulated providers by id: few enough for each process to load them all, and all that an engine may meet in pairs."""
