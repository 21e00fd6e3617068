"""Judges the result of a generation by its outputs, and remembers across crashes which were rejected."""

from __future__ import annotations

from .bad_media import MediaPolicy, Rejection
from .results import RowResult

_FINAL = frozenset({"completed", "bad_media", "failed"})
"""States after which a row that is tried again begins anew."""


def rejections_of(earlier: RowResult | None) -> tuple[Rejection, ...]:
    """Return the outputs of a row that were rejected since it began, oldest first."""
    return () if earlier is None or earlier.state in _FINAL else earlier.rejections


def first_link(earlier: RowResult | None) -> int:
    """Return which model of the chain generates a row next, counted from 0."""
    rejections = rejections_of(earlier)
    return rejections[-1].next_link if rejections else 0


def judged(
    result: RowResult, earlier: RowResult | None, policy: MediaPolicy, *, link: int, chain_length: int
) -> RowResult:
    """Return the result with its state after the checks; "rejected" if the row is to be generated again.

    Args:
        result: the result of a generation.
        earlier: what was known of the row before.
        policy: what to do with outputs that fail their checks.
        link: position of the model that made the outputs, counted from 0.
        chain_length: number of models in the chain.
    """
    rejections = rejections_of(earlier)
    problems = tuple(problem for file in result.files for problem in file.problems)
    if not problems:
        return _after_rejections(result.model_copy(update={"rejections": rejections}), earlier)
    next_link = policy.next_link(link, chain_length, rejections)
    changes: dict[str, object] = {"error_code": "bad_media", "error_message": "; ".join(problems)}
    if next_link is None:
        return result.model_copy(update={**changes, "state": "bad_media", "rejections": rejections})
    rejection = Rejection(
        provider=result.provider or "",
        model=result.model or "",
        request_id=result.request_id,
        generation_id=result.generation_id,
        link=link,
        next_link=next_link,
        problems=problems,
    )
    return result.model_copy(update={**changes, "state": "rejected", "rejections": (*rejections, rejection)})


def _after_rejections(result: RowResult, earlier: RowResult | None) -> RowResult:
    """Return the result of a row that could not be generated again: what was rejected is still there."""
    if earlier is None or not result.rejections or result.state not in {"failed", "over_budget"}:
        return result
    why = "; ".join(result.rejections[-1].problems)
    changes: dict[str, object] = {
        "files": earlier.files,
        "error_message": f"{why}; it could not be generated again: {result.error_message}",
    }
    if result.state == "failed":
        changes |= {"state": "bad_media", "error_code": "bad_media"}
    return result.model_copy(update=changes)


__all__ = ["first_link", "judged", "rejections_of"]
