"""Reads the proxy for a server from the environment (HTTPS_PROXY, ALL_PROXY, NO_PROXY, …)."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping

from ..messages import TransportFailure

_FORBIDDEN, _LOGIN_WANTED = 403, 407
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


def refused_by_proxy(status: int, headers: Mapping[str, str]) -> TransportFailure | None:
    """Return the failure if a proxy that was to forward a request refused it, as far as its answer shows; else None.

    A proxy answers a plain http request in the server's place, so its refusal would otherwise be told as the server's. Only a proxy
    asks for a login with 407, and a refusal with Squid's error header or an error in `Proxy-Status` (RFC 9209) is the proxy's own.
    """
    is_own = "x-squid-error" in headers or "error=" in headers.get("proxy-status", "")
    if status == _LOGIN_WANTED or (status == _FORBIDDEN and is_own):
        return TransportFailure(
            f"the proxy refused the request (HTTP {status}); check HTTP_PROXY, its login and its rules, or name the server in NO_PROXY",
            kind="connect",
            request_may_have_arrived=False,
        )
    return None
