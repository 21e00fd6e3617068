"""Where a call goes: the API's address, the submit endpoint that serves a model name, and the path of a prediction."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tarash.tarash_gateway.plugin import Call, JobReference, ValidationError, quoted_id

VERSION_ID = re.compile(r"[0-9a-f]{64}")
MODEL_NAME = re.compile(r"[^/:\s]+/[^/:\s]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What a model name of a configuration means.

    Attributes:
        name: `owner/name`; "" for a bare version id.
        version: what the versioned endpoint takes; "" without one.
    """

    name: str
    version: str


def api(call: Call) -> Call:
    """Return the call with a base URL that holds the API's version.

    REPLICATE_BASE_URL is the bare host for replicate 1.x and includes /v1 for 2.x; both are meant.
    """
    return call if call.base_url.endswith("/v1") else replace(call, base_url=f"{call.base_url}/v1")


def read_target(model: str) -> Target:
    """Read `owner/name`, `owner/name:<version>` or a bare version id of 64 hexadecimal digits.

    Raises:
        ValidationError: it is none of these.
    """
    name, _, version = model.partition(":")
    if VERSION_ID.fullmatch(model):
        return Target("", model)
    if MODEL_NAME.fullmatch(name) is None or (":" in model and not version):
        raise ValidationError(
            f"model {model!r} is not a Replicate model; "
            "use owner/name, owner/name:version, or the 64 digits of a version"
        )
    return Target(name, version)


def submit_path(target: Target, *, deployment: bool) -> str:
    """Return the endpoint that creates predictions of `target`."""
    if deployment:
        return f"/deployments/{target.name}/predictions"
    return "/predictions" if target.version else f"/models/{target.name}/predictions"


def prediction_path(job: JobReference) -> str:
    """Return where a prediction is found; the route is the same wherever it was created.

    Raises:
        ValidationError: the reference is not one of Replicate's.
    """
    return f"/predictions/{quoted_id(job)}"
