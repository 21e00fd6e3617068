"""Runs inside a clean environment: a whole generation against a simulator, which another process serves.

Takes one JSON object: `kind` ("video" or "image") and `config`, the fields of the configuration. Prints JSON; uses
nothing but the standard library and what is installed.
"""

from __future__ import annotations

import importlib
import json
import sys


def main(job: dict[str, object]) -> dict[str, object]:
    """What the gateway answers for the configuration."""
    gateway = importlib.import_module("tarash.tarash_gateway")
    kind = str(job["kind"])
    config = getattr(gateway, f"{kind.capitalize()}GenerationConfig").model_validate(job["config"])
    request = getattr(gateway, f"{kind.capitalize()}GenerationRequest")(prompt="a lighthouse in a storm")
    response = getattr(gateway, f"generate_{kind}")(config, request)
    ledger = response.execution_metadata.attempts
    return {
        "provider": response.provider,
        "url": getattr(response, kind),
        "is_mock": response.is_mock,
        "submitted": [attempt.submitted for attempt in ledger],
    }


if __name__ == "__main__":
    json.dump(main(json.loads(sys.argv[1])), sys.stdout)
