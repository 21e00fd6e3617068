from __future__ import annotations

import pytest

import tarash_gateway_stability as stability
from tarash.tarash_gateway.plugin import (
    Call,
    HttpCall,
    HttpReply,
    Submission,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_stability.payload import tarash_submit

PNG = tiny_png()
URL = "https://pictures.example/fox"
DONE = json_reply(
    {"image": "aW1hZ2U=", "finish_reason": "SUCCESS", "seed": 7}, headers={"x-request-id": "r-1"}
)


def fetched(status: int = 200, content: bytes = PNG, **headers: str) -> HttpReply:
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def enlarge(
    *replies: HttpReply, url: str = URL, call: Call | None = None
) -> tuple[Submission, list[HttpCall]]:
    used = call or call_for(stability, "upscale/fast")
    payload = map_for(stability, used, prompt="", image_list=[{"image": url}]).payload
    return drive(tarash_submit(used, payload), *replies)


def test_a_synchronous_endpoint_answers_with_the_result_itself() -> None:
    call = call_for(stability, "core", provider_config={"client_id": "boats", "client_user_id": "u1"})
    submission, (sent,) = drive(tarash_submit(call, map_for(stability, call).payload), DONE)
    assert submission.job is None
    assert submission.request_id == "r-1"
    assert sent.url == "https://api.stability.ai/v2beta/stable-image/generate/core"
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.headers["stability-client-id"] == "boats"
    assert sent.multipart is not None
    assert sent.may_create_job
    assert "Content-Type" not in sent.headers


def test_an_asynchronous_endpoint_answers_with_a_job() -> None:
    call = call_for(stability, "upscale/creative")
    payload = map_for(stability, call, image_list=[{"image": PNG}]).payload
    submission, _ = drive(tarash_submit(call, payload), json_reply({"id": "4aba"}))
    assert submission.job == {"id": "4aba"}
    assert submission.state == "processing"


def test_an_answer_with_neither_is_unexpected() -> None:
    call = call_for(stability, "core")
    with pytest.raises(UnexpectedResponseError, match="no id"):
        drive(tarash_submit(call, map_for(stability, call).payload), json_reply({"ok": True}))


def test_a_picture_on_the_web_is_fetched_without_the_key() -> None:
    _, (fetch, sent) = enlarge(fetched(content_type="image/png"), DONE)
    assert (fetch.method, fetch.url) == ("GET", URL)
    assert "Authorization" not in fetch.headers
    assert sent.multipart is not None
    assert [(part.name, part.value, part.content_type) for part in sent.multipart] == [
        ("image", PNG, "image/png")
    ]


def test_a_picture_that_the_server_calls_a_stream_of_bytes_is_known_by_its_first_ones() -> None:
    _, (_, sent) = enlarge(fetched(content_type="application/octet-stream"), DONE)
    assert sent.multipart is not None
    assert sent.multipart[0].content_type == "image/png"


def test_a_redirected_picture_is_followed() -> None:
    calls = enlarge(fetched(302, b"", location="/moved.png"), fetched(), DONE)[1]
    assert calls[1].url == "https://pictures.example/moved.png"


@pytest.mark.parametrize(
    ("url", "replies", "says"),
    [
        pytest.param("http://10.0.0.1/a.png", (), "private network", id="private"),
        pytest.param(
            URL, (fetched(302, b"", location="https://10.0.0.1/"),), "private network", id="sent inside"
        ),
        pytest.param(
            URL, (fetched(302, b"", location="http://pictures.example/"),), "https to http", id="downgraded"
        ),
        pytest.param(URL, (fetched(404, b""),), "HTTP 404", id="missing"),
        pytest.param(URL, (fetched(302, b"", location="//[a"),), "is not a URL", id="redirected-nowhere"),
        pytest.param(URL, (fetched(301, b"", location=URL),) * 6, "redirects more than 5", id="circle"),
        pytest.param(URL, (fetched(content=b"GIF89a and so on"),), "is image/gif", id="gif"),
        pytest.param(
            URL,
            (fetched(content=PNG + bytes(10 * 1024 * 1024)),),
            "at most 10485760 bytes are allowed",
            id="large",
        ),
    ],
)
def test_a_picture_that_cannot_be_had_is_the_callers_mistake(
    url: str, replies: tuple[HttpReply, ...], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        enlarge(*replies, url=url)


def test_an_unknown_setting_is_refused_with_a_guess() -> None:
    with pytest.raises(ValidationError, match="did you mean 'client_id'"):
        call_for(stability, "core", provider_config={"client_ids": "boats"})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param("b" * 257, "client_id has 257 characters; use at most 256", id="long"),
        pytest.param("böats", "client_id is not printable ASCII", id="not-a-header"),
        pytest.param("boats\r\nstability-client-user-id: u2", "client_id is not printable ASCII", id="lines"),
        pytest.param(7, "must be text", id="number"),
    ],
)
def test_a_setting_that_cannot_be_a_header_is_refused(value: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        call_for(stability, "core", provider_config={"client_id": value})
