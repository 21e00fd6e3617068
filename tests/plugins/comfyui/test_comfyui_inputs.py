"""Which inputs of a workflow a request sets, and how a workflow that says nothing of it is refused."""

from __future__ import annotations

from typing import Any

import pytest

import tarash_gateway_comfyui as comfyui
from plugins.comfyui.calls import call_for_graph, call_of, graph_of, titled
from simulators.comfyui import WORKFLOWS
from tarash.tarash_gateway import plan_image
from tarash.tarash_gateway.plugin import Call, Media, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_comfyui.workflow import read_workflow

PICTURE = tiny_png()


def mapped(call: Call, **fields: Any) -> dict[str, Any]:
    """Return the inputs of every node, by its id."""
    graph: Any = map_for(comfyui, call, **fields).payload["prompt"]
    return {node: value["inputs"] for node, value in graph.items()}


def test_titles_say_what_a_request_sets() -> None:
    nodes = mapped(
        call_of("text_to_video"),
        negative_prompt="rain",
        seed=7,
        aspect_ratio="16:9",
        resolution="720p",
        duration_seconds=5,
    )
    assert (nodes["6"]["text"], nodes["7"]["text"], nodes["3"]["seed"]) == ("a paper boat", "rain", 7)
    assert (nodes["5"]["width"], nodes["5"]["height"]) == (1280, 720)
    # 16 frames a second, and a multiple of four and one more
    assert nodes["5"]["length"] == 81


def test_what_a_request_leaves_out_stays_as_it_is_in_the_workflow() -> None:
    nodes, own = mapped(call_of("text_to_video")), graph_of()
    own["6"]["inputs"]["text"] = "a paper boat"
    assert nodes == {node: value["inputs"] for node, value in own.items()}


def test_the_workflow_in_the_row_is_not_changed() -> None:
    call = call_of("text_to_video")
    mapped(call, seed=7, duration_seconds=5)
    assert call.row.constants["workflow"] == graph_of()


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"size": "1280x768"}, (1280, 768)),
        ({"size": "2k"}, (1440, 1440)),
        ({"aspect_ratio": "16:9"}, (1360, 768)),
        ({"size": "1280x768", "aspect_ratio": "5:3"}, (1280, 768)),
    ],
)
def test_an_image_has_the_size_or_the_shape(fields: dict[str, str], size: tuple[int, int]) -> None:
    nodes = mapped(call_of("text_to_image", "image"), **fields)
    assert (nodes["5"]["width"], nodes["5"]["height"]) == size


def test_a_size_that_the_model_does_not_take_becomes_the_nearest_one() -> None:
    changed = map_for(comfyui, call_of("text_to_image", "image", unsupported="nearest"), size="1021x1021")
    (adjustment,) = changed.adjustments
    assert (adjustment.field, adjustment.used) == ("size", "1024x1024")


def test_a_shape_that_contradicts_the_size_is_refused() -> None:
    with pytest.raises(ValidationError, match="contradicts size=1024x1024"):
        mapped(call_of("text_to_image", "image"), size="1024x1024", aspect_ratio="16:9")


def test_several_images_are_a_batch() -> None:
    assert mapped(call_of("text_to_image", "image"), n=3)["5"]["batch_size"] == 3


def test_an_image_that_the_workflow_takes_is_required_unless_its_title_has_a_question_mark() -> None:
    call = call_of("image_to_video")
    with pytest.raises(ValidationError, match="first_frame is required"):
        mapped(call)
    nodes = mapped(call, image_list=[{"image": PICTURE, "type": "first_frame"}])
    assert isinstance(nodes["52"]["image"], Media)
    assert nodes["53"]["image"] == "example.png"


def test_each_reference_goes_to_its_own_node() -> None:
    graph = titled(titled(graph_of("image_to_video"), "52", "reference 2"), "53", "Reference 1")
    images = [{"image": PICTURE + bytes([number]), "type": "reference"} for number in (1, 2)]
    nodes = mapped(call_for_graph(graph), image_list=images)
    assert (nodes["53"]["image"].content[-1], nodes["52"]["image"].content[-1]) == (1, 2)
    with pytest.raises(ValidationError, match="takes 2 images of the role reference"):
        mapped(call_for_graph(graph), image_list=images[:1])


def test_a_node_titled_image_takes_the_one_image_of_any_role() -> None:
    graph = titled(titled(graph_of("image_to_video"), "52", "image"), "53", "Load Image")
    for role in ("first_frame", "reference"):
        nodes = mapped(call_for_graph(graph), image_list=[{"image": PICTURE, "type": role}])
        assert nodes["52"]["image"].content == PICTURE


def test_an_input_may_be_named_in_the_title_and_several_fields_too() -> None:
    graph = titled(graph_of(), "3", "seed, quality.sampler_name")
    nodes = mapped(call_for_graph(graph, "image"), seed=3, quality="dpmpp_2m")
    assert (nodes["3"]["seed"], nodes["3"]["sampler_name"]) == (3, "dpmpp_2m")


def test_settings_name_the_inputs_of_a_workflow_without_titles() -> None:
    graph = graph_of()
    for node in graph.values():
        del node["_meta"]
    places = {"positive prompt": "6.text", "seed": "3.seed", "size": "5", "duration": "5.length"}
    call = call_for_graph(graph, provider_config={"inputs": places, "frames_per_second": 24})
    nodes = mapped(call, seed=9, resolution="480p", aspect_ratio="9:16", duration_seconds=2)
    assert (nodes["6"]["text"], nodes["3"]["seed"]) == ("a paper boat", 9)
    assert nodes["5"] == {"width": 480, "height": 848, "length": 49, "batch_size": 1}


