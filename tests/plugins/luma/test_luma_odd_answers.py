"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_luma as luma
from odd_answers import example, odd_answers

AGENTS = {
    "id": "86",
    "state": "completed",
    "output": [{"type": "video", "url": "https://storage.cdn-luma.com/a.mp4"}],
    "failure_code": "x",
    "failure_reason": "no",
    "upload": {"url": "https://storage.cdn-luma.com/u", "headers": {"x": "y"}},
}
DREAM = {**AGENTS, "assets": {"video": "https://storage.cdn-luma.com/a.mp4", "image": None}}
REFUSED = {"detail": [{"loc": ["body", "model"], "msg": "no", "type": "literal_error"}]}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    luma,
    example(luma, "ray-3.2", job={"id": "86", "api": "agents"}, bodies=(AGENTS, REFUSED)),
    example(luma, "ray-2", job={"id": "86", "api": "dream_machine"}, bodies=(DREAM, REFUSED)),
)
