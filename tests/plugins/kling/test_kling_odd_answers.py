"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_kling as kling
from odd_answers import example, odd_answers, standard_webhook

SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdA=="
TASK = {
    "id": "86",
    "external_id": "x",
    "status": "succeeded",
    "message": "no",
    "outputs": [{"type": "video", "url": "https://a.example/b.mp4", "duration": "5"}],
    "billing": [{"charge_type": "cash", "currency": "USD", "amount": "0.5"}],
    "updated_at": 1_790_000_000_000,
}
LEGACY = {
    "task_id": "86",
    "task_status": "succeed",
    "task_status_msg": "no",
    "task_info": {"external_task_id": "x"},
    "task_result": {
        "videos": [{"url": "https://a.example/b.mp4", "duration": "5"}],
        "images": [{"url": "x"}],
    },
    "updated_at": 1_790_000_000_000,
}
REFUSED = {"code": 1303, "message": "parallel task over resource pack limit", "request_id": "r1"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    kling,
    example(
        kling,
        "kling-3.0",
        job={"task_id": "86", "path": "/tasks"},
        bodies=({"code": 0, "data": TASK}, {"code": 0, "data": [TASK]}, TASK, REFUSED),
        deliver=standard_webhook(SECRET),
        provider_config={"webhook_secret": SECRET},
    ),
    example(
        kling,
        "kling-v3",
        job={"task_id": "86", "path": "/v1/videos/text2video"},
        bodies=({"code": 0, "data": LEGACY}, {"code": 0, "data": [LEGACY]}, REFUSED),
    ),
)
