"""The names that batches may have."""

from __future__ import annotations

import re

from tarash.tarash_gateway.exceptions import ValidationError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_name(name: str) -> None:
    """Check the name of a batch.

    Raises:
        ValidationError: it is none.
    """
    if _NAME.fullmatch(name) is None:
        raise ValidationError(
            f"{name[:100]!r} is not a name of a batch; use up to 100 letters, digits, '.', '_' and '-', such as 'cards-2026'"
        )


__all__ = ["check_name"]
