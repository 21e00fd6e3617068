"""How text enters and leaves the command line, also where pipes and files are not in UTF-8, as on Windows."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from typing import TextIO

import typer


def tolerate_any_letter() -> None:
    r"""Let standard output take every letter: one that its encoding lacks is written as `\u6771`, instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def is_unicode(stream: TextIO) -> bool:
    """Return whether a stream takes every letter, as one in UTF-8 does."""
    # a stream in memory has no encoding
    return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf")


def is_styled(stream: TextIO) -> bool:
    """Return whether text may be coloured: the stream is a terminal that understands it, and `NO_COLOR` is not set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def read_input() -> str:
    """Return the text on standard input: in UTF-8 or, if it is not, in the encoding of the system.

    Raises:
        typer.BadParameter: it is in neither.
    """
    read = typer.get_binary_stream("stdin").read()
    for encoding in ("utf-8-sig", typer.get_text_stream("stdin").encoding):
        with contextlib.suppress(UnicodeDecodeError):
            return read.decode(encoding).replace("\r\n", "\n")
    raise typer.BadParameter("standard input is not text in UTF-8; write it in that encoding")


__all__ = ["is_styled", "is_unicode", "read_input", "tolerate_any_letter"]
