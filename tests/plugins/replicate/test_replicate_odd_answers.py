"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_replicate as replicate
from odd_answers import example, odd_answers, standard_webhook

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
)
