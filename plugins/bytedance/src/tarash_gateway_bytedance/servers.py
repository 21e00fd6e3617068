"""The servers of ModelArk, one for each region.

Source: byteplus-python-sdk-v2 3.0.63 (ap-southeast); volcengine-ark-runtime 5.0.54 (cn-beijing); ModelArk documentation, model list
(eu-west); read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.plugin import Call, JobReference, wire

from .settings import ByteDanceSettings

USUAL_REGION: Final = "ap-southeast"
REGION: Final = "region"
"""Member of a job's reference that names its region."""
SERVERS: Mapping[str, str] = {
    "ap-southeast": "https://ark.ap-southeast.bytepluses.com/api/v3",
    "eu-west": "https://ark.eu-west.bytepluses.com/api/v3",
    "cn-beijing": "https://ark.cn-beijing.volces.com/api/v3",
}


def at_region(call: Call, job: JobReference | None = None) -> Call:
    """Return the call at the server of the region: that of the job, if there is one, since the settings may have changed."""
    region = wire.text(job or {}, REGION)
    # a saved job may name anything
    return call.at_server(SERVERS.get(region or "") or SERVERS[region_of(call)])


def region_of(call: Call) -> str:
    """Return the region in the settings."""
    return call.settings_as(ByteDanceSettings).region
