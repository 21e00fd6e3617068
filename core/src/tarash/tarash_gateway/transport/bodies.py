"""Receives the bodies of answers and limits their size: decompressed data is counted before it is kept."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping

from ..steps import AnswerTooLargeFailure, TransportFailure

ACCEPTED_CODINGS = "gzip, deflate"
"""The encodings that requests accept: others would need limits, too. Downloads and streams accept none."""
PIECE_BYTES = 256 * 1024
"""Most bytes that are decompressed at a time."""
_GZIP = zlib.MAX_WBITS | 16


def _protocol_failure(message: str) -> TransportFailure:
    return TransportFailure(message, kind="protocol", request_may_have_arrived=True)


class Inflater:
    """Decompresses a body in chunks of limited size.

    Several encodings on top of each other are refused: a few bytes could become gigabytes.
    """

    __slots__ = ("_decompressor", "_is_cut_off", "_is_over", "_may_be_over", "_may_be_raw")

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._is_cut_off = self._may_be_over = self._is_over = False
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
        """Yield decompressed chunks, each of at most `PIECE_BYTES` bytes if the body is compressed.

        Raises:
            TransportFailure: the bytes do not match the encoding.
        """
        if self._decompressor is None:
            yield raw
            return
        is_full = False
        # a full piece may leave decompressed bytes in the decompressor although it has consumed everything
        while (raw or is_full) and not self._is_over:
            piece = self._inflated(raw)
            yield piece
            raw, is_full = self._decompressor.unconsumed_tail, len(piece) == PIECE_BYTES
            if piece:
                self._may_be_over = False
            self._is_cut_off = not self._decompressor.eof and not self._may_be_over
            if self._decompressor.eof:
                # several compressed members may follow each other (RFC 1952, section 2.2), and then padding
                raw, self._may_be_over = self._decompressor.unused_data, True
                self._decompressor = zlib.decompressobj(_GZIP)

    def check_end(self) -> None:
        """Check that the compressed data is complete: its length may be right although the server stopped compressing.

        Raises:
            TransportFailure: the data ends early. A body without any bytes is complete.
        """
        if self._is_cut_off:
            raise _protocol_failure("the answer is incomplete: its compressed data ends early")

    def _inflated(self, raw: bytes) -> bytes:
        assert self._decompressor is not None
        try:
            piece = self._decompressor.decompress(raw, PIECE_BYTES)
        except zlib.error as error:
            if self._may_be_over:
                # padding
                self._is_over = True
                return b""
            if not self._may_be_raw:
                raise _protocol_failure(f"the answer cannot be decoded: {error}") from error
            # "deflate" is sent with the zlib wrapper and without (RFC 9110, section 8.4.1.2)
            self._may_be_raw = False
            self._decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._inflated(raw)
        self._may_be_raw = False
        return piece


class AnswerBody:
    """Keeps an answer in memory, and aborts one that is too large.

    Args:
        headers: headers of the answer, with lower-case names.
        method: method of the request.
        max_bytes: size limit of the decompressed body, in bytes.
    """

    __slots__ = ("_inflater", "_max_bytes", "_pieces", "_size_bytes")

    def __init__(self, headers: Mapping[str, str], method: str, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size_bytes = 0
        self._pieces: list[bytes] = []
        # most answers are small and not compressed
        self._inflater = Inflater(headers) if "content-encoding" in headers else None
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and method != "HEAD":
            # a number with more digits than the limit exceeds it
            self._check(int(declared) if len(declared) < 20 else max_bytes + 1)

    def add(self, raw: bytes) -> None:
        """Add bytes as received.

        Raises:
            TransportFailure: the decompressed body is too large, or cannot be decompressed.
        """
        for piece in (raw,) if self._inflater is None else self._inflater.feed(raw):
            self._size_bytes += len(piece)
            self._check(self._size_bytes)
            self._pieces.append(piece)

    def content(self) -> bytes:
        """Return the decompressed body.

        Raises:
            TransportFailure: the body is compressed and ends early.
        """
        if self._inflater is not None:
            self._inflater.check_end()
        return b"".join(self._pieces)

    def _check(self, size_bytes: int) -> None:
        if size_bytes > self._max_bytes:
            raise AnswerTooLargeFailure(self._max_bytes)
