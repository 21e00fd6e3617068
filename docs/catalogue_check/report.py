"""Writes what a comparison found as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from reference_generator.markdown import codes, table

from .comparison import Comparison, Difference
from .price_sources import EVERYWHERE, LOOKED_IN, LOOKED_ON, WHY_NONE

_NOTICE = "<!-- written by `make catalogue`: change the tables or the tool, not this page -->"
_INTRODUCTION = (
    "On {day}, `make catalogue` compared the model tables with the official clients and with LiteLLM's price map. Not every"
    " difference is a mistake of ours: a client may be older than the service, and a table leaves out what no request field"
    " stands for. `CONTRIBUTING.md` says what to do about each difference."
)
_MOST_NAMES = 100
"""Longer lists of names are counted by their beginnings."""
_MOST_FIELDS = 4
"""So many fields of a judgement are named."""


def report_page(comparisons: Mapping[str, Comparison], *, read_on: date) -> str:
    """Return the page.

    Args:
        comparisons: what was found, by provider.
        read_on: the day of the packages.
    """
    blocks = [
        _NOTICE,
        "# Catalogue check",
        _INTRODUCTION.format(day=read_on.isoformat()),
        _overview(comparisons),
        *(_section(name, comparison) for name, comparison in sorted(comparisons.items())),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _overview(comparisons: Mapping[str, Comparison]) -> str:
    headings = (
        "provider",
        "read",
        "both know",
        "only they",
        "only we",
        "required, not always sent",
        "unknown fields",
        "other values",
        "other prices",
        "unpriced",
        "other ends",
        "our rows with a price",
    )
    rows = [
        (
            f"[{name}](#{name.replace('_', '-')})",
            ", ".join(found.sources) or "nothing",
            *(
                _counted(part, known=bool(found.sources))
                for part in (
                    found.shared,
                    found.lacking,
                    found.ours_only,
                    found.never_sent,
                    found.unknown_fields,
                    found.values,
                    found.prices,
                    found.unpriced,
                    found.ends,
                )
            ),
            f"{found.rows - len(found.without_price)} of {found.rows}",
        )
        for name, found in sorted(comparisons.items())
    ]
    return table(headings, rows)


def _counted(part: Sequence[object] | int, *, known: bool) -> str:
    if not known:
        return "–"
    return str(part if isinstance(part, int) else len(part))


def _section(name: str, found: Comparison) -> str:
    known = "" if found.sources else "Neither an official client nor the price map names its models."
    parts = [
        f"## {name}",
        known,
        *_compared(found),
        _without_price(name, found.without_price),
    ]
    return "\n\n".join(part for part in parts if part)


def _compared(found: Comparison) -> tuple[str, ...]:
    if not found.sources:
        return ()
    return (
        _names("Models they know and we lack", found.lacking),
        _names("Rows that only we have", found.ours_only),
        _names("Of these, not marked as unverified", found.unmarked),
        _differences("Required fields that are not always sent", found.never_sent),
        _differences("Fields that the client does not know", found.unknown_fields),
        _differences("Fields with other values", found.values),
        _differences("Prices that differ", found.prices),
        _names("Models that the price map has a price for, and we have none", found.unpriced),
        _differences("Models that end on another day", found.ends),
        _judged(found.judged),
    )


def _without_price(name: str, rows: Sequence[str]) -> str:
    """Return the rows without a price, and where one was looked for."""
    title = _names("Rows of ours without a price", rows)
    if not rows or name not in LOOKED_IN:
        return title
    sources = (*LOOKED_IN[name], *EVERYWHERE)
    reasons = WHY_NONE.get(name, ())
    return "\n".join(
        (
            title,
            f"On {LOOKED_ON.isoformat()}, their prices were not found in:",
            "",
            *(f"- {source}" for source in sources),
            *(("", "What is known of them:", "", *(f"- {reason}" for reason in reasons)) if reasons else ()),
        )
    )


def _names(title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    if len(names) <= _MOST_NAMES:
        return f"**{title}** ({len(names)}): {codes(names)}."
    families = Counter("/".join(name.split("/")[:2]) for name in names)
    listed = ", ".join(
        f"`{family}`" + (f" ({count})" if count > 1 else "") for family, count in sorted(families.items())
    )
    return f"**{title}** ({len(names)}), by family: {listed}."


def _differences(title: str, differences: Sequence[Difference]) -> str:
    """Return a table, in which the models that differ in the same way share a line."""
    if not differences:
        return ""
    models: dict[tuple[str, str, str], list[str]] = {}
    for item in differences:
        models.setdefault((item.field, item.ours, item.theirs), []).append(item.model)
    rows = [(codes(names), f"`{field}`", ours, theirs) for (field, ours, theirs), names in models.items()]
    return f"**{title}**\n\n{table(('model', 'field', 'we', 'they'), rows)}"


def _judged(judged: Mapping[str, Sequence[Difference]]) -> str:
    if not judged:
        return ""
    rows = [
        (_first(dict.fromkeys(item.field for item in differences)), str(len(differences)), reason)
        for reason, differences in judged.items()
    ]
    return (
        f"**Looked at, and left as they are**\n\n{table(('field or condition', 'differences', 'why'), rows)}"
    )


def _first(names: Iterable[str]) -> str:
    listed = [*names]
    more = len(listed) - _MOST_FIELDS
    return codes(listed[:_MOST_FIELDS]) + (f" and {more} more" if more > 0 else "")
