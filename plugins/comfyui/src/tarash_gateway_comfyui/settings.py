"""Defines the settings in `provider_config`. The core checks every value before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.plugin import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class ComfyUISettings:
    """The settings in `provider_config` for ComfyUI.

    Attributes:
        inputs: places in the workflow by field of the request, for a workflow whose nodes have no telling titles:
            `{"prompt": "6.text", "seed": "3.seed"}`. A place is the id or the title of a node, a dot and the name of an input;
            commas separate several places.
        output_nodes: ids or titles of the nodes whose files are the result, the main one first; empty takes those titled "output",
            or else every node.
        frames_per_second: frame rate of the video, to turn seconds into frames; None reads it from the workflow.
        auth_header: name of the header that carries `auth_secret`.
        auth_secret: value of a header that a proxy in front of the server wants, such as "Basic dXNlcjpwYXNz".
        comfy_org_api_key: key of comfy.org for nodes that run at other providers and cost credits.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    output_nodes: tuple[str, ...] = ()
    frames_per_second: float | None = None
    auth_header: str = "Authorization"
    auth_secret: Secret | None = None
    comfy_org_api_key: Secret | None = None
