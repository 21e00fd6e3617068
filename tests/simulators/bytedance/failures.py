"""Owns the ways in which ModelArk refuses a request or ends a task badly.

Source: ModelArk documentation, "Error codes"; public reports of InvalidAction.RunningTaskDeletion; read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

REQUEST_ID = "02176000000000000000000000000000"


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Status:
    """An error in ModelArk's envelope."""
    body = {
        "error": {"code": code, "message": f"{message} Request id: {REQUEST_ID}", "param": "", "type": ""}
    }
    return Status(status, json=body, headers={"x-request-id": REQUEST_ID, **(headers or {})})


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


def invalid(message: str) -> Status:
    """A 400 for a wrong parameter."""
    return error(
        400, "InvalidParameter", f"One or more parameters specified in the request are not valid: {message}."
    )


BAD_DURATION = invalid("duration must be between 4 and 12")
WRONG_KEY = error(401, "AuthenticationError", "The API key or AK/SK in the request is missing or invalid.")
NO_RIGHT = error(
    403, "AccessDenied", "The request failed because you do not have access to the requested resource."
)
OVERDUE = error(403, "AccountOverdueError", "The request failed because your account has an overdue balance.")
PAUSED = error(
    429,
    "SetLimitExceeded",
    "Your account has reached the set inference limit, and the model service has been paused.",
)
SENSITIVE_PROMPT = error(
    400,
    "InputTextSensitiveContentDetected",
    "The request failed because the input text may contain sensitive information.",
)
REAL_PERSON = error(
    400,
    "InputImageSensitiveContentDetected.PrivacyInformation",
    "The request failed because the input image may contain real person.",
)
UNKNOWN_MODEL = error(
    404,
    "InvalidEndpointOrModel.NotFound",
    "The model or endpoint seedance-9 does not exist or you do not have access to it.",
)
NOT_OPEN = error(
    404, "ModelNotOpen", "Your account has not activated the model. Please activate it in the Ark Console."
)
GONE = error(404, "NotFound.id", "The specified task is not found.")
RUNNING = error(
    409, "InvalidAction.RunningTaskDeletion", "Cannot delete task because it is currently running."
)
TOO_MANY_REQUESTS = error(
    429,
    "RateLimitExceeded.EndpointRPMExceeded",
    "The Requests Per Minute (RPM) limit of the associated endpoint has been exceeded.",
    {"Retry-After": "2"},
)
OVERLOADED = error(429, "ServerOverloaded", "The service is currently unable to handle additional requests.")
INTERNAL = error(500, "InternalServiceError", "The service encountered an unexpected internal error.")


class Failure(NamedTuple):
    """How a task ends badly: its status word and its error."""

    word: str
    code: str = ""
    message: str = ""


FAILURES: Mapping[str, Failure] = {
    "internal": Failure(
        "failed", "InternalServiceError", "The service encountered an unexpected internal error."
    ),
    "bad_image": Failure("failed", "InvalidParameter.image_url", "The image cannot be downloaded."),
    "sensitive_output": Failure(
        "failed",
        "OutputVideoSensitiveContentDetected.PolicyViolation",
        "The request failed because the output video may be related to copyright restrictions.",
    ),
    "sensitive_input": Failure(
        "failed",
        "InputImageSensitiveContentDetected",
        "The request failed because the input image may contain sensitive information.",
    ),
    "expired": Failure("expired"),
}
"""Ways in which a task ends badly. ModelArk charges for none of them."""
