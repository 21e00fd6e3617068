"""A refusal that the provider documents is submitted again, and nothing else that looks like an outage is."""

from __future__ import annotations

import pytest

from simulators.asking import image_config, image_request, video_config, video_request
from simulators.every_provider import SIMULATORS, VIDEO_PROVIDERS, running
from tarash.tarash_gateway import Gateway, TarashException
from tarash.tarash_gateway.models.response import GenerationResponse
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import Fault, Html, Status


def unavailable(message: str, code: object = 503) -> Status:
    """Return a 503 in the envelope of Google's errors."""
    return Status(503, json={"error": {"code": code, "message": message, "status": "UNAVAILABLE"}})


def alibaba(status: int, code: str, message: str) -> Status:
    return Status(status, json={"code": code, "message": message, "request_id": "r1"})


def ark(code: str, status: int = 429) -> Status:
    return Status(status, json={"error": {"code": code, "message": "Please try again later."}})


def kling(code: int, status: int) -> Status:
    return Status(status, json={"code": code, "message": "refused", "request_id": "r1"})


def minimax(code: int) -> Status:
    return Status(200, json={"base_resp": {"status_code": code, "status_msg": "limit"}})


def openai(code: str, status: int = 503) -> Status:
    return Status(status, json={"error": {"message": "Try later.", "type": "service", "code": code}})


OVERLOADED = "The model is overloaded. Please try again later."
CAPACITY = "Too many requests. Your requests are being throttled due to system capacity limits."
AT_CAPACITY = "The model is at capacity and currently cannot serve this request. Please try again later."
SOON = {"retry-after-ms": "20"}
# a name for each row, the provider, and what its own documentation calls a refusal
REFUSALS: dict[str, tuple[str, Fault]] = {
    "alibaba at capacity": ("alibaba", alibaba(503, "ModelServingError", CAPACITY)),
    "alibaba throttled": ("alibaba", alibaba(429, "Throttling.RateQuota", "Requests rate limit exceeded.")),
    "google overloaded": ("google", unavailable(OVERLOADED)),
    "google high demand": ("google", unavailable("This model is currently experiencing high demand.")),
    "google interactions": (
        "google",
        Status(503, json={"error": {"code": "service_unavailable", "message": OVERLOADED}}),
    ),
    "google exhausted": (
        "google",
        Status(429, json={"error": {"status": "RESOURCE_EXHAUSTED", "message": "Too many."}}),
    ),
    "openai overloaded": ("openai", openai("server_is_overloaded")),
    "openai slow down": ("openai", openai("slow_down")),
    "azure overloaded": ("azure_openai", openai("server_is_overloaded")),
    "bfl crowded": (
        "bfl",
        Status(429, json={"error": "rate_limit_exceeded", "message": "Too many.", "retry_after": 0.02}),
    ),
    "bytedance overloaded": ("bytedance", ark("ServerOverloaded")),
    "bytedance rate": ("bytedance", ark("RateLimitExceeded.EndpointRPMExceeded")),
    "kling maintenance": ("kling", kling(5001, 503)),
    "kling maintenance in 200": ("kling", kling(5001, 200)),
    "kling rate": ("kling", kling(1302, 429)),
    "minimax rate": ("minimax", minimax(1002)),
    "minimax tokens": ("minimax", minimax(1039)),
    "minimax connections": ("minimax", minimax(1041)),
    "minimax growth": ("minimax", minimax(2045)),
    "runway load shedding": ("runway", Status(503, json={"error": "Service unavailable"})),
    "luma ingestion": ("luma", Status(503, json={"detail": "Image URL ingestion unavailable"})),
    "xai at capacity": (
        "xai",
        Status(503, json={"code": "The service is currently unavailable", "error": AT_CAPACITY}),
    ),
    "fal crowded": (
        "fal",
        Status(429, json={"detail": "Too many.", "error_type": "concurrent_requests_limit"}),
    ),
    "replicate throttled": ("replicate", Status(429, json={"detail": "Throttled.", "retry_after": 0.02})),
    "stability limited": ("stability", Status(429, json={"name": "rate_limit_exceeded"}, headers=SOON)),
}
# what comes close to a refusal, and proves none
DOUBTS: dict[str, tuple[str, Fault]] = {
    "alibaba unavailable": ("alibaba", alibaba(503, "ModelUnavailable", "Model is unavailable.")),
    "alibaba broken": ("alibaba", alibaba(500, "ModelServingError", "Request rejected by inference engine!")),
    "google too late": ("google", unavailable("Deadline expired before operation could complete.")),
    "google overloaded or down": ("google", unavailable("The service is temporarily overloaded or down.")),
    "google unavailable": ("google", unavailable("The service is currently unavailable.")),
    "google overloaded inside": (
        "google",
        Status(500, json={"error": {"status": "INTERNAL", "message": OVERLOADED}}),
    ),
    "openai broken": ("openai", openai("server_error", 500)),
    "azure unnamed": ("azure_openai", Status(503, json={"error": {"code": "503", "message": "Busy."}})),
    # its own client holds that the job may exist
    "bfl unavailable": ("bfl", Status(503, json={"detail": "Service temporarily unavailable"})),
    "bytedance internal": ("bytedance", ark("InternalServiceError", 500)),
    "minimax timeout in 200": ("minimax", minimax(1001)),
    "runway gateway": ("runway", Status(502, json={"error": "Bad gateway"})),
    "luma upstream": ("luma", Status(502, json={"detail": "Upstream service unavailable"})),
    "xai degraded": (
        "xai",
        Status(503, json={"error": "The model's availability is currently degraded."}),
    ),
    # of a run, which the queue makes again by itself
    "fal scheduling": (
        "fal",
        Status(503, json={"detail": "No runner.", "error_type": "runner_scheduling_failure"}),
    ),
    "replicate unavailable": ("replicate", Status(503, json={"detail": "unavailable", "status": 503})),
    "stability internal": ("stability", Status(503, json={"name": "internal_error", "errors": ["busy"]})),
}
FRONTS: dict[str, Fault] = {
    "page": Html(503),
    "nothing": Status(503, text=""),
    "gateway": Status(503, json={"message": "Service Unavailable"}),
    "words": Status(503, text="no healthy upstream"),
}
# these look a lost submission up, which takes seconds; their own tests do that once
LOOK_UP = frozenset({"bytedance", "comfyui", "kling"})
SENDS_ONCE = tuple(provider for provider in SIMULATORS if provider not in LOOK_UP)
# their videos are retired
PICTURES = frozenset({"openai", "azure_openai"})


