from __future__ import annotations

from datetime import UTC, datetime

import pytest

from execution import Run
from file_urls import path_of
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.openai import OpenAISimulator
from tarash.tarash_gateway.exceptions import ContentModerationError, SubmissionUnknownError, ValidationError
from tarash.tarash_gateway.gateway import Gateway
from tarash.tarash_gateway.job import Job
from tarash.tarash_gateway.testing.simulator import LostResponse, Reset, tiny_mp4, tiny_png

# the Sora models are retired, which they say
pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.exceptions.ModelLifecycleWarning")


def test_images_are_generated(run: Run, gateway: Gateway, simulator: OpenAISimulator) -> None:
    request = image_request(aspect_ratio="16:9", n=2)
    response = run(gateway, "generate_image", image_config(simulator), request)
    assert [path_of(asset.url).read_bytes() for asset in response.assets] == [tiny_png(0), tiny_png(1)]
    assert response.resolution == "1536x864"


def test_an_image_is_edited_under_a_black_and_white_mask(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    request = image_request(image_list=[{"image": tiny_png()}], mask_image=tiny_png())
    assert run(gateway, "generate_image", image_config(simulator), request).assets
    assert simulator.requests_to("submit")[0].path == "/v1/images/edits"


def test_a_mask_that_its_host_does_not_have_is_the_callers_mistake(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    request = image_request(image_list=[{"image": tiny_png()}], mask_image=f"{simulator.url}/media/gone.png")
    with pytest.raises(ValidationError, match=r"127\.0\.0\.1 cannot be fetched \(HTTP 404\)"):
        run(gateway, "generate_image", image_config(simulator), request)
    assert not simulator.requests_to("submit")


def test_an_image_is_rendered_in_the_background(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    config = image_config(simulator, provider_config={"responses_model": "gpt-5.5"})
    request = image_request(image_list=[{"image": simulator.image_url()}])
    response = run(gateway, "generate_image", config, request)
    assert path_of(response.assets[0].url).read_bytes() == tiny_png()
    assert response.request_id.startswith("resp_")


def test_a_moderated_image_raises(run: Run, gateway: Gateway, simulator: OpenAISimulator) -> None:
    simulator.fail_next("moderation_blocked")
    with pytest.raises(ContentModerationError) as refused:
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert refused.value.stage == "output"


def test_a_video_is_rendered_and_downloaded(run: Run, gateway: Gateway, simulator: OpenAISimulator) -> None:
    simulator.polls_until_done = 2
    request = video_request(duration_seconds=8, image_list=[{"image": tiny_png(), "type": "first_frame"}])
    config = video_config(simulator, provider_config={"variants": ["thumbnail"]})
    response = run(gateway, "generate_video", config, request)
    assert path_of(response.video).read_bytes() == tiny_mp4()
    assert [asset.kind for asset in response.assets] == ["video", "thumbnail"]
    assert simulator.requests_to("submit")[0].form_part("input_reference") is not None


@pytest.mark.parametrize("operation", ["edit", "extend", "remix"])
def test_a_rendered_video_goes_on(
    run: Run, gateway: Gateway, simulator: OpenAISimulator, operation: str
) -> None:
    config = video_config(simulator)
    first = run(gateway, "generate_video", config, video_request())
    request = video_request(
        prompt="at night",
        video=f"openai://{first.request_id}",
        duration_seconds=8 if operation == "extend" else None,
        extra_params={"operation": operation},
    )
    assert path_of(run(gateway, "generate_video", config, request).video).read_bytes() == tiny_mp4()


def test_a_failed_video_raises_what_the_provider_said(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    simulator.fail_next("moderation_blocked")
    with pytest.raises(ContentModerationError, match="safety system"):
        run(gateway, "generate_video", video_config(simulator), video_request())


def test_a_lost_video_is_not_mistaken_for_another_callers_with_the_same_prompt(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    run(gateway, "submit_video", video_config(simulator), video_request())
    simulator.inject("submit", Reset())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_video", video_config(simulator), video_request())
    assert simulator.count("submit") == 2


def test_an_image_whose_answer_was_lost_is_never_paid_twice(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    simulator.inject("submit", LostResponse())
    with pytest.raises(SubmissionUnknownError):
        run(gateway, "generate_image", image_config(simulator), image_request())
    assert simulator.count("submit") == 1


def test_a_background_image_is_carried_on_elsewhere(
    run: Run, gateway: Gateway, simulator: OpenAISimulator
) -> None:
    config = image_config(simulator, provider_config={"responses_model": "gpt-5.5"})
    job = run(gateway, "submit_image", config, image_request())
    stored = job.to_json()
    assert simulator.api_key not in stored
    response = run(gateway, "resume", Job.from_json(stored), config=config)
    assert path_of(response.assets[0].url).read_bytes() == tiny_png()
    assert simulator.count("submit") == 1


def test_a_delivery_is_read_by_the_gateway(gateway: Gateway, simulator: OpenAISimulator) -> None:
    delivery = simulator.signed_delivery("video_1")
    config = video_config(simulator, provider_config={"webhook_secret": simulator.webhook_secret})
    event = gateway.read_webhook(
        config, headers=delivery.headers, body=delivery.body, received_at=datetime.now(UTC)
    )
    assert (event.request_id, event.status.state) == ("video_1", "completed")
