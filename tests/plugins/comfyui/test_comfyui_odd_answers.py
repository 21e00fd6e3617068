"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_comfyui as comfyui
from odd_answers import Example, odd_answers
from plugins.comfyui.calls import JOB, call_of
from tarash.tarash_gateway.plugin import UnexpectedResponseError, ValidationError
from tarash.tarash_gateway.testing import drive, json_reply
from tarash.tarash_gateway.testing.simulator import tiny_png

FILE = {"filename": "tarash_00001_.mp4", "subfolder": "video", "type": "output"}
ENTRY = {
    "outputs": {"50": {"images": [FILE], "animated": [True]}},
    "status": {
        "status_str": "success",
        "completed": True,
        "messages": [["execution_success", {"prompt_id": JOB}]],
    },
}
FAILED = {
    "outputs": {},
    "status": {
        "status_str": "error",
        "messages": [
            ["execution_error", {"node_id": "3", "node_type": "KSampler", "exception_type": "ValueError"}]
        ],
    },
}
REFUSED = {
    "error": {"type": "prompt_outputs_failed_validation", "message": "no", "details": "", "extra_info": {}},
    "node_errors": {
        "3": {
            "class_type": "KSampler",
            "errors": [
                {
                    "type": "value_not_in_list",
                    "extra_info": {
                        "input_name": "a",
                        "received_value": "b.ckpt",
                        "input_config": [["c"], {}],
                    },
                }
            ],
        }
    },
}
BODIES: tuple[object, ...] = (
    {"prompt_id": JOB, "number": 1, "node_errors": REFUSED["node_errors"]},
    {JOB: ENTRY},
    {JOB: FAILED},
    ENTRY,
    {"queue_running": [[1, JOB, {}, {}, []]], "queue_pending": [[2, JOB, {}, {}, []]]},
    {"queue_running": [], "queue_pending": []},
    {"name": "a.png", "subfolder": "b", "type": "input"},
    REFUSED,
    {"type": "progress_state", "data": {"prompt_id": JOB, "nodes": {"3": {"value": 1, "max": 2, "state": "running"}}}},
    {"type": "execution_error", "data": {"prompt_id": JOB, "node_id": "3"}},
    {"type": "executing", "data": {"prompt_id": JOB, "node": None}},
)  # fmt: skip


@pytest.mark.parametrize("job", [{}, {"prompt_id": None}, {"prompt_id": "\ud800"}, {"prompt_id": ["a"]}])
def test_a_reference_without_an_id_asks_nothing(job: dict[str, object]) -> None:
    for hook in (comfyui.tarash_poll, comfyui.tarash_cancel, comfyui.tarash_stream):
        with pytest.raises(ValidationError, match="no prompt_id"):
            drive(hook(call_of("text_to_video"), job))


@pytest.mark.parametrize("body", [{}, {"queue_running": []}, {"queue_running": None, "queue_pending": []}])
def test_an_answer_that_is_no_queue_does_not_say_that_the_job_is_gone(body: dict[str, object]) -> None:
    with pytest.raises(UnexpectedResponseError, match="GET /queue"):
        drive(
            comfyui.tarash_poll(call_of("text_to_video"), {"prompt_id": JOB}),
            json_reply({}),
            json_reply(body),
        )


REFERENCE = {"prompt_id": JOB, "nodes": 8, "outputs": ["50"], "left_out": ["SaveImage 9: no"]}
FRAME = {"image_list": [{"image": tiny_png(), "type": "first_frame"}]}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    comfyui,
    Example(call=call_of("text_to_video"), job=REFERENCE, bodies=BODIES),
    Example(call=call_of("image_to_video"), job={"prompt_id": JOB}, bodies=BODIES, fields=FRAME),
    Example(call=call_of("text_to_image", "image"), job=REFERENCE, bodies=BODIES),
)
