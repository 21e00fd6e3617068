"""Owns the nodes that the simulated server has, and how it checks a workflow before it queues it.

Source: ComfyUI `execution.py` (`validate_prompt`, `validate_inputs`) and `nodes.py`, 0.3.64 and main branch, read 2026-11-22.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

Graph = Mapping[str, Mapping[str, Any]]
Errors = dict[str, dict[str, object]]

CHECKPOINTS = ["sd_xl_base_1.0.safetensors", "hunyuan_video.safetensors"]
INT_64 = ["INT", {"min": 0, "max": 2**64 - 1}]
SIDE = ["INT", {"min": 16, "max": 16384, "step": 16}]
LENGTH = ["INT", {"min": 1, "max": 16384, "step": 4}]
BATCH = ["INT", {"min": 1, "max": 4096}]
TEXT: list[object] = ["STRING", {}]
SAMPLER: dict[str, list[Any]] = {
    "seed": INT_64,
    "steps": ["INT", {"min": 1, "max": 10000}],
    "cfg": ["FLOAT", {"min": 0.0, "max": 100.0}],
    "sampler_name": [["euler", "dpmpp_2m"]],
    "scheduler": [["normal", "simple", "karras"]],
    "denoise": ["FLOAT", {"min": 0.0, "max": 1.0}],
    **{name: ["LINK"] for name in ("model", "positive", "negative", "latent_image")},
}
NODES: dict[str, dict[str, list[Any]]] = {
    "CheckpointLoaderSimple": {"ckpt_name": [CHECKPOINTS]},
    "CLIPTextEncode": {"text": TEXT, "clip": ["LINK"]},
    "EmptyLatentImage": {"width": SIDE, "height": SIDE, "batch_size": BATCH},
    "EmptyHunyuanLatentVideo": {"width": SIDE, "height": SIDE, "length": LENGTH, "batch_size": BATCH},
    "WanFirstLastFrameToVideo": {
        "width": SIDE,
        "height": SIDE,
        "length": LENGTH,
        "batch_size": BATCH,
        **{name: ["LINK"] for name in ("positive", "negative", "vae", "start_image", "end_image")},
    },
    "KSampler": SAMPLER,
    "VAEDecode": {"samples": ["LINK"], "vae": ["LINK"]},
    "LoadImage": {"image": ["FILE"]},
    "LoadVideo": {"file": ["FILE"]},
    "SaveImage": {"filename_prefix": TEXT, "images": ["LINK"]},
    "PreviewImage": {"images": ["LINK"]},
    "CreateVideo": {"fps": ["FLOAT", {"min": 1.0, "max": 120.0}], "images": ["LINK"]},
    "SaveVideo": {"filename_prefix": TEXT, "format": TEXT, "codec": TEXT, "video": ["LINK"]},
}
OUTPUT_NODES = frozenset({"SaveImage", "PreviewImage", "SaveVideo"})


def error(kind: str, message: str, details: str = "", extra: object = None) -> dict[str, object]:
    """Return one error in the server's form."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra or {}}


def is_canonical_id(text: object) -> bool:
    """Return whether a prompt id is a lower-case UUID with hyphens."""
    try:
        return str(uuid.UUID(str(text))) == text
    except ValueError:
        return False


def complaint(graph: object, files: Sequence[str]) -> tuple[dict[str, object], Errors] | None:
    """Return the answer to a workflow that is refused as a whole: an error, and the errors of its nodes; None if it runs."""
    if not isinstance(graph, dict) or not graph:
        return error("no_prompt", "No prompt provided", "No prompt provided"), {}
    for node, value in graph.items():
        kind = value.get("class_type") if isinstance(value, dict) else None
        if kind not in NODES:
            title = value.get("_meta", {}).get("title") if isinstance(value, dict) else None
            told = {"node_id": node, "class_type": kind, "node_title": title}
            words = f"Node '{title}' not found. The custom node may not be installed."
            return error("missing_node_type", words, f"Node ID '#{node}'", told), {}
    outputs = outputs_of(graph)
    if not outputs:
        return error("prompt_no_outputs", "Prompt has no outputs"), {}
    errors = node_errors(graph, files)
    if any(not _depends_on(graph, node, errors) for node in outputs):
        return None
    first = next(iter(errors))
    details = "\n".join(
        f"{found['class_type']} {node}:\n - {problem['message']}: {problem['details']}"
        for node, found in errors.items()
        for problem in cast("list[dict[str, object]]", found["errors"])
    )
    assert first
    return error("prompt_outputs_failed_validation", "Prompt outputs failed validation", details), errors


