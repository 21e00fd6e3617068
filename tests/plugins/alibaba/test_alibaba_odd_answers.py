"""What becomes of answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_alibaba as alibaba
from odd_answers import example, odd_answers
from tarash.tarash_gateway.testing.simulator import tiny_mp4

TASK = {
    "task_id": "a853",
    "task_status": "SUCCEEDED",
    "end_time": "2026-11-27 13:00:00.000",
    "video_url": "https://a.example/b.mp4?Expires=1795755600",
    "code": "DataInspectionFailed",
    "message": "Output data may contain inappropriate content.",
}
VIDEO = {"request_id": "r-1", "output": TASK, "usage": {"output_video_duration": 5, "SR": 720}}
CHOICES = [{"message": {"role": "assistant", "content": [{"image": "https://a.example/b.png"}]}}]
IMAGES = {
    "request_id": "r-1",
    "output": {
        "task_id": "a853",
        "task_status": "SUCCEEDED",
        "choices": CHOICES,
        "results": [{"url": "https://a.example/b.png", "actual_prompt": "a boat"}, {"code": "InternalError"}],
    },
    "usage": {"output_width": 64, "output_height": 64},
}
POLICY = {
    "data": {
        "policy": "p",
        "signature": "s",
        "upload_dir": "1/2",
        "upload_host": "https://a.example/bucket",
        "max_file_size_mb": 100,
        "oss_access_key_id": "LTAI",
    }
}
REFUSED = {"code": "UnsupportedOperation", "message": "not PENDING", "request_id": "r-1"}
JOB = {"task_id": "a853"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    alibaba,
    example(alibaba, "wan3.0-video", job=JOB, bodies=(VIDEO, REFUSED)),
    example(
        alibaba, "wan2.7-videoedit", job=JOB, bodies=(POLICY, VIDEO, REFUSED), fields={"video": tiny_mp4()}
    ),
    example(alibaba, "wan2.7-image", "image", job=JOB, bodies=(IMAGES, REFUSED)),
    example(alibaba, "qwen-image-2.0", "image", bodies=(IMAGES, REFUSED)),
)
