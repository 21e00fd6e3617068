"""Owns what the tests of this repository use to stay on this machine: the guard of the conformance kit."""

from __future__ import annotations

from tarash.tarash_gateway.testing.loopback import OutsideConnectionError, loopback_only

__all__ = ["OutsideConnectionError", "loopback_only"]
