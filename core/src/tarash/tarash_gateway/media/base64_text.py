"""Decodes base64 and `data:` URLs, as people and providers write them, in inputs and in answers."""

from __future__ import annotations

import binascii
from urllib.parse import unquote, unquote_to_bytes

_SPACES = b" \t\r\n\f\v"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_UNUSUAL = tuple(bytes([letter]) for letter in _SPACES + b"-_")
_PIECE_BYTES = 3 * 256 * 1024
"""Divisible by three, so that the base64 of the pieces can be joined."""


def encode_base64(content: bytes) -> str:
    """Encode bytes as base64; a large input is encoded in pieces, so that other threads can run in between."""
    if len(content) <= _PIECE_BYTES:
        return binascii.b2a_base64(content, newline=False).decode("ascii")
    view = memoryview(content)
    return "".join(
        binascii.b2a_base64(view[at : at + _PIECE_BYTES], newline=False).decode("ascii")
        for at in range(0, len(content), _PIECE_BYTES)
    )


def decode_base64(text: str) -> bytes:
    """Decode base64 in either alphabet, padded or not, with line breaks and spaces anywhere.

    Raises:
        ValueError: a character is not base64, or the length is impossible.
    """
    letters = text.encode("ascii")
    # searching is much faster than translating, and text from a program needs no translation
    if any(letter in letters for letter in _UNUSUAL):
        letters = letters.translate(_STANDARD, _SPACES)
    letters = letters.rstrip(b"=")
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4), strict_mode=True) if letters else b""


def base64_beginning(text: str, characters: int) -> bytes:
    """Decode the first characters of a base64 text; empty if it is not base64."""
    head = "".join(text[:characters].split()).rstrip("=")
    try:
        return decode_base64(head[: len(head) // 4 * 4])
    except ValueError:
        return b""


def is_data_url(text: str) -> bool:
    """Return whether a string is a `data:` URL; the scheme may be in any case."""
    return text[:5].lower() == "data:"


def decode_data_url(text: str) -> tuple[bytes, str]:
    """Return the content of a `data:` URL (RFC 2397) and its declared media type, without parameters.

    Raises:
        ValueError: there is no comma, or the content is not valid base64 or percent-encoding.
    """
    comma = text.find(",")
    if comma < 0:
        raise ValueError("data: URL has no comma; use data:<media type>;base64,<content>")
    declared, *parameters = text[5:comma].split(";")
    body = text[comma + 1 :]
    if parameters and parameters[-1].strip().lower() == "base64":
        # a URL may have its + / = percent-encoded
        return decode_base64(unquote(body, errors="strict") if "%" in body else body), declared
    return unquote_to_bytes(body), declared
