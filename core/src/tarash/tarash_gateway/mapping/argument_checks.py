"""Checks the arguments of a factory of field mappers where it is called: a wrong one must not surface later, with somebody's request."""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Final, ParamSpec, TypeAlias, TypeVar, get_args

from ..exceptions import ValidationError
from ..models.dimensions import Ratio
from ..models.request import ROLE_SPELLINGS, ImageRole
from ..models.wording import did_you_mean
from .nearness import FREE_RATIOS
from .row_checks import shown

P = ParamSpec("P")
R = TypeVar("R")

Problem: TypeAlias = type[TypeError] | type[ValueError] | None
"""What is wrong with a value: its type, its range, or nothing."""


_UNFIT: Final = (str, bytes, bytearray, set, frozenset)
"""Collections that are split into letters, or have no order."""


Check: TypeAlias = Callable[[str, str, object], None]
"""Takes the name of a factory, the name of an argument, and its value; raises a TypeError or a ValueError that says what to use."""


def checked(**checks: Check) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Check the arguments of a factory where it is called; a default is not checked.

    Args:
        checks: the check of each argument, in the order of the signature.
    """
    in_order = tuple(checks.items())

    def decorate(factory: Callable[P, R]) -> Callable[P, R]:
        owner = factory.__name__

        @functools.wraps(factory)
        def make(*args: P.args, **kwargs: P.kwargs) -> R:
            # what the signature does not have is refused by Python
            for (name, check), value in zip(in_order, args, strict=False):
                check(owner, name, value)
            for name, value in kwargs.items():
                if name in checks:
                    checks[name](owner, name, value)
            return factory(*args, **kwargs)

        return make

    return decorate


class One:
    """Checks a single value.

    Args:
        wanted: what to use instead of a wrong one.
        problem: returns what is wrong with a value.
        known: words to guess a misspelt one from.
    """

    def __init__(
        self, wanted: str, problem: Callable[[object], Problem], known: tuple[str, ...] = ()
    ) -> None:
        self.wanted = wanted
        self.problem = problem
        self._known = known

    def __call__(self, owner: str, name: str, value: object, /) -> None:
        error = self.problem(value)
        if error is not None:
            raise error(f"{owner} has {name}={shown(value)}; use {self.wanted}{self.hint(value)}")

    def hint(self, value: object) -> str:
        """Return the word that was probably meant, for messages."""
        return did_you_mean(value, self._known) if isinstance(value, str) else ""


class Many:
    """Checks a collection and its items; see `_UNFIT`.

    Args:
        items: the check of each item, or of each key of a mapping.
        wanted: what to use instead of something else.
        as_mapping: whether to take mappings only.
        at_least: the smallest number of items.
        or_none: whether None is allowed.
    """

    def __init__(
        self, items: One, wanted: str, *, as_mapping: bool = False, at_least: int = 0, or_none: bool = False
    ) -> None:
        self._items = items
        self._wanted = wanted
        self._as_mapping = as_mapping
        self._at_least = at_least
        self._or_none = or_none

    def __call__(self, owner: str, name: str, value: object, /) -> None:
        if value is None and self._or_none:
            return
        is_unfit = isinstance(value, _UNFIT) or (self._as_mapping and not isinstance(value, Mapping))
        if is_unfit or not isinstance(value, Collection):
            is_lone = isinstance(value, str) and not self._as_mapping
            hint = f"; did you mean ({shown(value)},)?" if is_lone else ""
            raise TypeError(f"{owner} has {name}={shown(value)}; use {self._wanted}{hint}")
        if len(value) < self._at_least:
            raise ValueError(f"{owner} has {name}={shown(value)}, which allows nothing; use {self._wanted}")
        problem = self._items.problem
        for item in value:
            error = problem(item)
            if error is not None:
                raise error(
                    f"{owner} has {shown(item)} in {name}; use {self._items.wanted}{self._items.hint(item)}"
                )


def number(at_least: float = -math.inf, *, most: float = sys.float_info.max, or_none: bool = False) -> One:
    """Return the check of a number within these bounds."""
    finite = "number" if most == math.inf else "finite number"
    return One(_amount(finite, at_least, or_none), _problem_of_number((int, float), at_least, most, or_none))


def whole(at_least: int = 1, *, or_none: bool = False) -> One:
    """Return the check of a whole number of at least this."""
    wanted = _amount("whole number", at_least, or_none)
    return One(wanted, _problem_of_number((int,), at_least, math.inf, or_none))


def _amount(noun: str, at_least: float, or_none: bool) -> str:
    least = "" if at_least == -math.inf else f" of at least {at_least:g}"
    return f"a {noun}{least}{' or None' if or_none else ''}"


def _problem_of_number(
    kinds: tuple[type[int | float], ...], least: float, most: float, or_none: bool
) -> Callable[[object], Problem]:
    def problem(value: object) -> Problem:
        if value is None and or_none:
            return None
        if not isinstance(value, kinds) or isinstance(value, bool):
            return TypeError
        return None if least <= value <= most else ValueError

    return problem


def text(wanted: str, fits: Callable[[str], object] = bool) -> One:
    """Return the check of a string that fits; an empty one does not unless `fits` takes it."""

    def problem(value: object) -> Problem:
        if not isinstance(value, str):
            return TypeError
        return None if fits(value) else ValueError

    return One(wanted, problem)


def one_of(*words: str, error: type[ValueError] = ValueError) -> One:
    """Return the check of a string that is one of these words."""

    def problem(value: object) -> Problem:
        if not isinstance(value, str):
            return TypeError
        return None if value in words else error

    return One(", ".join(repr(word) for word in words), problem, words)


def many(items: One, wanted: str = "", *, at_least: int = 0) -> Many:
    """Return the check of a tuple of such items."""
    return Many(items, f"a tuple of {wanted or items.wanted}", at_least=at_least)


def many_or_mapped(items: One, *, at_least: int = 0) -> Many:
    """Return the check of a tuple of such items, or of a mapping of them to payload values."""
    wanted = f"a tuple of {items.wanted}, or a mapping of them to payload values"
    return Many(items, wanted, at_least=at_least)


def mapped(keys: One, wanted: str, *, at_least: int = 0, or_none: bool = False) -> Many:
    """Return the check of a mapping with such keys."""
    return Many(keys, wanted, as_mapping=True, at_least=at_least, or_none=or_none)


@functools.cache
def _is_ratio(word: str) -> bool:
    return word in FREE_RATIOS or Ratio.parse(word) is not None


def _is_lower(word: str) -> bool:
    return bool(word) and word == word.lower()


def _is_media_type(word: str) -> bool:
    return _is_lower(word) and word.count("/") == 1 and "*" not in word


def _problem_of_choice(value: object) -> Problem:
    try:
        hash(value)
    except TypeError:
        return TypeError
    return None


def _problem_of_frame(value: object) -> Problem:
    if not isinstance(value, tuple) or len(value) != 2 or not all(isinstance(part, str) for part in value):
        return TypeError
    ratio, resolution = value
    return None if _is_ratio(ratio) and _is_lower(resolution) else ValueError


FLAG: Final = One("True or False", lambda value: None if isinstance(value, bool) else TypeError)
FIELD: Final = text("the name of a field of requests, such as 'prompt'")
NAMES: Final = many(text("names of parameters"))
CHOICES: Final = many_or_mapped(One("values such as 'high' or 4", _problem_of_choice))
WORDS: Final = many_or_mapped(text("words such as 'high'"))
LOWER_WORDS: Final = many_or_mapped(
    text("words in lower case, as requests have them, such as '720p' or '1k'", _is_lower)
)
RATIO: Final = text("ratios such as '16:9'", _is_ratio)
RATIOS: Final = many_or_mapped(RATIO)
SOME_RATIOS: Final = many_or_mapped(RATIO, at_least=1)
FRAMES: Final = mapped(
    One("pairs of aspect ratio and resolution, such as ('16:9', '720p')", _problem_of_frame),
    "a mapping of (aspect ratio, resolution) to payload values, such as {('16:9', '720p'): '1280:720'}",
    at_least=1,
)
CONTENT_TYPES: Final = many(text("media types such as 'image/png'", _is_media_type))

_ROLES: Final = (*get_args(ImageRole), *ROLE_SPELLINGS)
ROLE: Final = one_of(*_ROLES, error=ValidationError)
ROLES: Final = many(ROLE, f"roles: {ROLE.wanted}")
_SOME_ROLES: Final = many(ROLE, f"roles: {ROLE.wanted}", at_least=1)


def role_or_roles(owner: str, name: str, value: object, /) -> None:
    """Check a role, or a tuple of them."""
    (ROLE if isinstance(value, str) else _SOME_ROLES)(owner, name, value)
