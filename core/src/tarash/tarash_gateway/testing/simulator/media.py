"""The small, real files that simulators serve."""

from __future__ import annotations

import base64
import functools
import itertools
import struct
import zlib
from dataclasses import dataclass, field

from ...media.png import RGB, write_png

# One second of 64x36 MPEG-4 at 8 frames per second, each frame lighter than the one before; deflated.
_MP4 = (
    "eNp9VFtIFFEY/mfVEitKXFnDlVbYXiKtXUQkEgzJDIKQqIewcPTM4uIcZ5sZByoqtbySDxs9Bd1cA3sLo/Gxi7oP0YtvS/tg0Esv"
    "ESF0oYv95+w6c5xND/Of//y377+cswsAwZh5ORE3NArgA8aRojTREAGA0piuKADST0pkE/lz2LMdmV0+1FZmZfwfzqSzN6rpbzr/"
    "BeBRcvi+XdLk/2qvcO0vgFeFKgeiYii9w84Eui6IEMvDn+2STOCSAFGociAqb7YFsl2zZUnX9jg58i1zwDdD53nO6wCvCzROfOBW"
    "+qRdOSJAT3fcoSNyp+v7xqtwgveOntg1Nzll/23M/shqKwCp8gV1OkVfctV3gAWP7ERWj6VT6upH15Jans0eRRCu+oORHtmJrJlo"
    "i9tVoxG34JnkPTpae9utb9GrcIL3Taav2cExIfhJx0M6VvvO9V3yKoo6qKZZ+BBUavUS2LCKPnGSgH3ukjZ6eeUW2HL58Ltq6nIf"
    "njvNPp6zqBCN5d46z3/zsi3MxbBCTAN5UFEN043I4/JYaZWSuIyHECXe3ls4nV3kQl0vUfV1ixUniuh5DmWtXe4nqsJ8pAc03h/D"
    "g9+iHFQsM0xytiDRlZjQxs4BXQ3lztJFw+xW8fzeMA0i+LzFX6y1yShYrWFoR96+qYd3Va2t4d6lGMTgAx8cHDyNYcXIj4XKucvu"
    "cbaXoOYQIj5j1b2YqMiBSyFYnBqH477i4rutKM6dkq2exmh9tKk+cji6DWMkH5tCt6nnx59DY5kNk1/Nep2l/MOpYMc9gj5v47wB"
    "bVeE6pm+NU/srpqRjuSpOU9+w+zRBLyDSN0DxGRXfp4qnLNVK14vPgldTiRUcVR18dwb2v/U1BhgDf5XyutDxr5j2Hckyvr+BygB"
    "WwQ="
)


@dataclass(frozen=True, eq=False)
class Media:
    """A file that a simulator serves.

    Attributes:
        data: the content.
        content_type: its media type.
        number: greater than that of every file made before.
    """

    data: bytes
    content_type: str
    number: int = field(default_factory=itertools.count().__next__)


@functools.cache
def tiny_mp4(seed: int = 0) -> bytes:
    """Return a real MP4 of one second, with 64x36 pixels and 8 frames per second; each seed gives another file of the same clip."""
    clip = zlib.decompress(base64.b64decode(_MP4))
    # a box that players pass over
    return clip + struct.pack(">I4sI", 12, b"free", seed) if seed else clip


@functools.cache
def tiny_png(seed: int = 0) -> bytes:
    """Return a real PNG of 64x36 pixels in one colour; each seed below 65536 gives another one."""
    return write_png(RGB, 64, [bytes((40, (90 + seed) % 256, (160 + seed // 256) % 256)) * 64] * 36)
