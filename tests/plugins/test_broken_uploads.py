"""An upload that breaks before anything was submitted is tried again, and when it fails for good nothing was submitted."""

from __future__ import annotations

import pytest

from simulators.asking import video_config, video_request
from simulators.comfyui import ComfyUISimulator
from simulators.every_provider import running
from tarash.tarash_gateway import Gateway, HTTPConnectionError, HTTPError, VideoGenerationRequest
from tarash.tarash_gateway.testing.simulator import Reset, Status, tiny_mp4, tiny_png

PICTURE = tiny_png() + bytes(300_000)
CLIP = tiny_mp4() + bytes(11 * 1024 * 1024)
# provider, model, request with a large input → routes that its upload passes, and whether each is a storage's
INPUTS = (
    ("alibaba", "wan2.7-videoedit", video_request(video=CLIP), {"upload": False, "upload_bytes": True}),
    (
        "comfyui",
        ComfyUISimulator.cases.frame_model,
        video_request(image_list=[{"image": PICTURE, "type": "first_frame"}]),
        {"upload": False},
    ),
    ("fal", "fal-ai/veo3.1/extend-video", video_request(video=CLIP), {"upload": False, "upload_bytes": True}),
    (
        "replicate",
        "",
        video_request(image_list=[{"image": PICTURE, "type": "first_frame"}]),
        {"upload": False},
    ),
    ("runway", "aleph2", video_request(video=CLIP), {"upload": False, "upload_bytes": True}),
    (
        "luma",
        "ray-3.2",
        video_request(video=CLIP),
        {"file_create": False, "upload": True, "file_complete": False, "file": False},
    ),
)
UPLOADS = [
    pytest.param(provider, model, request, route, id=f"{provider}-{route}")
    for provider, model, request, routes in INPUTS
    for route in routes
]
STORAGES = [
    pytest.param(provider, model, request, route, id=f"{provider}-{route}")
    for provider, model, request, routes in INPUTS
    for route, is_storage in routes.items()
    if is_storage
]


@pytest.mark.parametrize("fault", [Reset(), Status(503, text="busy")], ids=["reset", "503"])
@pytest.mark.parametrize(("provider", "model", "request_", "route"), UPLOADS)
def test_an_upload_that_breaks_once_is_tried_again(
    gateway: Gateway,
    provider: str,
    model: str,
    request_: VideoGenerationRequest,
    route: str,
    fault: Reset | Status,
) -> None:
    with running(provider) as simulator:
        simulator.inject(route, fault)
        assert gateway.generate_video(video_config(simulator, model), request_).video
        assert simulator.count(route) >= 2
        assert simulator.count("submit") == 1


@pytest.mark.parametrize(("provider", "model", "request_", "route"), UPLOADS)
def test_an_upload_that_never_gets_through_submitted_nothing(
    gateway: Gateway,
    provider: str,
    model: str,
    request_: VideoGenerationRequest,
    route: str,
) -> None:
    with running(provider) as simulator:
        simulator.inject(route, Reset(), times=None)
        with pytest.raises(HTTPConnectionError) as caught:
            gateway.generate_video(video_config(simulator, model, timeout=2.0), request_)
        assert (caught.value.submitted, caught.value.attempts[0].submitted) == ("no", "no")
        assert simulator.count("submit") == 0


@pytest.mark.parametrize(("provider", "model", "request_", "route"), STORAGES)
def test_a_storage_that_refuses_a_file_says_nothing_about_the_provider(
    gateway: Gateway, provider: str, model: str, request_: VideoGenerationRequest, route: str
) -> None:
    with running(provider) as simulator:
        simulator.inject(route, Status(403, text="<Code>AccessDenied</Code>"), times=None)
        with pytest.raises(HTTPError, match="storage 127") as caught:
            gateway.generate_video(video_config(simulator, model, timeout=2.0), request_)
        assert type(caught.value) is HTTPError
        assert (caught.value.submitted, caught.value.attempts[0].submitted) == ("no", "no")
        assert simulator.count("submit") == 0
