"""Owns the proof that the simulator of ComfyUI speaks its wire: a client from the package index works against it."""

from __future__ import annotations

from pathlib import Path

import pytest
from comfy_api_simplified import (  # type: ignore[import-untyped]  # the client ships no types
    ComfyApiWrapper,
    ComfyWorkflowWrapper,
)
from comfy_api_simplified.exceptions import (  # type: ignore[import-untyped]  # the same
    ComfyApiError,
)

import tarash_gateway_comfyui as comfyui
from plugins.comfyui.calls import call_of
from simulators.comfyui import WORKFLOWS, ComfyUISimulator
from simulators.comfyui.failures import BUG
from tarash.tarash_gateway.testing import map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PROMPT = "a paper boat"


@pytest.fixture
def client(simulator: ComfyUISimulator) -> ComfyApiWrapper:
    return ComfyApiWrapper(simulator.url)


def workflow(name: str) -> ComfyWorkflowWrapper:
    return ComfyWorkflowWrapper(str(WORKFLOWS / f"{name}.json"))


def test_a_video_is_made_and_downloaded_by_the_title_of_its_node(
    client: ComfyApiWrapper, simulator: ComfyUISimulator
) -> None:
    simulator.polls_until_done = 4
    graph = workflow("text_to_video")
    graph.set_node_param("prompt", "text", PROMPT)
    graph.set_node_param("size, duration", "length", 81)
    # the client takes the pictures of the work, which the server sends as bytes, for the result
    assert list(client.queue_and_wait_images(graph, "Save Video").values()) == [tiny_png()]
    (job,) = simulator.jobs
    told = client.get_history(job.id)[job.id]["outputs"]["50"]["images"][0]
    assert client.get_image(told["filename"], told["subfolder"], told["type"]) == tiny_mp4()


def test_what_the_client_sends_is_what_we_send(client: ComfyApiWrapper, simulator: ComfyUISimulator) -> None:
    graph = workflow("text_to_image")
    graph.set_node_param("prompt", "text", PROMPT)
    graph.set_node_param("seed", "seed", 7)
    graph.set_node_param("size, n", "width", 512)
    graph.set_node_param("size, n", "height", 768)
    answer = client.queue_prompt(graph)
    assert simulator.find_job(answer["prompt_id"]) is not None
    ours = map_for(comfyui, call_of("text_to_image", "image"), prompt=PROMPT, seed=7, size="512x768")
    assert simulator.jobs[0].inputs == ours.payload["prompt"]


def test_a_job_is_in_the_queue_until_it_is_interrupted(
    client: ComfyApiWrapper, simulator: ComfyUISimulator
) -> None:
    simulator.hold()
    prompt_id = client.queue_prompt(workflow("text_to_image"))["prompt_id"]
    assert client.get_queue_size_before(prompt_id) == 0
    client.interrupt()
    status = client.get_history(prompt_id)[prompt_id]["status"]
    assert status["status_str"] == "error"
    assert status["messages"][-1][0] == "execution_interrupted"


def test_an_uploaded_picture_has_the_name_that_the_answer_says(
    client: ComfyApiWrapper, simulator: ComfyUISimulator, tmp_path: Path
) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(b"one")
    client.upload_image(path)
    path.write_bytes(b"two")
    assert client.upload_image(path) == {
        "name": "boat (1).png",
        "subfolder": "default_upload_folder",
        "type": "input",
    }
    graph = workflow("image_to_video")
    graph.set_node_param("first_frame", "image", "default_upload_folder/boat (1).png")
    assert client.queue_prompt(graph)["node_errors"] == {}
    assert simulator.files["default_upload_folder/boat (1).png"] == b"two"


def test_a_failed_node_and_a_wrong_workflow_are_errors(
    client: ComfyApiWrapper, simulator: ComfyUISimulator
) -> None:
    simulator.fail_next(BUG)
    with pytest.raises(ComfyApiError, match="Execution error"):
        client.queue_and_wait_images(workflow("text_to_image"), "Save Image")
    graph = workflow("text_to_image")
    graph.set_node_param("seed", "steps", 0)
    with pytest.raises(ComfyApiError, match="400"):
        client.queue_prompt(graph)
