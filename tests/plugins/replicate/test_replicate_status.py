from __future__ import annotations

import pytest

import tarash_gateway_replicate as replicate
from plugins.replicate.replicate_calls import VEO, prediction
from tarash.tarash_gateway.plugin import (
    Asset,
    GenerationFailedError,
    GenerationState,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash_gateway_replicate.status import read_progress, read_status

FILE = "https://replicate.delivery/xezq/a/output"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("starting", "queued"),
        ("processing", "processing"),
        ("succeeded", "completed"),
        ("failed", "failed"),
        ("canceled", "cancelled"),
        ("aborted", "cancelled"),
        ("some new word", "processing"),
        (None, "processing"),
    ],
)
def test_every_status_word_has_a_state(word: str | None, state: GenerationState) -> None:
    assert read_status({"id": "r", "status": word}).state == state


@pytest.mark.parametrize(
    ("log", "percent"),
    [
        pytest.param(" 42%|████▏     | 21/50 [00:08<00:11,  2.5it/s]\n", 42.0, id="one bar"),
        pytest.param(
            "  2%|▏  | 1/50 [00:00<00:19]\r 80%|████ | 40/50 [00:08<00:02]\nsaving", 80.0, id="the last bar"
        ),
        pytest.param("100%|█████| 50/50 [00:20<00:00]", 100.0, id="done"),
        pytest.param(
            "Loading parts: 100%|███| 7/7 [00:01<00:00]\n", None, id="another bar than the sampler's"
        ),
        pytest.param("Using seed: 42\n", None, id="no bar"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_progress_is_the_percentage_of_the_last_bar(log: str, percent: float | None) -> None:
    assert read_progress(tuple(log.splitlines())) == percent
    assert read_status(prediction("processing", logs=log)).progress_percent == percent


def test_logs_are_told_line_by_line() -> None:
    assert read_status(prediction("processing", logs="one\n\ntwo\n")).logs == ("one", "two")
    assert read_status(prediction("succeeded", logs=None)).logs == ()


@pytest.mark.parametrize(("word", "says"), [("aborted", "nothing is charged"), ("canceled", "while it ran")])
def test_a_cancelled_prediction_says_what_it_costs(word: str, says: str) -> None:
    error = read_status(prediction(word)).error
    assert isinstance(error, GenerationFailedError)
    assert says in error.message
    assert error.request_id == prediction()["id"]


def test_an_echoed_key_is_hidden() -> None:
    echoed = prediction("succeeded", input={"prompt": "a fox", "openai_api_key": "sk-very-secret"})
    status = read_status(echoed)
    assert "sk-very-secret" not in repr(status.raw)
    assert isinstance(status.raw, dict)
    assert status.raw["input"] == {"prompt": "a fox", "openai_api_key": "***"}


@pytest.mark.parametrize(
    ("model", "output", "expected"),
    [
        pytest.param("a/video", f"{FILE}.mp4", [("video", f"{FILE}.mp4")], id="one URL"),
        pytest.param("a/video", f"{FILE}.gif", [("video", f"{FILE}.gif")], id="a moving picture"),
        pytest.param("a/video", FILE, [("video", FILE)], id="no suffix"),
        pytest.param(
            "a/video",
            [f"{FILE}.png", f"{FILE}.mp4"],
            [("video", f"{FILE}.mp4"), ("image", f"{FILE}.png")],
            id="a list, the video first",
        ),
        pytest.param(
            "a/video",
            {"thumbnail": f"{FILE}.png", "audio": f"{FILE}.wav", "video": f"{FILE}.mp4"},
            [("video", f"{FILE}.mp4"), ("thumbnail", f"{FILE}.png"), ("audio", f"{FILE}.wav")],
            id="an object",
        ),
        pytest.param("a/video", f"{FILE}.webp", [("video", f"{FILE}.webp")], id="an animated picture"),
        pytest.param(
            "a/video",
            [f"{FILE}.webp", f"{FILE}.mp4"],
            [("video", f"{FILE}.mp4"), ("image", f"{FILE}.webp")],
            id="a picture beside a clip",
        ),
        pytest.param(
            "a/video",
            {"thumbnail": f"{FILE}.webp", "frames": f"{FILE}.png"},
            [("thumbnail", f"{FILE}.webp"), ("image", f"{FILE}.png")],
            id="pictures that do not move",
        ),
        pytest.param("a/video", ["a ", "text"], [], id="a language model"),
        pytest.param("a/video", None, [], id="nothing"),
    ],
)
def test_outputs_of_every_shape_are_listed(
    model: str, output: object, expected: list[tuple[str, str]]
) -> None:
    assert [(asset.kind, asset.url) for asset in _assets(model, output)] == expected


def _assets(model: str, output: object) -> tuple[Asset, ...]:
    raw = prediction("succeeded", output=output, completed_at="2026-11-22T12:00:00.000Z")
    generated, calls = drive(replicate.tarash_normalize(call_for(replicate, model), raw))
    assert calls == []
    return generated.assets


def test_an_inline_output_is_decoded() -> None:
    (asset,) = _assets("a/video", "data:video/mp4;base64,AAAAGGZ0eXBtcDQy")
    assert (asset.kind, asset.content_type, asset.url) == ("video", "video/mp4", None)
    assert asset.content is not None
    assert asset.content.endswith(b"ftypmp42")


def test_only_a_file_of_the_files_api_is_downloaded_with_the_key() -> None:
    (public,) = _assets("a/video", f"{FILE}.mp4")
    (private,) = _assets("a/video", "https://api.replicate.com/v1/files/abc.mp4")
    assert public.download is None
    assert private.url is None
    assert private.download is not None
    assert private.download.headers["Authorization"] == f"Bearer {TEST_KEY}"


@pytest.mark.parametrize("url", [f"{FILE}.mp4\n", f" HTTPS{FILE.removeprefix('https')}.mp4"])
def test_an_oddly_written_address_costs_no_result(url: str) -> None:
    (asset,) = _assets("a/video", url)
    assert asset.url == f"{FILE}.mp4"


def test_outputs_expire_an_hour_after_completion() -> None:
    (asset,) = _assets("a/video", f"{FILE}.mp4")
    assert asset.expires_at is not None
    assert asset.expires_at.isoformat() == "2026-11-22T13:00:00+00:00"


def test_a_deleted_output_is_told() -> None:
    raw = prediction("succeeded", data_removed=True)
    with pytest.raises(GenerationFailedError, match="save results at once"):
        drive(replicate.tarash_normalize(call_for(replicate, VEO), raw))


@pytest.mark.parametrize(
    ("status", "body", "outcome", "billed"),
    [
        (200, prediction("canceled"), "accepted", "unknown"),
        (200, prediction("processing"), "accepted", "unknown"),
        (200, prediction("aborted"), "accepted", "no"),
        (200, prediction("succeeded"), "finished", "yes"),
        (200, prediction("failed"), "finished", "unknown"),
        (200, {"detail": "internal error"}, "unknown", "unknown"),
        (404, {"detail": "not found"}, "refused", "unknown"),
        (422, {"detail": "already done"}, "refused", "unknown"),
    ],
)
def test_a_cancel_tells_what_became_of_it(status: int, body: object, outcome: str, billed: str) -> None:
    flow = replicate.tarash_cancel(call_for(replicate, VEO), {"id": "r1"})
    cancellation, calls = drive(flow, json_reply(body, status))
    assert (cancellation.outcome, cancellation.billed) == (outcome, billed)
    assert (calls[0].method, calls[0].url) == (
        "POST",
        "https://api.replicate.com/v1/predictions/r1/cancel",
    )


def test_a_reference_of_another_provider_is_refused() -> None:
    with pytest.raises(
        ValidationError, match="the job's reference has no id; resume the job as it was saved"
    ):
        drive(replicate.tarash_poll(call_for(replicate, VEO), {"request_id": "r1"}))


def test_the_id_of_a_reference_leads_nowhere_else() -> None:
    flow = replicate.tarash_poll(call_for(replicate, VEO), {"id": "../account?x"})
    _, calls = drive(flow, json_reply(prediction("processing")))
    assert calls[0].url == "https://api.replicate.com/v1/predictions/..%2Faccount%3Fx"


@pytest.mark.parametrize(
    "output", ["https://[broken", "data:video/mp4", "data:video/mp4;base64,\u00fc", "data:,", {"video": 7}]
)
def test_what_is_not_an_address_is_not_an_output(output: object) -> None:
    assert _assets("a/video", output) == ()


@pytest.mark.parametrize("moment", ["soon", "9999-12-31T23:59:59Z", 7, None])
def test_an_unreadable_time_is_no_expiry(moment: object) -> None:
    raw = prediction("succeeded", output=f"{FILE}.mp4", completed_at=moment)
    generated, _ = drive(replicate.tarash_normalize(call_for(replicate, VEO), raw))
    assert [asset.expires_at for asset in generated.assets] == [None]
