"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_runway as runway
from odd_answers import example, odd_answers

TASK = {
    "id": "86",
    "status": "SUCCEEDED",
    "progress": 0.5,
    "output": ["https://dnznrvs05pmza.cloudfront.net/a.mp4"],
    "cost": {"credits": 25},
    "failure": "no",
    "failureCode": "SAFETY.INPUT.TEXT",
}
REFUSED = {"error": "Validation failed", "issues": [{"path": ["model"], "message": "no", "code": "invalid"}]}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    runway,
    example(
        runway, "gen4.5", job={"id": "86"}, bodies=({"id": "86"}, TASK, {**TASK, "status": "FAILED"}, REFUSED)
    ),
)