def outputs_of(graph: Graph) -> list[str]:
    """Return the ids of the output nodes."""
    return [node for node, value in graph.items() if value["class_type"] in OUTPUT_NODES]


def runnable_outputs(graph: Graph, files: Sequence[str]) -> list[str]:
    """Return the ids of the output nodes that do not depend on an invalid node."""
    errors = node_errors(graph, files)
    return [node for node in outputs_of(graph) if not _depends_on(graph, node, errors)]


def node_errors(graph: Graph, files: Sequence[str]) -> Errors:
    """Return the errors by node."""
    found: Errors = {}
    for node, value in graph.items():
        problems = [
            problem
            for name, config in NODES[value["class_type"]].items()
            if (problem := _problem(graph, name, config, value.get("inputs", {}), files)) is not None
        ]
        # the server ignores these; refusing them shows misspelt ones
        problems += [
            error("invalid_input_type", "Unknown input", name)
            for name in value.get("inputs", {})
            if name not in NODES[value["class_type"]]
        ]
        if problems:
            dependent = [output for output in outputs_of(graph) if _depends_on(graph, output, {node: {}})]
            found[node] = {
                "errors": problems,
                "dependent_outputs": dependent,
                "class_type": value["class_type"],
            }
    return found


def _problem(
    graph: Graph, name: str, config: list[Any], inputs: Mapping[str, Any], files: Sequence[str]
) -> dict[str, object] | None:
    extra: dict[str, object] = {"input_name": name, "input_config": config}
    if name not in inputs:
        return error("required_input_missing", "Required input is missing", name, {"input_name": name})
    value = inputs[name]
    if isinstance(value, list):
        if len(value) != 2 or value[0] not in graph:
            return error("bad_linked_input", "Bad linked input, must be a length-2 list", name, extra)
        return None
    told = {**extra, "received_value": value}
    kind = config[0]
    if isinstance(kind, list):
        if value in kind:
            return None
        return error("value_not_in_list", "Value not in list", f"{name}: {value!r} not in {kind}", told)
    if kind == "FILE":
        if value in files:
            return None
        return error("custom_validation_failed", "Custom validation failed for node", f"{name} - Invalid file: {value}", told)  # fmt: skip
    if kind in ("INT", "FLOAT"):
        return _number_problem(name, kind, config[1], value, told)
    if kind == "STRING" and not isinstance(value, str):
        return error("invalid_input_type", "Failed to convert an input value", name, told)
    return None


def _number_problem(
    name: str, kind: str, limits: Mapping[str, float], value: object, told: object
) -> dict[str, object] | None:
    allowed = (int,) if kind == "INT" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        return error("invalid_input_type", f"Failed to convert an input value to a {kind} value", name, told)
    if value < limits["min"]:
        return error("value_smaller_than_min", f"Value {value} smaller than min of {limits['min']}", name, told)  # fmt: skip
    if value > limits["max"]:
        return error("value_bigger_than_max", f"Value {value} bigger than max of {limits['max']}", name, told)
    return None


def _depends_on(graph: Graph, node: str, wanted: Mapping[str, object]) -> bool:
    """Return whether a node is one of `wanted`, or gets its inputs from one."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        name = waiting.pop()
        if name in wanted:
            return True
        if name in seen or name not in graph:
            continue
        seen.add(name)
        waiting += [value[0] for value in graph[name]["inputs"].values() if isinstance(value, list)]
    return False
