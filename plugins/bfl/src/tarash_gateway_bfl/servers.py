"""The servers of Black Forest Labs: one for each region, and the clusters behind them, at which jobs are polled.

Source: Black Forest Labs documentation, "Integration guidelines"; @ai-sdk/black-forest-labs 2.0.41 (isTrustedUrl); read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tarash.tarash_gateway.plugin import Call, HttpCall, JobReference, reference_id, wire

from .settings import BFLSettings

USUAL_REGION: Final = "global"
SERVERS: Mapping[str, str] = {
    "global": "https://api.bfl.ai/v1",
    "eu": "https://api.eu.bfl.ai/v1",
    "us": "https://api.us.bfl.ai/v1",
}
DOMAIN = ".bfl.ai"
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def at_region(call: Call) -> Call:
    """Return the call at the server of the region."""
    return call.at_server(SERVERS[call.settings_as(BFLSettings).region])


def status_call(call: Call, job: JobReference) -> HttpCall:
    """Return the call that reads the status of a job at the cluster that has it.

    The address comes from an answer or a saved job. If it is not a server of Black Forest Labs, the region is asked instead. So is a proxy:
    it has a key of its own, which no other server must see.

    Raises:
        ValidationError: the reference has no id that can be sent.
    """
    call = at_region(call)
    job_id = reference_id(job)
    url = wire.identifier(job, "polling_url")
    if url is None or not is_trusted(call, url):
        return call.request("GET", "/get_result", query={"id": job_id}, accept_statuses=REDIRECTS)
    query = {} if "id" in parse_qs(urlsplit(url).query) else {"id": job_id}
    return call.request("GET", url, query=query, headers=call.auth_headers(), accept_statuses=REDIRECTS)


def is_trusted(call: Call, url: str) -> bool:
    """Return whether the key may be sent to a URL: at the server in use, or at a cluster of Black Forest Labs if that is in use."""
    return call.is_own_origin(url) or (_is_cluster(call.base_url) and _is_cluster(url))


def _is_cluster(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # neither a port nor a password
        return parts.scheme == "https" and parts.netloc == parts.hostname and parts.netloc.endswith(DOMAIN)
    except ValueError:
        return False
