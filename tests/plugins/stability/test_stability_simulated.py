from __future__ import annotations

import pytest

from execution import Run
from file_urls import path_of
from simulators.asking import image_config, image_request
from simulators.stability import StabilitySimulator
from simulators.stability.failures import OUT_OF_CREDIT
from simulators.stability.simulator import RANDOM_SEED
from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    ImageGenerationResponse,
    ProgressUpdate,
    QuotaExceededError,
    SubmissionUnknownError,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import LostResponse, Status, TruncatedBody, tiny_png


def test_a_picture_comes_back_as_a_file(run: Run, gateway: Gateway, simulator: StabilitySimulator) -> None:
    response = run(
        gateway, "generate_image", image_config(simulator, "core"), image_request(aspect_ratio="16:9", seed=7)
    )
    assert path_of(response.image).read_bytes() == tiny_png()
    assert response.seed == 7
    assert response.content_type == "image/png"
    assert "image" in response.raw_response
    assert len(str(response.raw_response)) < 500
    assert simulator.count("status") == 0


def test_a_picture_is_not_lost_if_the_progress_callback_raises_at_the_end(
    run: Run, gateway: Gateway, simulator: StabilitySimulator
) -> None:
    def stop(update: ProgressUpdate) -> None:
        if update.status == "completed":
            raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        run(gateway, "generate_image", image_config(simulator, "core"), image_request(), on_progress=stop)
    assert any("resume its job in gateway.unsettled()" in note for note in caught.value.__notes__)
    (job,) = gateway.unsettled()
    kept = gateway.resume(job)
    assert isinstance(kept, ImageGenerationResponse)
    assert path_of(kept.image).read_bytes() == tiny_png()
    assert (gateway.unsettled(), simulator.count("submit")) == ((), 1)


def test_a_job_is_asked_for_until_it_is_done(
    run: Run, gateway: Gateway, simulator: StabilitySimulator
) -> None:
    simulator.polls_until_done = 2
    source = image_request(image_list=[{"image": simulator.image_url("boat.png")}])
    response = run(gateway, "generate_image", image_config(simulator, "upscale/creative"), source)
    assert response.request_id == simulator.jobs[0].id
    assert response.seed == RANDOM_SEED
    assert simulator.count("status") == 3
    assert "Authorization" not in simulator.requests_to("media")[0].headers


def test_formats_and_masks_reach_the_endpoint(
    run: Run, gateway: Gateway, simulator: StabilitySimulator
) -> None:
    source = image_request(
        image_list=[{"image": tiny_png()}], mask_image=tiny_png(), extra_params={"output_format": "webp"}
    )
    response = run(gateway, "generate_image", image_config(simulator, "edit/inpaint"), source)
    assert response.content_type == "image/webp"
    assert response.image.endswith(".webp")


@pytest.mark.parametrize("model", ["sd3.5-large", "upscale/creative"])
def test_a_filtered_picture_is_never_handed_out(
    run: Run, gateway: Gateway, simulator: StabilitySimulator, model: str
) -> None:
    simulator.fail_next("content_filtered")
    source = image_request(image_list=[{"image": tiny_png()}])
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_image", image_config(simulator, model), source)
    assert (caught.value.stage, caught.value.submitted) == ("output", "yes")
    assert len(str(caught.value.raw_response)) < 500


def test_a_refused_job_is_a_refusal(run: Run, gateway: Gateway, simulator: StabilitySimulator) -> None:
    simulator.fail_next("content_moderation")
    source = image_request(image_list=[{"image": tiny_png()}])
    with pytest.raises(ContentModerationError, match="flagged"):
        run(gateway, "generate_image", image_config(simulator, "upscale/creative"), source)


def test_an_empty_account_is_told_so(run: Run, gateway: Gateway, simulator: StabilitySimulator) -> None:
    simulator.inject("submit", OUT_OF_CREDIT)
    with pytest.raises(QuotaExceededError, match="top up"):
        run(gateway, "generate_image", image_config(simulator, "core"), image_request())


@pytest.mark.parametrize("fault", [LostResponse(), TruncatedBody()])
def test_a_submit_whose_answer_is_lost_is_not_repeated(
    run: Run, gateway: Gateway, simulator: StabilitySimulator, fault: LostResponse | TruncatedBody
) -> None:
    simulator.inject("submit", fault)
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_image", image_config(simulator, "core"), image_request())
    assert simulator.count("submit") == 1


def test_a_flaky_result_does_not_lose_the_job(
    run: Run, gateway: Gateway, simulator: StabilitySimulator
) -> None:
    simulator.inject("status", Status(500, text="oops"))
    simulator.inject("status", TruncatedBody(), nth=2)
    source = image_request(image_list=[{"image": tiny_png()}])
    response = run(gateway, "generate_image", image_config(simulator, "upscale/creative"), source)
    assert response.images
    assert simulator.count("submit") == 1


def test_a_video_is_refused_with_who_makes_them(
    run: Run, gateway: Gateway, simulator: StabilitySimulator
) -> None:
    config = VideoGenerationConfig.model_validate(
        {"provider": "stability", "model": "svd", "base_url": simulator.url, "api_key": "sk-test-0000000"}
    )
    with pytest.raises(ValidationError, match="Stability AI has no video models"):
        run(gateway, "generate_video", config, VideoGenerationRequest(prompt="a boat"))
