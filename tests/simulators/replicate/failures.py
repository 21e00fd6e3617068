"""Owns the ways in which Replicate refuses a request or fails a prediction, in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

FAILURES: Mapping[str, str] = {
    "content_policy": "The input or output was flagged as sensitive. Try again with other inputs. (E005)",
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "out_of_memory": "CUDA out of memory (E1001)",
    "start_timeout": "Model did not start in time (E6716)",
    "unknown_error": "Something went wrong (E1000)",
    "interrupted": "Prediction interrupted; please retry (code: PA)",
    "model_error": "could not decode the start image",
}
"""The `error` text of a prediction that fails, by the name that `fail_jobs` takes."""

INSUFFICIENT_CREDIT = Status(
    402,
    json={
        "title": "Insufficient credit",
        "detail": "You have insufficient credit to run this model.",
        "status": 402,
    },
)
"""Inject into `submit`: an account without credit."""

THROTTLED = Status(
    429,
    json={"detail": "Request was throttled. Your rate limit resets in ~1s.", "status": 429, "retry_after": 1},
)
"""Inject into any route: the rate limit is reached; the hint stands in the body only."""


def problem(status: int, title: str, detail: str, **more: object) -> Answer:
    """A problem-details answer."""
    return json_answer({"title": title, "detail": detail, "status": status, **more}, status=status)


def invalid_input(field: str, kind: str, description: str) -> Answer:
    """The 422 that names one invalid field."""
    return problem(
        422,
        "Input validation failed",
        f"- {field}: {description}\n",
        invalid_fields=[{"type": kind, "field": field, "description": description}],
    )


NOT_FOUND = problem(404, "Not found", "The requested resource could not be found.")
UNAUTHENTICATED = problem(401, "Unauthenticated", "You did not pass a valid authentication token")
INVALID_VERSION = problem(
    422, "Invalid version or not permitted", "The specified version does not exist (or you may not use it)"
)
