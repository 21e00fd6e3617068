"""Owns the ways in which MiniMax refuses a request or ends a task badly, in both shapes of its errors.

Source: MiniMax platform documentation (error codes), read 2026-11-22; litellm 1.109.1 (unknown task).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

REQUEST_ID = "0656a2f1c3e84b7d9f0e1a2b3c4d5e6f"


def base(code: int, message: str) -> Status:
    """A refusal of the older endpoints: HTTP 200, and the code in the body."""
    return Status(
        200,
        json={"base_resp": {"status_code": code, "status_msg": message}},
        headers={"Trace-Id": REQUEST_ID},
    )


def error(status: int, kind: str, message: str) -> Status:
    """A refusal of the second version of the video API."""
    told = {"type": kind, "message": message, "http_code": str(status)}
    return Status(status, json={"type": "error", "error": told, "request_id": REQUEST_ID})


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


OK = {"status_code": 0, "status_msg": "success"}

BAD_DURATION = error(400, "invalid_request_error", "invalid params, duration must be between 4 and 15")
WRONG_KEY = error(401, "authorized_error", "login fail: please carry the API secret key in the header")
NO_BALANCE = error(402, "insufficient_balance_error", "insufficient balance")
NO_BALANCE_403 = error(403, "permission_error", "account balance is not enough")
TOO_MANY_REQUESTS = error(429, "rate_limit_error", "rate limit exceeded")
INTERNAL = error(500, "api_error", "unknown error")
UNKNOWN_TASK = error(500, "api_error", "record not found")
"""An unknown task id; it looks like a passing failure."""
UNKNOWN_MODEL = error(404, "not_found_error", "model MiniMax-H9 not found")
SENSITIVE_PROMPT = error(400, "invalid_request_error", "input new_sensitive (1026)")

BASE_WRONG_KEY = base(1004, "login fail: Please carry the API secret key in the 'Authorization' field")
BASE_RATE_LIMIT = base(1002, "rate limit exceeded(RPM)")
BASE_NO_BALANCE = base(1008, "insufficient balance")
BASE_SENSITIVE = base(1026, "input new_sensitive")
BASE_INVALID = base(2013, "invalid params, the duration is not supported")
BASE_TIMEOUT = base(1001, "timeout")
BASE_UNKNOWN_TASK = base(2013, "invalid params, task_id")


@dataclass(frozen=True)
class MiniMaxFailure:
    """How a failed task reads, in either version of the API."""

    code: int
    message: str
    word: str = "failed"


FAILURES: Mapping[str, MiniMaxFailure] = {
    "internal": MiniMaxFailure(1033, "system error"),
    "sensitive_input": MiniMaxFailure(1026, "input new_sensitive"),
    "sensitive_output": MiniMaxFailure(1027, "output new_sensitive"),
    "bad_image": MiniMaxFailure(2013, "invalid params, the image cannot be read"),
    "expired": MiniMaxFailure(0, "", word="expired"),
}
