from __future__ import annotations

import json
from pathlib import Path

import pytest

from execution import Run
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.google import GoogleSimulator
from simulators.google.failures import FAILURES, TOO_MANY
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    Gateway,
    GenerationFailedError,
    HTTPConnectionError,
    ImageGenerationRequest,
    Job,
    ModelNotFoundError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import Hang, Status, TruncatedJson, tiny_mp4, tiny_png

OMNI = "gemini-omni-1.2-flash"
VEO = "veo-3.1-generate-001"
OLD_VEO = "veo-3.1-generate-preview"
UNAUTHENTICATED = Status(
    401, json={"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "The token has expired."}}
)
# the rows of ended models warn, as they should
pytestmark = pytest.mark.filterwarnings("ignore:model .* was retired:Warning")


def vertex(simulator: GoogleSimulator, model: str = VEO, **provider_config: object) -> VideoGenerationConfig:
    config = {
        "storage_base_url": simulator.url,
        "credentials": json.dumps(simulator.service_account()),
        **provider_config,
    }
    return video_config(simulator, model, api_key=None, provider_config=config)


FOX = VideoGenerationRequest(prompt="a red fox")
FOX_PICTURE = ImageGenerationRequest(prompt="a red fox")


def test_an_omni_video_is_downloaded_with_the_key(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path
) -> None:
    simulator.polls_until_done = 2
    response = run(gateway, "generate_video", video_config(simulator), FOX)
    assert response.video.startswith("file:")
    assert response.save(tmp_path / "fox.mp4").read_bytes() == tiny_mp4()
    assert simulator.requests_to("download")[0].headers["x-goog-api-key"] == simulator.api_key


def test_a_video_counts_as_finished_when_its_file_is_active(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.file_polls = 2
    run(gateway, "generate_video", video_config(simulator), FOX)
    assert simulator.count("file") == 3


def test_a_file_that_cannot_be_stored_is_a_failed_generation(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.files_fail = True
    with pytest.raises(GenerationFailedError, match="could not store"):
        run(gateway, "generate_video", video_config(simulator), FOX)


@pytest.mark.parametrize("form", ["path", "bytes", "base64", "url"])
def test_a_first_frame_reaches_omni_in_every_form(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path, form: str
) -> None:
    import base64

    path = tmp_path / "first.png"
    path.write_bytes(tiny_png())
    encoded = base64.b64encode(tiny_png()).decode()
    forms: dict[str, object] = {
        "path": path, "bytes": tiny_png(), "base64": encoded, "url": simulator.image_url("first.png"),
    }  # fmt: skip
    request = video_request(prompt="it jumps", image_list=[{"image": forms[form], "type": "first_frame"}])
    run(gateway, "generate_video", video_config(simulator), request)
    part = simulator.jobs[0].inputs["input"][0]["content"][1]  # type: ignore[index] # the recorded JSON
    source = {"uri": forms["url"]} if form == "url" else {"data": encoded}
    assert part == {"type": "image", "mime_type": "image/png", **source}


def test_a_large_picture_goes_through_the_file_api(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    large = tiny_png() + bytes(5 * 1024 * 1024)
    request = image_request(prompt="a fox", image_list=[{"image": large}])
    run(gateway, "generate_image", image_config(simulator), request)
    assert simulator.count("upload") == 2
    assert next(iter(simulator.files.values())).media.data == large
    contents = simulator.jobs[0].inputs["contents"]
    assert "fileData" in contents[0]["parts"][1]  # type: ignore[index] # the recorded JSON


def test_an_image_is_the_final_one_not_a_draft(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path
) -> None:
    response = run(gateway, "generate_image", image_config(simulator), FOX_PICTURE)
    assert len(response.assets) == 1
    assert response.save(tmp_path / "fox.png").read_bytes() == tiny_png()


@pytest.mark.parametrize("storage_uri", [None, "gs://films/today/"])
def test_veo_on_vertex_signs_in_with_a_service_account(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path, storage_uri: str | None
) -> None:
    simulator.polls_until_done = 2
    request = VideoGenerationRequest(prompt="a lighthouse", number_of_videos=2)
    response = run(gateway, "generate_video", vertex(simulator, storage_uri=storage_uri), request)
    assert len(response.assets) == 2
    assert response.save(tmp_path / "fox.mp4").read_bytes() == tiny_mp4()
    assert simulator.count("token") == 1
    assert simulator.count("object") == (2 if storage_uri else 0)
    project = "projects/simulated-project/locations/us-central1"
    assert project in simulator.requests_to("submit")[0].path


def test_the_key_file_of_a_service_account_is_read(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path
) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(simulator.service_account()))
    config = vertex(simulator, "gemini-omni-1.2-flash", credentials=None, credentials_path=str(path))
    response = run(gateway, "generate_video", config, FOX)
    assert response.video.startswith("file:")
    assert "/locations/global/interactions" in simulator.requests_to("submit")[0].path


def test_application_default_credentials_are_found(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps(simulator.service_account()))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    config = vertex(simulator, credentials=None, vertex=True, location="europe-west4")
    run(gateway, "generate_video", config, FOX)
    assert "/simulated-project/locations/europe-west4/" in simulator.requests_to("submit")[0].path


def test_a_token_that_is_refused_while_polling_is_minted_anew(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.inject("status", UNAUTHENTICATED)
    run(gateway, "generate_video", vertex(simulator), FOX)
    assert simulator.count("token") == 2
    assert simulator.count("submit") == 1


def test_a_token_that_is_refused_at_the_submit_is_minted_anew(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.inject("submit", UNAUTHENTICATED)
    response = run(gateway, "generate_video", vertex(simulator), FOX)
    assert (simulator.count("token"), len(simulator.jobs)) == (2, 1)
    assert response.execution_metadata.attempts[0].submitted == "yes"


def test_a_token_endpoint_that_breaks_off_is_a_failed_connection(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.inject("token", TruncatedJson())
    with pytest.raises(HTTPConnectionError, match="token endpoint") as broken:
        run(gateway, "generate_video", vertex(simulator), FOX)
    assert broken.value.submitted == "no"


def test_refused_credentials_are_an_authentication_error(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.inject(
        "token", Status(400, json={"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
    )
    with pytest.raises(AuthenticationError, match="Invalid JWT Signature"):
        run(gateway, "generate_video", vertex(simulator), FOX)
    assert simulator.count("submit") == 0


def test_vertex_takes_a_key_in_express_mode(run: Run, gateway: Gateway, simulator: GoogleSimulator) -> None:
    config = image_config(simulator, provider_config={"vertex": True})
    run(gateway, "generate_image", config, FOX_PICTURE)
    assert simulator.requests_to("submit")[0].path.startswith(
        "/v1/publishers/google/models/gemini-3-pro-image"
    )


@pytest.mark.parametrize("failure", ["filtered", "blocked_prompt"])
@pytest.mark.parametrize("protocol", ["omni", "veo", "image"])
def test_refused_content_is_a_moderation_error_on_every_protocol(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, failure: str, protocol: str
) -> None:
    simulator.fail_jobs(failure)
    with pytest.raises(ContentModerationError):
        generate(run, gateway, simulator, protocol)


@pytest.mark.parametrize("failure", ["internal", "nothing"])
@pytest.mark.parametrize("protocol", ["omni", "veo", "image"])
def test_failures_of_the_model_are_failed_generations(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, failure: str, protocol: str
) -> None:
    simulator.fail_jobs(failure)
    with pytest.raises(GenerationFailedError):
        generate(run, gateway, simulator, protocol)


def generate(run: Run, gateway: Gateway, simulator: GoogleSimulator, protocol: str) -> object:
    if protocol == "image":
        return run(gateway, "generate_image", image_config(simulator), FOX_PICTURE)
    config = video_config(simulator) if protocol == "omni" else vertex(simulator)
    return run(gateway, "generate_video", config, FOX)


@pytest.mark.parametrize("case", GoogleSimulator.cases.errors, ids=lambda case: case.name)
def test_error_answers_to_a_submit(gateway: Gateway, simulator: GoogleSimulator, case: object) -> None:
    from tarash.tarash_gateway.testing import ErrorCase

    assert isinstance(case, ErrorCase)
    simulator.inject("submit", case.fault, times=None)
    with pytest.raises(case.raises) as refused:
        gateway.generate_video(video_config(simulator, timeout=3), FOX)
    assert isinstance(refused.value, TarashException)
    assert getattr(refused.value, "retry_after", None) == case.retry_after


@pytest.mark.parametrize("case", GoogleSimulator.cases.failures, ids=lambda case: case.failure)
def test_jobs_that_end_badly(gateway: Gateway, simulator: GoogleSimulator, case: object) -> None:
    from tarash.tarash_gateway.testing import FailureCase

    assert isinstance(case, FailureCase)
    assert case.failure in FAILURES
    simulator.fail_jobs(case.failure)
    with pytest.raises(case.raises):
        gateway.generate_video(video_config(simulator), FOX)


def test_a_retired_model_is_sent_and_its_refusal_names_the_replacement(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    with pytest.raises(ModelNotFoundError, match=r"gemini-omni-1\.2-flash"):
        run(gateway, "generate_video", video_config(simulator, OLD_VEO), FOX)
    assert simulator.count("submit") == 1


def test_a_server_that_still_has_veo_is_served(
    run: Run, gateway: Gateway, simulator: GoogleSimulator, tmp_path: Path
) -> None:
    simulator.retired_on_gemini = ()
    response = run(gateway, "generate_video", video_config(simulator, OLD_VEO), FOX)
    assert response.save(tmp_path / "fox.mp4").read_bytes() == tiny_mp4()


def test_a_server_that_still_has_imagen_is_served(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.retired_on_gemini = ()
    request = ImageGenerationRequest(prompt="a fox", n=3)
    response = run(gateway, "generate_image", image_config(simulator, "imagen-4.0-generate-001"), request)
    assert len(response.assets) == 3


def test_a_resource_name_is_a_model_name(run: Run, gateway: Gateway, simulator: GoogleSimulator) -> None:
    response = run(gateway, "generate_video", video_config(simulator, f"models/{OMNI}"), FOX)
    assert response.video.startswith("file:")
    assert simulator.jobs[0].model == OMNI


def test_a_job_goes_on_in_another_process(run: Run, gateway: Gateway, simulator: GoogleSimulator) -> None:
    simulator.hold()
    job = run(gateway, "submit_video", vertex(simulator, location="europe-west4"), FOX)
    saved = job.to_json()
    assert "PRIVATE KEY" not in saved
    assert "ya29." not in saved
    simulator.release()
    resumed = Job.from_json(saved)
    response = run(gateway, "resume", resumed, config=vertex(simulator, project="simulated-project"))
    assert response.video.startswith("file:")
    assert all("europe-west4" in request.path for request in simulator.requests_to("status"))


def test_a_job_past_its_deadline_is_cancelled(run: Run, gateway: Gateway, simulator: GoogleSimulator) -> None:
    simulator.hold()
    with pytest.raises(TimeoutError):
        run(gateway, "generate_video", video_config(simulator, timeout=1.5), FOX)
    assert simulator.job_state(simulator.jobs[0].id) == "cancelled"


def test_a_lost_answer_to_a_synchronous_call_is_not_repeated(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    simulator.inject("submit", Hang(0.05))
    with pytest.raises(TarashException):
        run(gateway, "generate_image", image_config(simulator), FOX_PICTURE)
    assert simulator.count("submit") == 1


def test_too_many_requests_are_waited_out_while_polling(
    run: Run, gateway: Gateway, simulator: GoogleSimulator
) -> None:
    quick = Status(429, json={"error": {**TOO_MANY.json["error"], "details": []}})  # type: ignore[index]
    simulator.inject("status", quick)
    assert run(gateway, "generate_video", video_config(simulator), FOX).video


def test_without_key_and_credentials_the_error_says_what_to_give(run: Run, gateway: Gateway) -> None:
    config = VideoGenerationConfig(provider="google", model=OMNI)
    with pytest.raises(AuthenticationError, match=r"GEMINI_API_KEY.*Vertex AI"):
        run(gateway, "generate_video", config, FOX)
