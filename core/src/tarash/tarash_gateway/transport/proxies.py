"""The proxy that the environment names for a server (HTTPS_PROXY, ALL_PROXY, NO_PROXY, …)."""

from __future__ import annotations

import urllib.request


def proxy_for(scheme: str, netloc: str) -> str | None:
    """Return the URL of the proxy for a server, or None where it is reached directly.

    Args:
        scheme: "https" or "http".
        netloc: host, with the port where it is not the usual one.
    """
    if urllib.request.proxy_bypass(netloc):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    return f"http://{found}" if found and "://" not in found else found
