"""Reads the proxy for a server from the environment (HTTPS_PROXY, ALL_PROXY, NO_PROXY, …)."""

from __future__ import annotations

import urllib.request

INVALID_PROXY = (
    "the proxy set in the environment is not a valid URL; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
)
"""What users are told of a proxy that cannot be used, without its URL, which may hold a password."""


def proxy_for(scheme: str, netloc: str) -> str | None:
    """Return the URL of the proxy for a server, or None for a direct connection.

    Args:
        scheme: "https" or "http".
        netloc: host, with its port unless that is the default one.
    """
    if urllib.request.proxy_bypass(netloc):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return f"http://{found}" if found and "://" not in found else found
