from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call
from tarash.tarash_gateway.exceptions import (
    ContentModerationError,
    GenerationFailedError,
    QuotaExceededError,
    RateLimitError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import drive, json_reply
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_png

VIDEO = {"kind": "video", "id": "video_1"}
RESPONSE = {"kind": "response", "id": "resp_1"}
PICTURE = base64.b64encode(tiny_png()).decode()
CLIP = {
    "id": "video_1",
    "status": "completed",
    "seconds": "8",
    "size": "1280x720",
    "expires_at": 1795345200,
}
DONE_CALL = {
    "type": "image_generation_call",
    "id": "ig_1",
    "status": "completed",
    "result": PICTURE,
    "output_format": "png",
    "size": "1536x864",
}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("pending", "queued"),
        ("in_progress", "processing"),
        ("processing", "processing"),
        ("warming_up", "processing"),
        ("completed", "completed"),
        ("succeeded", "completed"),
        ("failed", "failed"),
        ("expired", "failed"),
        ("CANCELLED", "cancelled"),
        ("canceled", "cancelled"),
        (None, "processing"),
    ],
)
def test_wire_words_map_to_states(word: str | None, state: str) -> None:
    call = make_call("sora-2", "video")
    status, calls = drive(plugin.tarash_poll(call, VIDEO), json_reply({"id": "video_1", "status": word}))
    assert status.state == state
    assert (calls[0].method, calls[0].url) == ("GET", "https://api.openai.com/v1/videos/video_1")


def test_progress_and_the_wished_delay_are_read() -> None:
    answer = json_reply({"status": "in_progress", "progress": 33}, headers={"openai-poll-after-ms": "2500"})
    status, _ = drive(plugin.tarash_poll(make_call("sora-2", "video"), VIDEO), answer)
    assert status.progress_percent == 33
    assert status.suggested_delay_seconds == 2.5


@pytest.mark.parametrize("header", ["soon", "-1", "nan", "inf"])
def test_a_senseless_delay_is_no_wish(header: str) -> None:
    answer = json_reply({"status": "in_progress"}, headers={"openai-poll-after-ms": header})
    status, _ = drive(plugin.tarash_poll(make_call("sora-2", "video"), VIDEO), answer)
    assert status.suggested_delay_seconds is None


@pytest.mark.parametrize(
    ("error", "raises"),
    [
        ({"code": "moderation_blocked", "message": "no"}, ContentModerationError),
        ({"code": "bio_policy", "message": "no"}, ContentModerationError),
        ({"code": "other", "message": "Blocked by our moderation system"}, ContentModerationError),
        ({"code": "insufficient_quota", "message": "no credit"}, QuotaExceededError),
        (
            {"code": "rate_limit_exceeded", "message": "slow", "headers": {"Retry-After": "9"}},
            RateLimitError,
        ),
        ({"code": "server_error", "message": "broken"}, GenerationFailedError),
        ({"code": "image_too_small", "message": "tiny"}, ValidationError),
        ({"message": "broken"}, GenerationFailedError),
    ],
    ids=lambda value: value.get("code", "no-code") if isinstance(value, dict) else "",
)
def test_a_failed_video_tells_why(error: dict[str, object], raises: type[Exception]) -> None:
    answer = json_reply({"id": "video_1", "status": "failed", "error": error})
    status, _ = drive(plugin.tarash_poll(make_call("sora-2", "video"), VIDEO), answer)
    assert type(status.error) is raises
    assert str(error["message"]) in str(status.error)


