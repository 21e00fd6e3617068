"""Owns the error bodies that Azure puts before OpenAI's: code and message, and what its content filter found.

Source: Azure OpenAI REST reference, read 2026-11-22. The numbers of `code` come as text.
"""

from __future__ import annotations

from tarash.tarash_gateway.testing.simulator import Status


def _told(status: int, code: str, message: str) -> Status:
    return Status(status, json={"error": {"code": code, "message": message}})


WRONG_KEY = _told(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")
BLOCKED = _told(403, "Forbidden", "Your resource has been temporarily blocked.")
NO_RESOURCE = _told(404, "404", "Resource not found")
NO_DEPLOYMENT = _told(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
TOO_MANY_REQUESTS = _told(
    429,
    "429",
    "Requests to the ImageGenerations_Create Operation have exceeded rate limit. Please retry after 20 seconds.",
)
FILTERED = Status(
    400,
    json={
        "error": {
            "code": "content_filter",
            "message": "The response was filtered.",
            "param": "prompt",
            "type": None,
            "status": 400,
            "innererror": {
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": {"sexual": {"filtered": True, "severity": "high"}},
            },
        }
    },
)
