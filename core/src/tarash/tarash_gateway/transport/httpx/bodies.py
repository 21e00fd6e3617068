"""Takes the bodies of answers in, and bounds them as they grow: what is inflated is counted before it is kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

import httpx

from ...steps import TransportFailure

ACCEPTED_CODINGS = "gzip, deflate"
"""What is asked for: other codings would have to be bounded, too. Downloads and streams ask for none."""
PIECE_BYTES = 256 * 1024
"""So much is inflated at a time."""
_GZIP = zlib.MAX_WBITS | 16


def _protocol_failure(message: str) -> TransportFailure:
    return TransportFailure(message, kind="protocol", request_may_have_arrived=True)


class Inflater:
    """Undoes the coding of a body, in pieces of bounded size.

    One coding is undone. Codings on top of each other, of which a few bytes become gigabytes, are refused.
    """

    __slots__ = ("_decompressor", "_may_be_raw")

    def __init__(self, headers: Mapping[str, str]) -> None:
        named = headers.get("content-encoding", "").lower().split(",")
        codings = [coding for name in named if (coding := name.strip()) not in ("", "identity")]
        self._may_be_raw = codings == ["deflate"]
        if not codings:
            self._decompressor = None
        elif codings in (["gzip"], ["x-gzip"]):
            self._decompressor = zlib.decompressobj(_GZIP)
        elif self._may_be_raw:
            self._decompressor = zlib.decompressobj()
        else:
            raise _protocol_failure(
                f"the answer has the content encoding {', '.join(codings)[:80]}; only {ACCEPTED_CODINGS} are read, one at a time"
            )

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """Return the decoded pieces of some bytes, each of `PIECE_BYTES` or fewer where there is a coding.

        Raises:
            TransportFailure: they are not what the coding says.
        """
        if self._decompressor is None:
            yield raw
            return
        while raw and not self._decompressor.eof:
            yield self._inflated(raw)
            raw = self._decompressor.unconsumed_tail

    def _inflated(self, raw: bytes) -> bytes:
        assert self._decompressor is not None
        try:
            piece = self._decompressor.decompress(raw, PIECE_BYTES)
        except zlib.error as error:
            if not self._may_be_raw:
                raise _protocol_failure(f"the answer cannot be decoded: {error}") from error
            # "deflate" is sent with the zlib wrapper and without (RFC 9110, section 8.4.1.2)
            self._may_be_raw = False
            self._decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._inflated(raw)
        self._may_be_raw = False
        return piece


class AnswerBody:
    """Keeps an answer in memory, and stops one that is larger than anything expected.

    Args:
        response: whose body is coming.
        max_bytes: the most that is kept, decoded.
    """

    __slots__ = ("_inflater", "_max_bytes", "_pieces", "_size_bytes")

    def __init__(self, response: httpx.Response, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._pieces: list[bytes] = []
        self._inflater = Inflater(response.headers)
        declared = response.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and response.request.method != "HEAD":
            # no number has more digits than the limit and is within it
            self._check(int(declared) if len(declared) < 20 else max_bytes + 1)

    def add(self, raw: bytes) -> None:
        """Take some bytes as they came.

        Raises:
            TransportFailure: there is too much of it, decoded, or it cannot be decoded.
        """
        for piece in self._inflater.feed(raw):
            self._size_bytes += len(piece)
            self._check(self._size_bytes)
            self._pieces.append(piece)

    def content(self) -> bytes:
        """Return what came, decoded."""
        return b"".join(self._pieces)

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_bytes:
            raise _protocol_failure(
                f"the answer is larger than {self._max_bytes} bytes, the most that is read into memory; was it a file?"
            )
