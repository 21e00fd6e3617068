"""What every request to Runway carries: the key and the version of the API."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import Call, HttpCall

API_VERSION = "2024-11-06"
"""The version whose fields the tables describe; `api_version` of the configuration names another."""


def request(
    call: Call,
    method: str,
    path: str,
    *,
    json: object = None,
    timeout_seconds: float | None = None,
    repeatable: bool | None = None,
    accept_statuses: frozenset[int] = frozenset(),
) -> HttpCall:
    """Return a call to a path of Runway, which refuses every request without the version header."""
    return call.request(
        method,
        path,
        json=json,
        headers={"X-Runway-Version": call.api_version or API_VERSION},
        timeout_seconds=timeout_seconds,
        repeatable=repeatable,
        accept_statuses=accept_statuses,
    )
