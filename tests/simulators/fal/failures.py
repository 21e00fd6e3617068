"""Owns the ways in which a job, or a whole account, fails at fal: both families of error bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer


@dataclass(frozen=True)
class FalFailure:
    """What reading the result of a failed request answers.

    A list as `detail` comes from the model and shows only there; a text comes from the platform, which also
    tells it in the status body.
    """

    status: int
    detail: str | list[dict[str, object]]
    error_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, request_id: str) -> Answer:
        """The answer of the result endpoint."""
        body: dict[str, object] = {"detail": self.detail}
        headers = {"x-fal-request-id": request_id, **self.headers}
        if self.error_type is not None:
            body["error_type"] = headers["X-Fal-Error-Type"] = self.error_type
        return json_answer(body, status=self.status, headers=headers)

    def status_fields(self) -> dict[str, object]:
        """What the status body of the completed request says about it."""
        if not isinstance(self.detail, str):
            return {}
        return {"error": self.detail, "error_type": self.error_type}


def _model_failure(
    status: int, kind: str, message: str, *, field_name: str = "prompt", retryable: bool = False
) -> FalFailure:
    detail: list[dict[str, object]] = [{"loc": ["body", field_name], "msg": message, "type": kind}]
    return FalFailure(status, detail, headers={"X-Fal-Retryable": str(retryable).lower()})


FAILURES: Mapping[str, FalFailure] = {
    "content_policy": _model_failure(422, "content_policy_violation", "The prompt was flagged"),
    "invalid_input": _model_failure(
        422, "literal_error", "Input should be '5' or '10'", field_name="duration"
    ),
    "missing_input": _model_failure(422, "missing", "Field required"),
    "bad_image": _model_failure(422, "image_load_error", "Could not load the image", field_name="image_url"),
    "no_media": _model_failure(422, "no_media_generated", "No media was generated"),
    "internal_error": _model_failure(500, "internal_server_error", "Internal error", retryable=True),
    "generation_timeout": _model_failure(504, "generation_timeout", "Generation took too long"),
    "request_timeout": FalFailure(504, "Request timed out", "request_timeout"),
    "runner_disconnected": FalFailure(503, "Runner disconnected", "runner_disconnected"),
    "startup_timeout": FalFailure(504, "Runner did not start in time", "startup_timeout"),
}

CANCELLED = FalFailure(499, "Request was cancelled by the client", "client_cancelled")

OUT_OF_CREDIT = Status(
    403, json={"detail": "User is locked. Reason: Exhausted balance. Top up your balance."}
)
"""Inject into `submit`: an account without credit."""
TOO_MANY_REQUESTS = Status(
    429,
    json={"detail": "Too many concurrent requests", "error_type": "concurrent_requests_limit"},
    headers={"X-Fal-needs-retry": "1", "X-Fal-Error-Type": "concurrent_requests_limit"},
)
"""Inject into `submit`: the concurrency limit of the account is reached."""
EDGE_ERROR = Status(502, text="<html><body><center>nginx</center></body></html>")
"""Inject anywhere: the edge answers instead of the application."""
