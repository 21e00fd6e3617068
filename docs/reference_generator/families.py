"""Owns how the models of a large provider are split into families, each with a page of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tarash.tarash_gateway.mapping.table import Model

SPLIT_FROM = 100
"""Number of rows from which a provider's models no longer fit on one page."""

_OWN_PAGE = 5
_OTHERS = "others"


def families(rows: Sequence[Model], provider_id: str) -> dict[str, list[Model]]:
    """Return the rows by family, in alphabetical order; `others` comes last and has the families of few rows."""
    by_name: dict[str, list[Model]] = {}
    for row in rows:
        by_name.setdefault(_OTHERS if row.generic else _family(row.id, provider_id), []).append(row)
    large = {name: by_name[name] for name in sorted(by_name) if len(by_name[name]) >= _OWN_PAGE}
    rest = [row for name in sorted(by_name) if name not in large for row in by_name[name]]
    return {**large, **({_OTHERS: rest} if rest else {})}


def _family(model_id: str, provider_id: str) -> str:
    """Return the word that the names of a family begin with: `kling` for `fal-ai/kling-video/v3/pro/text-to-video`."""
    owner, _, name = model_id.partition("/") if "/" in model_id else ("", "", model_id)
    word = re.split(r"[^a-z]", name.lower(), maxsplit=1)[0]
    if len(word) > 1:
        return word
    # `pixverse/v6` has its maker's name only before the slash, `fal-ai/z-image` has none
    return name.partition("/")[0] if not owner or owner.startswith(provider_id) else owner.partition("-")[0]
