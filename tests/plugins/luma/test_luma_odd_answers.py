"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_luma as luma
from odd_answers import example, odd_answers
from tarash.tarash_gateway.testing.simulator import tiny_mp4

# without its beginning, the key is refused before anything is sent
AGENTS_KEY = "luma-api-test-key-0123456789"
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
FILE = {**AGENTS, "state": "ready"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    luma,
    example(luma, "ray-3.2", job={"id": "86", "api": "agents"}, bodies=(AGENTS, REFUSED), api_key=AGENTS_KEY),
    example(
        luma,
        "ray-3.2",
        api_key=AGENTS_KEY,
        bodies=(FILE, AGENTS),
        fields={"video": tiny_mp4() + bytes(10 * 1024 * 1024)},
    ),
    example(luma, "ray-2", job={"id": "86", "api": "dream_machine"}, bodies=(DREAM, REFUSED)),
)
