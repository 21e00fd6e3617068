"""The command behind `make pictures`: writes the pictures to docs/_static."""

from __future__ import annotations

from . import CLIP, FOLDER, LEDGER, clip_picture, ledger_picture

if __name__ == "__main__":
    (FOLDER / CLIP).write_bytes(clip_picture())
    (FOLDER / LEDGER).write_text(ledger_picture(), encoding="utf-8")
