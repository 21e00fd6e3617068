"""The command `tarash`. It needs the extra `cli` (typer, rich and python-dotenv), and says so if that is missing."""

from __future__ import annotations

import errno
import importlib.util
import sys

# Not just `pip install tarash-gateway[cli]`: on the public index, that name may belong to another project.
MISSING_EXTRA = (
    "the command line needs the extra 'cli' (typer, rich and python-dotenv), which is not installed; "
    'run in the checkout: pip install "./core[cli]" '
    '(or install the wheel of the core: pip install "tarash_gateway-<version>-py3-none-any.whl[cli]")'
)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""Errors of a file to which the output is redirected."""


def main() -> None:
    """Run the command line, and exit with one of the codes in `exit_codes`."""
    absent = [name for name in ("typer", "rich", "dotenv") if importlib.util.find_spec(name) is None]
    if absent:
        sys.stderr.write(f"tarash: {MISSING_EXTRA}\n")
        raise SystemExit(1)
    from .app import app
    from .text_streams import tolerate_any_letter

    tolerate_any_letter()
    try:
        app(prog_name="tarash")
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        sys.stderr.write(
            f"error: the output cannot be written: {error.strerror}; a result is saved all the same, or kept for 'tarash jobs list'\n"
        )
        raise SystemExit(1) from None
