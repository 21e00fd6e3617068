"""Lets `python -m tarash.tarash_gateway.cli` stand in for the command `tarash`."""

from __future__ import annotations

from . import main

main()
