"""A prompt that a provider rewrote reaches the response, whatever it is called on the wire; without one, there is none."""

from __future__ import annotations

import base64
import json

import pytest

from simulators.asking import image_config, image_request
from simulators.every_provider import IMAGE_PROVIDERS, running
from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash.tarash_gateway.testing.simulator.faults import Body

# a model may be retired: its wire lives on in compatible servers
pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")

REWRITTEN = "A paper boat of newsprint drifts along a rainy street at dusk."
PICTURE = base64.b64encode(tiny_png()).decode()
LINK = "https://media.example/a.png"
CALL = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": PICTURE}
ANSWERS = [
    pytest.param(
        "openai",
        "submit",
        "",
        {},
        {"data": [{"b64_json": PICTURE, "revised_prompt": REWRITTEN}]},
        id="openai",
    ),
    pytest.param(
        "openai",
        "status",
        "",
        {"responses_model": "gpt-5.5"},
        {"id": "resp_1", "status": "completed", "output": [{**CALL, "revised_prompt": REWRITTEN}]},
        id="openai-responses",
    ),
    pytest.param(
        "azure_openai",
        "submit",
        "",
        {},
        {"data": [{"b64_json": PICTURE, "revised_prompt": REWRITTEN}]},
        id="azure_openai",
    ),
    # a second picture has the prompt, the first an empty one
    pytest.param(
        "xai",
        "submit",
        "",
        {},
        {"data": [{"b64_json": PICTURE, "revised_prompt": text} for text in ("", REWRITTEN)]},
        id="xai",
    ),
    pytest.param(
        "fal",
        "result",
        "xai/grok-imagine-image",
        {},
        {"images": [{"url": LINK}], "revised_prompt": REWRITTEN},
        id="fal",
    ),
    pytest.param(
        "fal",
        "result",
        "fal-ai/wan-25-preview/text-to-image",
        {},
        {"images": [{"url": LINK}], "actual_prompt": REWRITTEN},
        id="fal-wan",
    ),
    pytest.param(
        "google",
        "submit",
        "imagen-4.0-generate-001",
        {},
        {"predictions": [{"bytesBase64Encoded": PICTURE, "mimeType": "image/png", "prompt": REWRITTEN}]},
        id="google-imagen",
    ),
]


def _revised(gateway: Gateway, simulator: Simulator, model: str, settings: dict[str, object]) -> str | None:
    config = image_config(simulator, model, provider_config=settings)
    return gateway.generate_image(config, image_request()).revised_prompt


@pytest.mark.parametrize(("provider", "route", "model", "settings", "body"), ANSWERS)
def test_a_rewritten_prompt_reaches_the_response(
    gateway: Gateway, provider: str, route: str, model: str, settings: dict[str, object], body: object
) -> None:
    with running(provider) as simulator:
        simulator.inject(route, Body(json.dumps(body).encode()))
        assert _revised(gateway, simulator, model, settings) == REWRITTEN


@pytest.mark.parametrize("provider", IMAGE_PROVIDERS)
def test_a_provider_that_says_nothing_of_the_prompt_did_not_rewrite_it(
    gateway: Gateway, provider: str
) -> None:
    with running(provider) as simulator:
        assert _revised(gateway, simulator, "", {}) is None
