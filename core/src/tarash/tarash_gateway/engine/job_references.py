"""Checks the reference by which a plugin finds its job: it must survive being saved as JSON, and must find something."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from ..plugin.outcomes import Submission
from .foreign_errors import shown

_GREATEST_WHOLE = 2**63
LONGEST_TEXT = 64 * 1024 * 1024
"""Most characters of one text in a job's reference: a provider on this machine may keep its inputs in it, but not more."""
_DEEPEST_REFERENCE = 50


def wrong_reference(job: object) -> str | None:
    """Return what is wrong with a job's reference, as the rest of a sentence; None if nothing is."""
    if type(job) is not dict and not isinstance(job, Mapping):
        return f"returned {type(job).__name__} as the job's reference, not a mapping"
    wrong = _not_json(job, 0)
    return None if wrong is None else f"returned a reference of the job that JSON cannot hold: {wrong}"


def _not_json(value: object, depth: int) -> str | None:
    """Return what in a value is lost when a job is saved, or would make the job unreadable."""
    if depth > _DEEPEST_REFERENCE:
        return f"more than {_DEEPEST_REFERENCE} levels"
    # the commonest classes first: a check against an abstract class takes several times as long
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return f"a text of {len(value)} characters; at most {LONGEST_TEXT} are allowed"
        return None if value.isascii() or _is_unicode(value) else f"the text {shown(value)}"
    if value is None:
        return None
    if isinstance(value, int):
        return None if abs(value) <= _GREATEST_WHOLE else "a whole number beyond 64 bits"
    if isinstance(value, float):
        return None if math.isfinite(value) else repr(value)
    if type(value) is dict or isinstance(value, Mapping):
        odd = [name for name in value if not isinstance(name, str)]
        return f"the name {shown(odd[0])}" if odd else _first_not_json((*value, *value.values()), depth + 1)
    if isinstance(value, list | tuple):
        return _first_not_json(value, depth + 1)
    return f"a value of type {type(value).__name__}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        # half of a surrogate pair, as from an escape in JSON
        return False
    return True


def _first_not_json(values: Iterable[object], depth: int) -> str | None:
    for value in values:
        wrong = _not_json(value, depth)
        if wrong is not None:
            return wrong
    return None


def lacks_id(submission: Submission) -> bool:
    """Return whether the reference finds no job: the plugin read an id that was not in the answer."""
    texts = list(_leaves(submission.job))
    return not any(texts) or (submission.request_id == "" and "" in texts)


def _leaves(value: object) -> Iterator[str]:
    """Yield every value of a reference as text, at any depth; None is empty."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    else:
        yield "" if value is None else str(value).strip()


__all__ = ["lacks_id", "wrong_reference"]
