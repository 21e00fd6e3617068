"""What fal's generic rows promise: any model's output is found, and what went wrong is told in the answer's own words."""

from __future__ import annotations

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import VEO
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    Media,
    QuotaExceededError,
    UnexpectedResponseError,
    default_error,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply

JOB = {"request_id": "r1"}
PICTURE, CLIP = "https://v3.fal.media/files/a/b.png", "https://v3.fal.media/files/a/b.mp4"
LARGE = Media(content=b"\x89PNG\r\n\x1a\n" + bytes(300_000), content_type="image/png", filename="a.png")
SLOTS = {"upload_url": "https://storage.example/put?sig=x", "file_url": "https://v3.fal.media/files/a.png"}


@pytest.mark.parametrize(
    ("body", "modality", "found"),
    [
        ({"output": {"images": [{"url": PICTURE}]}}, "image", [("image", PICTURE)]),
        ({"outputs": {"9": {"images": [{"url": PICTURE}]}}}, "image", [("image", PICTURE)]),
        ({"image_url": PICTURE}, "image", [("image", PICTURE)]),
        ({"generated_image": {"url": PICTURE}}, "image", [("image", PICTURE)]),
        ({"video_url": CLIP}, "video", [("video", CLIP)]),
        ({"output": {"video": {"url": CLIP}}}, "video", [("video", CLIP)]),
        ({"result": ["https://a/1"]}, "video", [("video", "https://a/1")]),
        ({"clip": {"url": "https://a/1", "content_type": "video/mp4"}}, "video", [("video", "https://a/1")]),
        ({"frames": [PICTURE], "video": {"url": [CLIP]}}, "video", [("video", CLIP), ("image", PICTURE)]),
        ({"thumbnail_url": PICTURE, "output": CLIP}, "video", [("video", CLIP), ("thumbnail", PICTURE)]),
        # what repeats the request, or leads elsewhere, is no output
        ({"input": {"image_url": PICTURE}, "response_url": CLIP, "license": "https://a/terms"}, "image", []),
        ({"output": "https://[broken/"}, "image", []),
        # a usual name needs no search
        ({"images": [{"url": PICTURE}], "extra": {"image_url": "https://a/other.png"}}, "image", [("image", PICTURE)]),
    ],
)  # fmt: skip
def test_the_files_of_any_model_are_found(
    body: dict[str, object], modality: str, found: list[tuple[str, str]]
) -> None:
    generated, _ = drive(
        fal.tarash_normalize(call_for(fal, "workflows/acme/flow", modality), JOB, None), json_reply(body)
    )
    assert [(asset.kind, asset.url) for asset in generated.assets] == found


def test_what_is_known_of_a_file_found_by_searching_is_told() -> None:
    entry = {
        "url": CLIP,
        "content_type": "video/mp4",
        "file_size": 7,
        "width": 4,
        "height": 2,
        "duration": 1.5,
    }
    generated, _ = drive(
        fal.tarash_normalize(call_for(fal, VEO), JOB, None), json_reply({"output": {"video": entry}})
    )
    asset = generated.assets[0]
    assert (asset.content_type, asset.size_bytes, asset.width, asset.height, asset.duration_seconds) == (
        "video/mp4", 7, 4, 2, 1.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"images": [], "error": "content moderated"}, ContentModerationError),
        ({"images": [], "error": {"message": "no face in it"}}, GenerationFailedError),
        ({"message": "no face in it"}, GenerationFailedError),
    ],
)
def test_the_reason_for_an_empty_output_is_told(body: dict[str, object], kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"content moderated|no face in it"):
        drive(fal.tarash_normalize(call_for(fal, "fal-ai/flux/dev", "image"), JOB, None), json_reply(body))


@pytest.mark.parametrize(
    ("body", "stage"),
    [
        ({"status": "COMPLETED", "error": "refused", "error_type": "content_policy_violation"}, "unknown"),
        ({"status": "COMPLETED", "error": "the output was flagged by the safety checker"}, "unknown"),
        (
            {
                "status": "FAILED",
                "detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}],
            },
            "input",
        ),
    ],
)
def test_moderation_told_in_the_status_is_moderation(body: dict[str, object], stage: str) -> None:
    status, _ = drive(fal.tarash_poll(call_for(fal, VEO), JOB), json_reply(body))
    assert status.state == "failed"
    assert isinstance(status.error, ContentModerationError)
    assert status.error.stage == stage
    assert not status.error.allows_fallback


@pytest.mark.parametrize(
    ("word", "state"),
    [("completed", "completed"), ("Success", "completed"), ("failure", "failed"), ("expired", "failed")],
)
def test_other_words_than_fal_s_own_are_understood(word: str, state: str) -> None:
    status, _ = drive(fal.tarash_poll(call_for(fal, VEO), JOB), json_reply({"status": word}))
    assert status.state == state


def test_an_error_with_http_200_is_the_reason() -> None:
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(fal.tarash_submit(call_for(fal, VEO), {"prompt": "x"}), json_reply(body))
    assert caught.value.submitted == "no"


def test_an_answer_without_id_and_error_leaves_it_open() -> None:
    with pytest.raises(UnexpectedResponseError):
        drive(fal.tarash_submit(call_for(fal, VEO), {"prompt": "x"}), json_reply({"status": "IN_QUEUE"}))


def test_a_numeric_id_is_one() -> None:
    submission, _ = drive(
        fal.tarash_submit(call_for(fal, VEO), {"prompt": "x"}), json_reply({"request_id": 17})
    )
    assert submission.request_id == "17"
    _, calls = drive(fal.tarash_poll(call_for(fal, VEO), {"request_id": 17}), json_reply({}))
    assert "/requests/17/status" in calls[0].url


def test_a_storage_that_refuses_a_file_is_not_fal_refusing_the_key() -> None:
    refusal = default_error(HttpReply(403, {}, b"<Error><Message>Request has expired</Message></Error>"))
    with pytest.raises(HTTPError) as caught:
        drive(fal.tarash_submit(call_for(fal, VEO), {"image_url": LARGE}), json_reply(SLOTS), refusal)
    assert type(caught.value) is HTTPError
    assert "storage.example" in caught.value.message
    assert caught.value.submitted == "no"
