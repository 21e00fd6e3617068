"""Reads the error in the body of an answer, whichever members contain it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import wire

_ERROR_MEMBERS = ("error", "errors", "issues")
_PLACES = ("error", "errors", "issues", "detail", "base_resp")
_WORDS = (
    "message",
    "msg",
    "detail",
    "error",
    "title",
    "description",
    "reason",
    "status_msg",
    "error_message",
)
_NUMBERS = ("code", "status_code", "statusCode", "status")
_NAMES = ("code", "type", "status", "error_type", "name")
_FAILED = frozenset({"error", "fail", "failed", "failure", "rejected"})

# the HTTP status that corresponds to the words of an error without a number; the first match counts
_STATUSES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(words, re.IGNORECASE), status)
    for words, status in (
        (r"quota|credit|billing|balance|payment|arrears", 402),
        (r"rate.?limit|too.?many|resource.?exhausted|throttl", 429),
        (r"unauthenticated|authenticat|unauthori[sz]ed|permission|forbidden|api.?key", 401),
        (r"not.?found|no.such.model", 404),
        (r"time.?out|timed.out|internal|unavailable|overload|upstream|gateway|server.?error", 503),
        (r"invalid|validation|bad.?request", 400),
    )
)
_MODERATED = re.compile(
    r"moderat|nsfw|flagged|blacklisted|risk control|content.?(?:policy|policies|filter|security|violation)"
    r"|policy.?violation|safety.?(?:system|filter|check|polic|guideline|violation)",
    re.IGNORECASE,
)
_SUCCESS = re.compile(r"\W*(?:ok|succe\w*|accepted|created|queued|submitted|done)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error that the body of an answer reports.

    Attributes:
        number: its code, if that is a number other than 0, or None.
        name: its code, if that is a word, or "".
        words: its message for people, or "".
        is_clear: whether the body certainly reports an error, rather than only containing a message.
    """

    number: int | None
    name: str
    words: str
    is_clear: bool

    @property
    def is_moderation(self) -> bool:
        """Whether the content was refused."""
        return mentions_moderation(self.name) or mentions_moderation(self.words)

    @property
    def status(self) -> int | None:
        """The HTTP status that corresponds to the error, or None."""
        if self.number is not None and 400 <= self.number < 600:
            return self.number
        return _status_of(self.name) or _status_of(self.words)


def mentions_moderation(words: str) -> bool:
    """Return whether the code or the words of a failure mean that the content was refused."""
    return _MODERATED.search(words) is not None


def read_error_body(body: object) -> ErrorBody | None:
    """Return the error that a body reports; None if it reports none, or reports a success."""
    if not isinstance(body, Mapping):
        return None
    places = _places(body)
    words = _first_words(places)
    numbers = [wire.integer(place, name) for place in places for name in _NUMBERS]
    number = next((found for found in numbers if found and not 200 <= found < 300), None)
    names = (wire.text(place, name) for place in places if place is not body for name in _NAMES)
    name = next((text for text in names if text and not text.isdigit()), "")
    state = (wire.text(body, "status") or wire.text(body, "type") or "").lower()
    is_clear = (
        number is not None
        or any(wire.member(body, member) for member in _ERROR_MEMBERS)
        or state in _FAILED
        or wire.member(body, "success") is False
    )
    if not is_clear and (not words or _SUCCESS.match(words) is not None):
        return None
    return ErrorBody(number, name, words, is_clear or _status_of(words) is not None)


def error_words(body: object) -> str:
    """Return what an error body says to people, whichever member says it; empty if it says nothing, or is a web page.

    The findings of FastAPI, a list in `detail`, are joined; each names the member that it concerns.
    """
    if isinstance(body, str):
        text = body.strip()
        return "" if text.startswith("<") else text
    return _findings(body) or _first_words(_places(body))


def _places(body: object) -> list[object]:
    """Return where an error may stand, the innermost first, which is the most precise."""
    places = [body]
    for name in _PLACES:
        found = wire.member(body, name)
        places += [found, wire.member(found, 0)]
    return places[::-1]


def _first_words(places: list[object]) -> str:
    found = [text for place in places if (text := _words_of(place))]
    # one word, such as `rate_limit_exceeded`, is a code beside the sentence that explains it
    return next((text for text in found if " " in text), found[0] if found else "")


def _findings(body: object) -> str:
    return "; ".join(map(_finding, wire.items(body, "detail")))


def _finding(item: object) -> str:
    if isinstance(item, str):
        return item
    where = ".".join(str(part) for part in wire.items(item, "loc") if part != "body")
    message = wire.text(item, "msg") or wire.text(item, "type") or "invalid"
    return f"{where}: {message}" if where else message


def _words_of(value: object) -> str | None:
    """Return the words of one place: a string, or the member of an object with the message for people."""
    if isinstance(value, str):
        return value
    return next((text for name in _WORDS if (text := wire.text(value, name))), None)


def _status_of(words: str) -> int | None:
    return next((status for pattern, status in _STATUSES if pattern.search(words)), None)
