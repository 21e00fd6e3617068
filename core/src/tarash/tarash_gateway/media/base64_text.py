"""Reads base64 as people and providers write it: the one reader for inputs and for answers."""

from __future__ import annotations

import binascii
from urllib.parse import unquote, unquote_to_bytes

_SPACES = b" \t\r\n\f\v"
_STANDARD = bytes.maketrans(b"-_", b"+/")


def decode_base64(text: str) -> bytes:
    """Return the bytes behind base64 text: either alphabet, padded or not, with line breaks and spaces anywhere.

    Raises:
        ValueError: a character that is not base64, or a length that no bytes have.
    """
    # bytes.translate works at memory speed: a 100 MB input must not take a second
    letters = text.encode("ascii").translate(_STANDARD, _SPACES).rstrip(b"=")
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4), strict_mode=True) if letters else b""


def base64_beginning(text: str, characters: int) -> bytes:
    """Return the bytes behind the first characters of a base64 text; none of them where it is not base64."""
    head = "".join(text[:characters].split()).rstrip("=")
    try:
        return decode_base64(head[: len(head) // 4 * 4])
    except ValueError:
        return b""


def is_data_url(text: str) -> bool:
    """Return whether a text is a `data:` URL, whatever the case of its scheme."""
    return text[:5].lower() == "data:"


def decode_data_url(text: str) -> tuple[bytes, str]:
    """Return the content of a `data:` URL (RFC 2397) and its declared media type, parameters left out.

    Raises:
        ValueError: no comma, or a content that is not valid base64 or percent-encoding.
    """
    comma = text.find(",")
    if comma < 0:
        raise ValueError("data: URL without a comma; the form is data:<media type>;base64,<content>")
    declared, *parameters = text[5:comma].split(";")
    body = text[comma + 1 :]
    if parameters and parameters[-1].strip().lower() == "base64":
        # a URL may have its + / = percent-encoded
        return decode_base64(unquote(body, errors="strict") if "%" in body else body), declared
    return unquote_to_bytes(body), declared
