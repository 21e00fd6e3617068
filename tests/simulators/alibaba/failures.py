"""Owns the ways in which Model Studio refuses a request, or ends a task badly.

Source: Model Studio and Qwen Cloud documentation (error codes; asynchronous task management), read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

REQUEST_ID = "7574ee8f-0000-4000-8000-11c33ab46e51"


def refused(status: int, code: str, message: str, **headers: str) -> Status:
    """Return an error in the one form that all have."""
    body = {"code": code, "message": message, "request_id": REQUEST_ID}
    return Status(status, json=body, headers=headers)


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


def invalid(message: str) -> Status:
    """Return a refusal of a request's members."""
    return refused(400, "InvalidParameter", message)


BAD_DURATION = invalid("The duration is not valid, must be an integer in [2, 30]")
WRONG_KEY = refused(401, "InvalidApiKey", "Invalid API-key provided.")
NO_RIGHT = refused(403, "Model.AccessDenied", "Model access denied.")
NO_WORKSPACE = refused(404, "WorkSpaceNotFound", "WorkSpace can not be found.")
IN_ARREARS = refused(400, "Arrearage", "Access denied, please make sure your account is in good standing.")
FREE_TIER_SPENT = refused(
    403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."
)
OVERDUE = refused(429, "PostpaidBillOverdue", "The postpaid bill is overdue.")
SENSITIVE_PROMPT = refused(400, "DataInspectionFailed", "Input data may contain inappropriate content.")
TOO_MANY_REQUESTS = refused(
    429,
    "Throttling.RateQuota",
    "Requests rate limit exceeded, please try again later.",
    **{"Retry-After": "2"},
)
AT_CAPACITY = refused(
    503,
    "ModelServingError",
    "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later.",
)
UNAVAILABLE = refused(503, "ModelUnavailable", "Model is unavailable, please try again later.")
UNKNOWN_MODEL = refused(404, "ModelNotFound", "Model can not be found.")
NO_SUCH_MODEL = refused(400, "InvalidParameter", "Model not exist.")
INTERNAL = refused(500, "InternalError", "An internal error has occured, please try again later.")
ONLY_ASYNCHRONOUS = refused(403, "AccessDenied", "current user api does not support synchronous calls.")
ONLY_SYNCHRONOUS = refused(403, "AccessDenied", "Current user api does not support asynchronous calls.")
NOT_PENDING = refused(
    400, "UnsupportedOperation", "Failed to cancel the task, please confirm if the task is in PENDING status."
)

FAILURES: Mapping[str, Mapping[str, str]] = {
    "internal": {
        "code": "InternalError.Algo",
        "message": "An internal error has occured during execution, please try again later.",
    },
    "sensitive_output": {
        "code": "DataInspectionFailed",
        "message": "Output data may contain inappropriate content.",
    },
    "infringing_input": {
        "code": "IPInfringementSuspect",
        "message": "Input data is suspected of being involved in IP infringement.",
    },
    "bad_image": {"code": "InvalidParameter", "message": "The image resolution is invalid."},
    "timeout": {"code": "InternalError.Timeout", "message": "An internal timeout error has occured."},
}
"""Code and message of a task that fails, by name."""
