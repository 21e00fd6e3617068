"""Owns calls with settings of the provider, images unless told otherwise, and the call that submits."""

from __future__ import annotations

from typing import Literal

import tarash_gateway_openai as plugin
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import Call, HttpCall, HttpReply
from tarash.tarash_gateway.testing import call_for, drive, json_reply


def make_call(
    model: str = "gpt-image-2",
    modality: str = "image",
    *,
    base_url: str | None = None,
    api_version: str | None = None,
    unsupported: Literal["error", "adjust"] = "error",
    **provider_config: object,
) -> Call:
    """A call as the core makes it, with these settings of the provider."""
    return call_for(
        plugin,
        model,
        modality,
        base_url=base_url,
        api_version=api_version,
        unsupported=unsupported,
        provider_config=provider_config,
    )


def submitted(call: Call, mapped: Mapped, body: object, *earlier: HttpReply) -> HttpCall:
    """The call that submits a mapped request; `earlier` are answers to what is fetched before."""
    _, calls = drive(plugin.tarash_submit(call, mapped.payload), *earlier, json_reply(body))
    return calls[-1]
