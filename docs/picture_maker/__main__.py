"""The command behind `make pictures`: writes the pictures to docs/_static."""

from __future__ import annotations

from . import CLIP, FOLDER, clip_picture, drawings

if __name__ == "__main__":
    (FOLDER / CLIP).write_bytes(clip_picture())
    for name, text in drawings().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
