"""Owns the proof that the simulator of Black Forest Labs speaks its wire: the AI SDK works against it."""

from __future__ import annotations

from pathlib import Path

import pytest

import tarash_gateway_bfl as bfl
from sdk.node_clients import installed, run
from simulators.bfl import BflSimulator
from simulators.bfl.simulator import BASE_PATH
from tarash.tarash_gateway.testing import call_for, map_for

# one worker installs the client
pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("bfl_client")]

FRAME = "https://media.example.org/boat.png"
CLIP = "https://media.example.org/boat.mp4"
PROMPT = "a paper boat"
GENERATE = """
import { createBlackForestLabs } from '@ai-sdk/black-forest-labs';
const client = createBlackForestLabs({ baseURL: given.baseURL, apiKey: given.apiKey, pollIntervalMillis: 10 });
const options = { n: 1, providerOptions: { blackForestLabs: given.own }, ...given.options };
const made = await client[given.kind](given.model).doGenerate(options);
const images = made.images?.map((image) => image.length);
tell({ videos: made.videos, images, metadata: made.providerMetadata, warnings: made.warnings });
"""


@pytest.fixture(scope="session")
def folder() -> Path:
    return installed("@ai-sdk/black-forest-labs", "2.0.41")


def given(
    simulator: BflSimulator, kind: str, model: str, own: dict[str, object] | None = None, **options: object
) -> dict[str, object]:
    return {
        "baseURL": f"{simulator.url}{BASE_PATH}",
        "apiKey": simulator.api_key,
        "kind": kind,
        "model": model,
        "own": own or {},
        "options": {"prompt": PROMPT, **options},
    }


def test_an_image_is_made_of_two_others(simulator: BflSimulator, folder: Path) -> None:
    own: dict[str, object] = {"width": 1024, "height": 768, "outputFormat": "png"}
    files = [{"type": "url", "url": FRAME}] * 2
    told = run(folder, GENERATE, **given(simulator, "image", "flux-2-pro", own, files=files, seed=7))
    assert told["warnings"] == []
    assert told["images"]
    (job,) = simulator.jobs
    assert job.inputs == {
        "prompt": PROMPT,
        "seed": 7,
        "width": 1024,
        "height": 768,
        "input_image": FRAME,
        "input_image_2": FRAME,
        "output_format": "png",
    }
    references = [{"image": FRAME, "type": "reference"}] * 2
    ours = map_for(
        bfl,
        call_for(bfl, "flux-2-pro", "image"),
        size="1024x768",
        seed=7,
        image_list=references,
        extra_params={"output_format": "png"},
    )
    assert ours.payload == job.inputs


def test_a_masked_part_is_filled(simulator: BflSimulator, folder: Path) -> None:
    mask = {"type": "url", "url": FRAME}
    asked = given(simulator, "image", "flux-pro-1.0-fill", files=[mask], mask=mask)
    assert run(folder, GENERATE, **asked)["images"]
    assert simulator.jobs[0].inputs == {"prompt": PROMPT, "image": FRAME, "mask": FRAME}


def test_a_video_goes_between_two_frames_and_tells_its_cost(simulator: BflSimulator, folder: Path) -> None:
    simulator.polls_until_done = 3
    frames = [
        {"frameType": role, "image": {"type": "url", "url": FRAME}} for role in ("first_frame", "last_frame")
    ]
    asked = given(
        simulator,
        "video",
        "flux-3-video",
        frameImages=frames,
        duration=8,
        aspectRatio="16:9",
        resolution="1920x1080",
    )
    told = run(folder, GENERATE, **asked)
    (job,) = simulator.jobs
    assert job.inputs == {
        "mode": "i2v",
        "prompt": PROMPT,
        "aspect_ratio": "16:9",
        "duration": 8,
        "resolution": "fhd",
        "keyframes": [FRAME, FRAME],
    }
    pictures = [{"image": FRAME, "type": role} for role in ("first_frame", "last_frame")]
    ours = map_for(
        bfl,
        call_for(bfl, "flux-3-video"),
        duration_seconds=8,
        aspect_ratio="16:9",
        resolution="1080p",
        image_list=pictures,
    )
    assert ours.payload == job.inputs
    metadata = told["metadata"]
    assert isinstance(metadata, dict)
    (video,) = metadata["blackForestLabs"]["videos"]
    assert (video["id"], video["cost"]) == (job.id, 4.5)


def test_a_video_is_continued_as_a_draft(simulator: BflSimulator, folder: Path) -> None:
    references = [{"type": "url", "url": CLIP, "mediaType": "video/mp4"}]
    told = run(
        folder,
        GENERATE,
        **given(simulator, "video", "flux-3-video", {"draft": True}, inputReferences=references),
    )
    assert simulator.jobs[0].inputs == {"mode": "v2v", "prompt": PROMPT, "draft": True, "start_video": CLIP}
    metadata = told["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["blackForestLabs"]["videos"][0]["draftCache"].endswith(".bin")


@pytest.mark.parametrize(
    ("failure", "says"), [("content_moderated", "Content Moderated"), ("internal", "The generation failed")]
)
def test_a_job_that_ends_badly_says_why(
    simulator: BflSimulator, folder: Path, failure: str, says: str
) -> None:
    simulator.fail_jobs(failure)
    assert says in str(run(folder, GENERATE, **given(simulator, "video", "flux-3-video"))["error"])


def test_a_wrong_key_and_an_unknown_model_are_refused(simulator: BflSimulator, folder: Path) -> None:
    wrong = {**given(simulator, "video", "flux-3-video"), "apiKey": "bfl_no"}
    assert "Invalid Authentication" in str(run(folder, GENERATE, **wrong)["error"])
    assert "Not Found" in str(run(folder, GENERATE, **given(simulator, "image", "flux-9"))["error"])
