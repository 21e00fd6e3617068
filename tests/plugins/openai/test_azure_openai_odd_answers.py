"""What becomes of Azure's answers that are not as documented."""

from __future__ import annotations

import tarash_gateway_openai.azure as plugin
from odd_answers import example, odd_answers, standard_webhook

SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdA=="
RESOURCE = "https://films.openai.azure.com"
VIDEO = {
    "id": "video_1",
    "status": "completed",
    "progress": 100,
    "seconds": "8",
    "size": "1280x720",
    "expires_at": 1_790_000_000,
    "error": {"code": "contentFilter", "message": "no"},
}
RESPONSE = {
    "id": "resp_1",
    "status": "completed",
    "output": [{"type": "image_generation_call", "result": "iVBORw0KGgo=", "size": "1024x1024"}],
    "incomplete_details": {"reason": "content_filter"},
}
PICTURES = {"data": [{"b64_json": "iVBORw0KGgo="}], "size": "1024x1024", "usage": {"output_tokens": 4160}}
EVENT = {"id": "evt_1", "type": "response.completed", "data": {"id": "resp_1"}}
REFUSED = {
    "error": {
        "code": "content_filter",
        "message": "Please retry after 20 seconds.",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"hate": {"filtered": True}},
        },
    }
}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    plugin,
    example(
        plugin,
        "sora-2",
        "video",
        base_url=RESOURCE,
        job={"kind": "video", "id": "video_1"},
        bodies=(VIDEO, REFUSED["error"]),
    ),
    example(
        plugin,
        "gpt-image-2",
        "image",
        base_url=RESOURCE,
        job={"kind": "response", "id": "resp_1"},
        bodies=(RESPONSE, EVENT, REFUSED),
        deliver=standard_webhook(SECRET),
        provider_config={"responses_model": "gpt-5.5", "webhook_secret": SECRET},
    ),
    example(
        plugin,
        "gpt-image-2",
        "image",
        base_url=RESOURCE,
        api_version="2025-04-01-preview",
        bodies=(PICTURES, REFUSED),
    ),
)
