"""Adds the version header, without which Runway refuses every request."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import Call

API_VERSION = "2024-11-06"
"""The version whose fields the tables describe; `api_version` of the configuration names another."""


def versioned(call: Call) -> Call:
    """Return the call with the version header in every request to Runway's own server."""
    return call.with_headers({"X-Runway-Version": call.api_version or API_VERSION})
