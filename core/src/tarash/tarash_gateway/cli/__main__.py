"""Runs the command `tarash` as `python -m tarash.tarash_gateway.cli`."""

from __future__ import annotations

from . import main

main()
