"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_runway as runway
from odd_answers import example, odd_answers
from tarash.tarash_gateway.testing.simulator import tiny_mp4

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
TICKET = {
    "uploadUrl": "https://s3.amazonaws.com/bucket",
    "fields": {"key": "k", "policy": "p"},
    "runwayUri": "runway://u1",
}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    runway,
    example(
        runway, "gen4.5", job={"id": "86"}, bodies=({"id": "86"}, TASK, {**TASK, "status": "FAILED"}, REFUSED)
    ),
    example(
        runway,
        "aleph2",
        bodies=(TICKET, {"id": "86"}),
        fields={"video": tiny_mp4() + bytes(4 * 1024 * 1024)},
    ),
)
