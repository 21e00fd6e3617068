"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_minimax as minimax
from odd_answers import example, odd_answers

FINE = {"status_code": 0, "status_msg": "success"}
OLD = {
    "task_id": "86",
    "status": "Success",
    "file_id": "9",
    "video_width": 64,
    "video_height": 64,
    "file": {"download_url": "https://a.example/b.mp4", "bytes": 9},
    "base_resp": FINE,
}
TASK = {
    "id": "86",
    "status": "succeeded",
    "content": {"url": "https://a.example/b.mp4"},
    "duration": 5,
    "ratio": "16:9",
    "resolution": "768P",
    "error": {"code": 1026, "message": "no"},
}
PICTURES = {
    "id": "9",
    "data": {"image_urls": ["https://a.example/b.png"], "image_base64": ["QUJD"]},
    "base_resp": FINE,
}
REFUSED = {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}, "request_id": "r1"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    minimax,
    example(
        minimax,
        "MiniMax-H3",
        job={"task_id": "86", "version": "v2"},
        bodies=({"task_id": "86", "task": TASK, "base_resp": FINE}, REFUSED),
    ),
    example(minimax, "T2V-01", job={"task_id": "86", "version": "v1"}, bodies=(OLD, REFUSED)),
    example(minimax, "image-01", "image", bodies=(PICTURES, REFUSED)),
)
