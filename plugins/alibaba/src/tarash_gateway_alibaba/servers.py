"""The servers of Model Studio: one for all customers in three regions, and one for each workspace in every region.

Source: dashscope 2.0.2 (common/env.py); litellm 1.110.2 (dashscope/common_utils.py: hosts); Model Studio documentation (Wan 3.0 API
reference: endpoints), read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.plugin import Call

from .settings import AlibabaSettings

SINGAPORE_URL: Final = "https://dashscope-intl.aliyuncs.com/api/v1"
SHARED_URLS: Mapping[str, str] = {
    "ap-southeast-1": SINGAPORE_URL,
    "us-east-1": "https://dashscope-us.aliyuncs.com/api/v1",
    "cn-beijing": "https://dashscope.aliyuncs.com/api/v1",
}
ORIGINS: Final = (
    "https://dashscope.aliyuncs.com",
    "https://dashscope-us.aliyuncs.com",
    "https://*.maas.aliyuncs.com",
)
"""The servers that see the key, besides the default one."""
STORAGE_REGION: Final = "cn-beijing"
"""The region whose temporary storage is documented (Model Studio documentation, temporary URLs, read 2026-11-27)."""


def region_of(call: Call) -> str:
    """Return the region that serves the call."""
    return call.settings_as(AlibabaSettings).region


def at_region(call: Call) -> Call:
    """Return the call at the server of its region and workspace."""
    settings = call.settings_as(AlibabaSettings)
    workspace = settings.workspace
    if workspace is None:
        return call.at_server(SHARED_URLS[settings.region])
    call = call.with_headers({"X-DashScope-WorkSpace": workspace})
    return call.at_server(f"https://{workspace}.{settings.region}.maas.aliyuncs.com/api/v1")