def test_settings_take_precedence_over_titles() -> None:
    call = call_for_graph(graph_of(), provider_config={"inputs": {"prompt": "Negative prompt.text"}})
    nodes = mapped(call)
    assert (nodes["6"]["text"], nodes["7"]["text"]) == ("an example", "a paper boat")


def test_extra_params_set_any_input_by_id_or_title() -> None:
    nodes = mapped(
        call_of("text_to_video"), extra_params={"3.steps": 30, "Create Video.fps": 24.0, "seed": 5}
    )
    assert (nodes["3"]["steps"], nodes["49"]["fps"], nodes["3"]["seed"]) == (30, 24.0, 5)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("steps", "is not an input of the workflow, such as '3.steps': the workflow has no node 'steps'"),
        ("3.step", "KSampler 3 of the workflow has no input 'step'; use '3.seed', '3.steps'"),
        ("Create Vide.fps", "did you mean 'Create Video'"),
        ("3", "names a node, but no input of it"),
    ],
)
def test_an_extra_parameter_that_is_no_input_is_refused(name: str, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        mapped(call_of("text_to_video"), extra_params={name: 1})
    assert says in caught.value.message


def test_a_duration_in_seconds_stays_one() -> None:
    graph = graph_of()
    graph["60"] = {"class_type": "KlingVideo", "inputs": {"duration": 5}, "_meta": {"title": "duration"}}
    titled(graph, "5", "size")
    assert mapped(call_for_graph(graph), duration_seconds=8)["60"] == {"duration": 8}


@pytest.mark.parametrize(
    ("kind", "frames"), [("EmptyHunyuanLatentVideo", 125), ("EmptyLTXVLatentVideo", 121)]
)
def test_the_number_of_frames_is_one_that_the_model_makes(kind: str, frames: int) -> None:
    graph = graph_of()
    graph["5"]["class_type"] = kind
    graph["49"]["inputs"]["fps"] = 25
    assert mapped(call_for_graph(graph), duration_seconds=4.9)["5"]["length"] == frames


def test_frames_without_a_frame_rate_are_refused_with_what_to_set() -> None:
    graph = graph_of()
    graph["49"]["inputs"]["fps"] = ["60", 0]
    with pytest.raises(ValidationError, match=r"provider_config=\{'frames_per_second'"):
        mapped(call_for_graph(graph), duration_seconds=4)


class TestWorkflowsThatCannotBeUsed:
    """Each message says what to do in the editor."""

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b'{"nodes": [], "links": []}', "in the format of the editor.*Export \\(API\\)"),
            (b'{"6": {"inputs": {}}}', "its member '6' is not a node"),
            (b"{}", "it has no nodes"),
            (b"[1]", "holds no JSON object"),
            (b"\xff", "holds no JSON object"),
            (b'{"a":' * 100_000, "holds no JSON object"),
        ],
    )
    def test_a_file_of_another_format_is_refused(self, content: bytes, says: str) -> None:
        with pytest.raises(ValidationError, match=says):
            read_workflow(content, "boats.json")

    def test_a_file_that_is_missing_names_the_path(self) -> None:
        with pytest.raises(ValidationError, match=r"missing\.json' cannot be read.*check the path"):
            drive(comfyui.tarash_row(call_for(comfyui, "missing.json")))

    def test_a_refusal_names_the_model(self, tmp_path: Any) -> None:
        path = tmp_path / "ui.json"
        path.write_text('{"nodes": []}', encoding="utf-8")
        with pytest.raises(ValidationError, match="format of the editor") as caught:
            plan_image(f"comfyui/{path}", prompt="a paper boat")
        assert (caught.value.provider, caught.value.model) == ("comfyui", str(path))

    def test_a_workflow_that_names_no_inputs_says_how_to_name_them(self) -> None:
        graph = {node: {**value, "_meta": {}} for node, value in graph_of().items()}
        with pytest.raises(ValidationError, match="give the nodes titles such as 'prompt'"):
            call_for_graph(graph)

    def test_a_title_whose_input_is_not_clear_lists_the_inputs(self) -> None:
        with pytest.raises(ValidationError, match=r"'prompt\.sampler_name'"):
            call_for_graph(titled(graph_of(), "3", "prompt"))

    def test_a_title_that_names_a_missing_input_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="CLIPTextEncode 6 of the workflow has no input 'text_g'"):
            call_for_graph(titled(graph_of(), "6", "prompt.text_g"))

    def test_a_title_of_several_nodes_is_no_address(self) -> None:
        graph = titled(graph_of(), "7", "prompt")
        with pytest.raises(ValidationError, match="2 nodes of the workflow have the title 'prompt'"):
            call_for_graph(graph, provider_config={"inputs": {"seed": "prompt.text"}})

    def test_an_unknown_field_in_the_settings_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="'promt', which is not a field of a request"):
            call_for_graph(graph_of(), provider_config={"inputs": {"promt": "6.text"}})


def test_the_row_lists_every_input_that_extra_params_may_set() -> None:
    row = call_of("text_to_video").row
    (told,) = (item.note for item in row.capabilities() if item.field == "extra_params")
    assert "3.steps" in told
    assert "49.fps" in told
    assert "3.model" not in told


def test_fields_of_the_other_modality_are_left_alone() -> None:
    row = call_for_graph(graph_of(), "image").row
    assert not row.accepts("duration_seconds")
    assert row.accepts("size")
    assert call_of("text_to_image", "video").row.accepts("number_of_videos")


def test_the_simulators_workflows_are_in_the_api_format() -> None:
    for path in WORKFLOWS.glob("*.json"):
        assert read_workflow(path.read_bytes(), path.name).graph
