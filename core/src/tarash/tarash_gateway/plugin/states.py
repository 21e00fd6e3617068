"""What status words mean: every spelling in use, for the words that a provider's own documentation does not define."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..models.update import GenerationState

_WORDS: Mapping[GenerationState, str] = {
    "queued": "queued queueing queue in_queue enqueued pending waiting submitted created accepted scheduled starting preparing "
    "throttled not_started initialized",
    "processing": "processing running in_progress progress started active working executing generating rendering dreaming",
    "completed": "completed complete succeeded succeed success successful done finished finish ok ready",
    "failed": "failed fail failure error errored expired rejected incomplete timeout timed_out blocked flagged moderated "
    "content_moderated",
    "cancelled": "cancelled canceled cancel aborted abort stopped terminated revoked",
}
SHARED_STATES: Mapping[str, GenerationState] = MappingProxyType(
    {word: state for state, words in _WORDS.items() for word in words.split()}
)
"""Status word in lower case, `_` between its parts → state."""

_BETWEEN = re.compile(r"[\s-]+|(?<=[a-z])(?=[A-Z])")


def state_of_word(word: str | None, own: Mapping[str, GenerationState] | None = None) -> GenerationState:
    """Return the state that a status word stands for, in any case and spelling; an unknown one is "processing": it loses no job.

    Args:
        word: as the provider writes it.
        own: the provider's own words, which count before the shared ones.
    """
    if not word:
        return "processing"
    if own is not None and word in own:
        return own[word]
    plain = _BETWEEN.sub("_", word.strip()).lower()
    known = {name.lower(): state for name, state in (own or {}).items()}
    return known.get(plain) or known.get(word.strip().lower()) or SHARED_STATES.get(plain, "processing")