class TestResponses:
    def test_a_completed_response_has_its_image(self) -> None:
        answer = json_reply({"id": "resp_1", "status": "completed", "output": [DONE_CALL]})
        status, calls = drive(plugin.tarash_poll(make_call(responses_model="gpt-5.5"), RESPONSE), answer)
        assert status.state == "completed"
        assert calls[0].url == "https://api.openai.com/v1/responses/resp_1"

    @pytest.mark.parametrize(
        ("body", "raises"),
        [
            (
                {
                    "status": "completed",
                    "output": [
                        {
                            "type": "image_generation_call",
                            "status": "failed",
                            "error": {
                                "code": "moderation_blocked",
                                "type": "image_generation_user_error",
                                "message": "no",
                                "moderation_details": {"moderation_stage": "output", "categories": []},
                            },
                        }
                    ],
                },
                ContentModerationError,
            ),
            ({"status": "failed", "error": {"code": "server_error", "message": "x"}}, GenerationFailedError),
            (
                {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
                ContentModerationError,
            ),
            (
                {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
                GenerationFailedError,
            ),
            ({"status": "completed", "output": [{"type": "message"}]}, GenerationFailedError),
        ],
        ids=["moderated", "server-error", "filtered", "cut-off", "no-image"],
    )
    def test_a_response_without_an_image_has_failed(
        self, body: dict[str, object], raises: type[Exception]
    ) -> None:
        status, _ = drive(
            plugin.tarash_poll(make_call(responses_model="gpt-5.5"), RESPONSE), json_reply(body)
        )
        assert status.state == "failed"
        assert type(status.error) is raises

    def test_the_image_of_a_response_is_bytes(self) -> None:
        raw = {"id": "resp_1", "status": "completed", "output": [DONE_CALL]}
        generated, calls = drive(plugin.tarash_normalize(make_call(), RESPONSE, raw))
        assert not calls
        assert [asset.content for asset in generated.assets] == [tiny_png()]
        assert generated.resolution == "1536x864"

    def test_a_response_told_of_by_a_webhook_is_read_first(self) -> None:
        event = {"type": "response.completed", "data": {"id": "resp_1"}}
        answer = json_reply({"id": "resp_1", "status": "completed", "output": [DONE_CALL]})
        generated, _ = drive(plugin.tarash_normalize(make_call(), RESPONSE, event), answer)
        assert generated.assets[0].content == tiny_png()


class TestImages:
    def test_every_image_is_bytes(self) -> None:
        raw = {
            "data": [{"b64_json": PICTURE}, {"b64_json": PICTURE}],
            "output_format": "jpeg",
            "size": "1536x864",
            "usage": {
                "input_tokens": 12,
                "input_tokens_details": {"text_tokens": 12, "image_tokens": 0},
                "output_tokens": 1568,
                "output_tokens_details": {"image_tokens": 1568, "text_tokens": 0},
            },
        }
        generated, _ = drive(plugin.tarash_normalize(make_call(), {}, raw))
        assert len(generated.assets) == 2
        first = generated.assets[0]
        assert (first.content, first.content_type, first.width, first.height) == (
            tiny_png(),
            # as declared: the core looks at the bytes
            "image/jpeg",
            1536,
            864,
        )
        assert generated.cost_usd == pytest.approx((12 * 5 + 1568 * 30) / 1e6)
        assert PICTURE not in str(generated.raw)

    @pytest.mark.parametrize(
        ("model", "usage"),
        [
            ("gpt-image-2", {}),
            ("gpt-image-1", {"input_tokens": 1}),
            (
                "my-deployment",
                {"input_tokens_details": {"text_tokens": 1, "image_tokens": 0}, "output_tokens": 5},
            ),
            (
                "gpt-image-2",
                {
                    "input_tokens_details": {"text_tokens": 1, "image_tokens": 0},
                    "output_tokens": 5,
                    "output_tokens_details": {"text_tokens": 5},
                },
            ),
        ],
        ids=["no-counts", "no-price", "unknown-model", "text-without-price"],
    )
    def test_an_unknown_cost_is_none(self, model: str, usage: object) -> None:
        raw = {"data": [{"b64_json": PICTURE}], "usage": usage}
        generated, _ = drive(plugin.tarash_normalize(make_call(model), {}, raw))
        assert generated.cost_usd is None

    def test_the_price_list_is_openais_own(self) -> None:
        raw = {
            "data": [{"b64_json": PICTURE}],
            "usage": {"input_tokens_details": {"text_tokens": 1, "image_tokens": 0}, "output_tokens": 5},
        }
        call = make_call(base_url="https://images.example.com/v1")
        assert drive(plugin.tarash_normalize(call, {}, raw))[0].cost_usd is None

    def test_a_url_of_a_compatible_server_is_kept(self) -> None:
        raw = {"data": [{"url": "https://example.com/a.png"}]}
        generated, _ = drive(plugin.tarash_normalize(make_call("dall-e-3"), {}, raw))
        assert generated.assets[0].url == "https://example.com/a.png"

    @pytest.mark.parametrize("item", [{"b64_json": "###"}, {}], ids=["no-base64", "nothing"])
    def test_an_unreadable_image_is_unexpected(self, item: dict[str, object]) -> None:
        with pytest.raises(UnexpectedResponseError):
            drive(plugin.tarash_normalize(make_call(), {}, {"data": [item]}))


def test_a_video_is_downloaded_with_the_key() -> None:
    call = make_call("sora-2", "video", variants=["thumbnail", "spritesheet"])
    generated, calls = drive(plugin.tarash_normalize(call, VIDEO, CLIP))
    assert not calls
    clip, thumbnail, sheet = generated.assets
    assert clip.download is not None
    assert clip.download.url == "https://api.openai.com/v1/videos/video_1/content?variant=video"
    assert clip.download.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert (clip.width, clip.height, clip.duration_seconds) == (1280, 720, 8.0)
    assert clip.expires_at == datetime.fromtimestamp(1795345200, UTC)
    assert (thumbnail.kind, thumbnail.content_type) == ("thumbnail", "image/webp")
    assert (sheet.kind, sheet.content_type) == ("other", "image/jpeg")


@pytest.mark.parametrize("expires_at", [10**400, 10**20, -(10**20), 0, "never", float("nan"), None])
def test_an_end_that_is_not_a_time_is_unknown(expires_at: object) -> None:
    clip = {**CLIP, "expires_at": expires_at}
    generated, _ = drive(plugin.tarash_normalize(make_call("sora-2", "video"), VIDEO, clip))
    assert generated.assets[0].expires_at is None


def test_an_announced_video_is_read_first() -> None:
    event = {"type": "video.completed", "data": {"id": "video_1"}}
    generated, _ = drive(
        plugin.tarash_normalize(make_call("sora-2", "video"), VIDEO, event), json_reply(CLIP)
    )
    assert generated.duration_seconds == 8.0
