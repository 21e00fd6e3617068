"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_fal as fal
from odd_answers import example, odd_answers
from simulators.fal.webhooks import KEY_SET, signed_bytes
from tarash.tarash_gateway.plugin import Delivery
from tarash.tarash_gateway.testing.flows import NOW
from tarash.tarash_gateway.testing.simulator import tiny_mp4

SUBMITTED = {
    "request_id": "86",
    "response_url": "https://queue.fal.run/fal-ai/veo3.1/requests/86",
    "status_url": "https://queue.fal.run/fal-ai/veo3.1/requests/86/status",
}
STATUS = {
    "status": "IN_PROGRESS",
    "queue_position": 3,
    "logs": [{"message": "50 %", "timestamp": "2026-11-22T12:00:00Z"}],
    "error": None,
    "error_type": None,
}
OUTPUT = {
    "video": {
        "url": "https://v3.fal.media/a.mp4",
        "content_type": "video/mp4",
        "file_size": 9,
        "duration": 4,
    },
    "images": [{"url": "https://v3.fal.media/a.png", "width": 64, "height": 64}],
    "has_nsfw_concepts": [False],
    "seed": 7,
}
REFUSED = {"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}]}
DELIVERED = {
    "request_id": "86",
    "gateway_request_id": "86",
    "status": "ERROR",
    "error": "Invalid status code: 422",
    "payload": REFUSED,
}
UPLOAD = {"upload_url": "https://v3.fal.media/u", "file_url": "https://v3.fal.media/f.mp4"}


def deliver(body: bytes) -> Delivery:
    return signed_bytes("86", body, at=NOW)


test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    fal,
    example(fal, "fal-ai/veo3.1", job={"request_id": "86"}, bodies=(SUBMITTED, STATUS, OUTPUT, REFUSED)),
    example(
        fal,
        "fal-ai/veo3.1",
        job={"request_id": "86"},
        bodies=(DELIVERED, {**DELIVERED, "status": "OK", "payload": OUTPUT}),
        deliver=deliver,
        provider_config={"webhook_keys": KEY_SET},
    ),
    example(
        fal,
        "fal-ai/veo3.1/extend-video",
        bodies=(UPLOAD, SUBMITTED),
        fields={"video": tiny_mp4() + bytes(300_000)},
    ),
    example(fal, "fal-ai/flux/dev", "image", job={"request_id": "86"}, bodies=(SUBMITTED, OUTPUT)),
)