def generate(gateway: Gateway, simulator: Simulator, provider: str) -> GenerationResponse:
    if provider in VIDEO_PROVIDERS and provider not in PICTURES:
        return gateway.generate_video(video_config(simulator), video_request())
    return gateway.generate_image(image_config(simulator), image_request())


@pytest.mark.parametrize("name", REFUSALS)
def test_what_the_provider_documents_as_its_refusal_is_submitted_again(gateway: Gateway, name: str) -> None:
    provider, fault = REFUSALS[name]
    with running(provider) as simulator:
        simulator.inject("submit", fault)
        response = generate(gateway, simulator, provider)
        assert simulator.count("submit") == 2
        (attempt,) = response.execution_metadata.attempts
        assert (attempt.submitted, attempt.status) == ("yes", "success")


@pytest.mark.parametrize("name", DOUBTS)
def test_what_only_resembles_a_refusal_is_not_submitted_again(gateway: Gateway, name: str) -> None:
    provider, fault = DOUBTS[name]
    assert_sent_once(gateway, provider, fault)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("provider", SENDS_ONCE)
def test_a_503_of_a_server_in_front_is_not_submitted_again(
    gateway: Gateway, provider: str, front: str
) -> None:
    assert_sent_once(gateway, provider, FRONTS[front])


def assert_sent_once(gateway: Gateway, provider: str, fault: Fault) -> None:
    with running(provider) as simulator:
        simulator.inject("submit", fault)
        with pytest.raises(TarashException) as caught:
            generate(gateway, simulator, provider)
        assert simulator.count("submit") == 1
        assert (caught.value.submitted, caught.value.attempts[0].submitted) == ("unknown", "unknown")
