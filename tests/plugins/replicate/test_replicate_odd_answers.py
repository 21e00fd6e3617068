"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_replicate as replicate
from odd_answers import example, odd_answers, standard_webhook
from tarash.tarash_gateway.testing.simulator import tiny_png

SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdA=="
PREDICTION = {
    "id": "86",
    "status": "succeeded",
    "input": {"prompt": "a paper boat", "openai_api_key": "x"},
    "output": [
        "https://replicate.delivery/a.mp4",
        {"text": "done", "url": "https://replicate.delivery/b.png"},
    ],
    "logs": "50%|#####     | 5/10\ndone",
    "error": None,
    "data_removed": False,
    "completed_at": "2026-11-22T12:00:00Z",
    "latest_version": {"id": "v1"},
    "results": [],
}
REFUSED = {"title": "Invalid version", "detail": "no", "status": 422, "retry_after": 5}
FILE = {"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    replicate,
    example(
        replicate,
        "google/veo-3.1-fast",
        job={"id": "86"},
        bodies=(PREDICTION, {**PREDICTION, "status": "failed", "error": "NSFW"}, REFUSED),
        deliver=standard_webhook(SECRET),
        provider_config={"webhook_secret": SECRET},
    ),
    example(
        replicate,
        "google/veo-3.1-fast",
        bodies=(FILE, PREDICTION),
        fields={"image_list": [{"image": tiny_png() + bytes(300_000), "type": "first_frame"}]},
    ),
)
