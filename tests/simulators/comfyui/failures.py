"""Owns what the simulated server says when it refuses a request or a job fails."""

from __future__ import annotations

from tarash.tarash_gateway.testing.simulator import Status

from .nodes import error

INVALID = Status(
    400,
    json={
        "error": error(
            "prompt_outputs_failed_validation",
            "Prompt outputs failed validation",
            "KSampler 3:\n - Required input is missing: model",
        ),
        "node_errors": {
            "3": {
                "errors": [
                    error(
                        "required_input_missing",
                        "Required input is missing",
                        "model",
                        {"input_name": "model"},
                    )
                ],
                "dependent_outputs": ["50"],
                "class_type": "KSampler",
            }
        },
    },
)
NO_NODE = Status(
    400,
    json={
        "error": error(
            "missing_node_type",
            "Node 'Upscale' not found. The custom node may not be installed.",
            "Node ID '#12'",
            {"node_id": "12", "class_type": "UltimateSDUpscale", "node_title": "Upscale"},
        ),
        "node_errors": {},
    },
)
NO_NODE_OLD = Status(
    400,
    json={
        "error": error(
            "invalid_prompt", "Cannot execute because node UltimateSDUpscale does not exist.", "Node ID '#12'"
        ),
        "node_errors": {},
    },
)
# the server itself knows no keys and no limits: these are a proxy's
WRONG_KEY = Status(401, text="Unauthorized")
TOO_MANY = Status(429, text="Too Many Requests", headers={"Retry-After": "2"})
BROKEN = Status(500, text="500 Internal Server Error\n\nServer got itself in trouble")

MEMORY = "out_of_memory"
BUG = "node_error"
FAILURES: dict[str, dict[str, str]] = {
    MEMORY: {
        "exception_type": "torch.OutOfMemoryError",
        "exception_message": "Allocation on device would exceed allowed memory.",
    },
    BUG: {"exception_type": "ValueError", "exception_message": "tensors have different sizes"},
}
