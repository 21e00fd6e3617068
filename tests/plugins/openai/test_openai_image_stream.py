"""An image as an event stream: the same result and the same certainty about the money as without one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import pytest

import tarash_gateway_openai as plugin
from execution import Run
from file_urls import path_of
from plugins.openai.openai_calls import make_call
from simulators.asking import image_config, image_request
from simulators.openai import OpenAISimulator
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    HTTPError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
)
from tarash.tarash_gateway.plugin import HttpReply, UnexpectedResponseError
from tarash.tarash_gateway.testing import drive, map_for
from tarash.tarash_gateway.testing.simulator import Body, Fault, Reset, TruncatedJson, tiny_png
from tarash_gateway_openai.image_stream import read_stream

PICTURE = base64.b64encode(tiny_png()).decode()
STREAM = {"provider_config": {"stream": True}}
PARTIAL = {"type": "image_generation.partial_image", "b64_json": PICTURE, "partial_image_index": 0}
COMPLETED = {
    "type": "image_generation.completed",
    "b64_json": PICTURE,
    "size": "1024x1024",
    "output_format": "png",
    "usage": {
        "input_tokens": 12,
        "input_tokens_details": {"text_tokens": 12, "image_tokens": 0},
        "output_tokens": 1568,
    },
}
BLOCKED = {
    "message": "Rejected by the safety system.",
    "type": "image_generation_user_error",
    "code": "moderation_blocked",
    "moderation_details": {"moderation_stage": "output"},
}
BROKEN = {"message": "The server had an error.", "type": "server_error", "code": "server_error"}
BUSY = {"message": "Rate limit reached.", "type": "requests", "code": "rate_limit_exceeded"}


def stream(*events: Mapping[str, object] | str, end: str = "\n") -> bytes:
    """Server-sent events; text is sent as it is."""
    lines = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
    return "".join(f"{line}{end}{end}" for line in lines).encode()


def reply(content: bytes) -> HttpReply:
    return HttpReply(
        200, {"content-type": "text/event-stream; charset=utf-8", "x-request-id": "req_1"}, content
    )


def test_a_line_separator_in_a_prompt_ends_no_line() -> None:
    told = {**COMPLETED, "revised_prompt": "a boat\u2028at\u0085night\x0b."}
    data = f"event: {told['type']}\r\ndata: {json.dumps(told, ensure_ascii=False)}\r\n\r\n"
    body = read_stream(reply(data.encode()))
    assert body["data"] == [{"b64_json": PICTURE}]
    assert body["revised_prompt"] == told["revised_prompt"]


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        pytest.param({}, {"stream": True, "partial_images": 1}, id="one-image"),
        pytest.param({"n": 2}, {}, id="several-images"),
        pytest.param({"extra_params": {"output_format": "svg"}}, {}, id="svg"),
        pytest.param(
            {"extra_params": {"partial_images": 3}}, {"stream": True, "partial_images": 3}, id="more"
        ),
    ],
)
def test_the_setting_asks_for_a_stream_where_openai_has_one(
    fields: dict[str, object], sent: dict[str, object]
) -> None:
    payload = map_for(plugin, make_call(stream=True), **fields).payload
    assert {name: payload[name] for name in ("stream", "partial_images") if name in payload} == sent


def test_a_background_job_is_not_streamed() -> None:
    payload = map_for(plugin, make_call(stream=True, responses_model="gpt-5.5")).payload
    assert "stream" not in payload


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_stream_is_the_answer_of_a_request_without_one(end: str) -> None:
    call = make_call()
    content = stream(": keep-alive", PARTIAL, COMPLETED, "data: [DONE]", end=end)
    submission, _ = drive(plugin.tarash_submit(call, map_for(plugin, call).payload), reply(content))
    assert submission.request_id == "req_1"
    generated, _ = drive(plugin.tarash_normalize(call, {}, submission.result))
    assert [asset.content for asset in generated.assets] == [tiny_png()]
    # 12 text tokens at 5 dollars and 1,568 image tokens at 30 dollars a million
    assert (generated.resolution, generated.cost_usd) == ("1024x1024", 0.0471)
    assert PICTURE not in repr(generated.raw)


def test_the_last_event_needs_no_blank_line() -> None:
    assert read_stream(reply(stream(PARTIAL, COMPLETED).rstrip()))["data"] == [{"b64_json": PICTURE}]


@pytest.mark.parametrize(
    ("content", "raises", "submitted"),
    [
        pytest.param(stream({"type": "error", "error": BUSY}), RateLimitError, "no", id="refused"),
        pytest.param(stream({"error": BLOCKED}), ContentModerationError, "no", id="blocked-at-once"),
        pytest.param(
            stream(PARTIAL, {"error": BLOCKED}), ContentModerationError, "unknown", id="blocked-later"
        ),
        pytest.param(stream(f"event: error\ndata: {json.dumps(BROKEN)}"), HTTPError, "unknown", id="broken"),
    ],
)
def test_an_error_in_the_stream_is_the_error_of_the_answer(
    content: bytes, raises: type[TarashException], submitted: str
) -> None:
    with pytest.raises(raises) as failed:
        read_stream(reply(content))
    assert failed.value.submitted == submitted
    assert not isinstance(failed.value, ContentModerationError) or failed.value.stage == "output"


@pytest.mark.parametrize(
    "content",
    [b"", b": keep-alive\n\n", stream(PARTIAL), stream(PARTIAL, "data: [DONE]"), stream(COMPLETED)[:90]],
)
def test_a_stream_without_its_image_is_unexpected(content: bytes) -> None:
    with pytest.raises(UnexpectedResponseError, match="without the image"):
        read_stream(reply(content))


@pytest.mark.parametrize("images", [[], [{"image": tiny_png()}]], ids=["generated", "edited"])
def test_an_image_is_streamed(
    run: Run, gateway: Gateway, simulator: OpenAISimulator, images: list[dict[str, object]]
) -> None:
    request = image_request(image_list=images)
    response = run(gateway, "generate_image", image_config(simulator, **STREAM), request)
    assert path_of(response.assets[0].url).read_bytes() == tiny_png()
    assert response.request_id == f"req_{simulator.jobs[0].id}"
    assert str(simulator.jobs[0].inputs["stream"]).lower() == "true"


def test_a_server_that_ignores_the_wish_is_understood(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    answer = json.dumps({"created": 1, "data": [{"b64_json": PICTURE}]}).encode()
    simulator.inject("submit", Body(answer, "application/json"))
    response = run(gateway, "generate_image", image_config(simulator, **STREAM), image_request())
    assert path_of(response.assets[0].url).read_bytes() == tiny_png()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Reset(), id="reset"),
        pytest.param(TruncatedJson(), id="cut-after-the-partial-image"),
        pytest.param(Body(stream(PARTIAL), "text/event-stream"), id="ended-early"),
    ],
)
def test_a_stream_that_breaks_is_never_paid_twice(
    run: Run, gateway: Gateway, simulator: OpenAISimulator, fault: Fault
) -> None:
    simulator.inject("submit", fault)
    with pytest.raises(SubmissionUnknownError) as lost:
        run(gateway, "generate_image", image_config(simulator, **STREAM), image_request())
    assert (lost.value.submitted, simulator.count("submit")) == ("unknown", 1)


@pytest.mark.parametrize(("without_partials", "submitted"), [(True, "no"), (False, "yes")])
def test_a_moderated_stream_raises(
    run: Run, gateway: Gateway, simulator: OpenAISimulator, without_partials: bool, submitted: str
) -> None:
    simulator.fail_next("moderation_blocked")
    simulator.without_partials = without_partials
    with pytest.raises(ContentModerationError) as refused:
        run(gateway, "generate_image", image_config(simulator, **STREAM), image_request())
    assert (refused.value.stage, refused.value.submitted) == ("output", submitted)
