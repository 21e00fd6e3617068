"""Bit strings: codes written as text of "0" and "1", joined by the encoders and packed into bytes at the end.

Text keeps the encoders readable (`"010" * 119` is a row of macroblocks) and is fast: repeating, joining and
packing all run in C.
"""

from __future__ import annotations


def fixed(value: int, width: int) -> str:
    """Write `value` in `width` bits, most significant first."""
    return format(value, f"0{width}b")


def exp_golomb(value: int) -> str:
    """Write `value` ≥ 0 as an unsigned Exp-Golomb code, ue(v) of ITU-T H.264 clause 9.1."""
    digits = format(value + 1, "b")
    return "0" * (len(digits) - 1) + digits


def signed_exp_golomb(value: int) -> str:
    """Write `value` as a signed Exp-Golomb code, se(v) of ITU-T H.264 clause 9.1.1."""
    return exp_golomb(2 * value - 1 if value > 0 else -2 * value)


def pack(bits: str) -> bytes:
    """Turn `bits` into bytes, and fill the last byte with zeros."""
    padded = bits + "0" * (-len(bits) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8, "big")
