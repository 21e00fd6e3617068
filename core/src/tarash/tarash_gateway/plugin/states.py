"""The meaning of status words in every common spelling, for words that a provider does not document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..models.update import GenerationState

_WORDS: Mapping[GenerationState, str] = {
    "queued": "queued queueing queue in_queue enqueued pending waiting submitted created accepted scheduled starting preparing "
    "suspended throttled not_started initialized",
    "processing": "processing running in_progress progress started active working executing generating rendering dreaming",
    "completed": "completed complete succeeded succeed success successful done finished finish ok ready",
    "failed": "failed fail failure error errored expired rejected incomplete timeout timed_out blocked flagged moderated "
    "content_moderated",
    "cancelled": "cancelled canceled cancel aborted abort stopped terminated revoked",
}
SHARED_STATES: Mapping[str, GenerationState] = MappingProxyType(
    {
        spelling: state
        for state, words in _WORDS.items()
        for word in words.split()
        for spelling in (word, word.upper())
    }
)
"""The states by status word, in lower and in upper case, with `_` between their parts."""

_BETWEEN = re.compile(r"[\s-]+|(?<=[a-z])(?=[A-Z])")


def state_of_word(word: str | None, own: Mapping[str, GenerationState] | None = None) -> GenerationState:
    """Return the state for a status word, in any case and spelling; "processing" if it is unknown, so that no job is lost.

    Args:
        word: the status word as the provider writes it.
        own: the provider's own words, which take precedence.
    """
    if not word:
        return "processing"
    # nearly every poll: nothing to take apart
    found = SHARED_STATES.get(word) if own is None else own.get(word)
    if found is not None:
        return found
    plain = _BETWEEN.sub("_", word.strip()).lower()
    known = {name.lower(): state for name, state in (own or {}).items()}
    return known.get(plain) or known.get(word.strip().lower()) or SHARED_STATES.get(plain, "processing")
