"""Runs inside a clean environment: says what is installed, imports the named plugins and generates with each.

Prints JSON. Takes provider ids; uses nothing but the standard library and what is installed.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
from importlib.metadata import Distribution, distributions
from pathlib import Path


def described(distribution: Distribution) -> dict[str, object]:
    """The version of one installed distribution, and the digest of the archive that it came from."""
    origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    sha256 = origin.get("archive_info", {}).get("hashes", {}).get("sha256")
    return {"version": distribution.version, "archive_sha256": sha256}


WORKFLOW = {
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "an example"}, "_meta": {"title": "prompt"}},
    "9": {"class_type": "SaveVideo", "inputs": {"video": ["6", 0]}},
}
"""A model that is a file."""


def generated(provider: str) -> dict[str, object]:
    """What the library's own mock answers for `provider`, through that provider's mapping."""
    gateway = importlib.import_module("tarash.tarash_gateway")
    model = next(
        found.model
        for found in gateway.find_models(provider)
        if f"text-to-{found.model.modality}" in found.model.tasks()
    )
    kind = model.modality
    config_type = getattr(gateway, f"{kind.capitalize()}GenerationConfig")
    request_type = getattr(gateway, f"{kind.capitalize()}GenerationRequest")
    name = model.example_name
    if name.endswith(".json"):
        name = str(Path(tempfile.mkdtemp()) / name)
        Path(name).write_text(json.dumps(WORKFLOW), encoding="utf-8")
    config = config_type(provider=provider, model=name, mock=gateway.MockConfig(enabled=True))
    response = getattr(gateway, f"generate_{kind}")(config, request_type(prompt="a lighthouse in a storm"))
    return {"provider": response.provider, "is_mock": response.is_mock, "url": getattr(response, kind)}


def main(providers: list[str]) -> dict[str, object]:
    """Everything the tests want to know about this environment."""
    modules = ["tarash.tarash_gateway", *(f"tarash_gateway_{provider}" for provider in providers)]
    return {
        # as packaging.utils.canonicalize_name does it
        "installed": {
            re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(): described(d) for d in distributions()
        },
        "module_files": {name: importlib.import_module(name).__file__ for name in modules},
        "generated": {provider: generated(provider) for provider in providers},
    }


if __name__ == "__main__":
    json.dump(main(sys.argv[1:]), sys.stdout)
