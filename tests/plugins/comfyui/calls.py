"""Owns calls of hooks for the simulator's workflows, or for altered ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, cast

import tarash_gateway_comfyui as comfyui
from simulators.comfyui import WORKFLOWS
from tarash.tarash_gateway.plugin import Call
from tarash.tarash_gateway.testing import call_for, drive
from tarash_gateway_comfyui.models import row_of
from tarash_gateway_comfyui.settings import ComfyUISettings
from tarash_gateway_comfyui.workflow import Workflow

JOB = "01234567-89ab-cdef-0123-456789abcdef"
"""The id that the idempotency key of `call_for` becomes."""


def call_of(name: str, modality: str = "video", **given: Any) -> Call:
    """Return a call for one of the simulator's workflows, such as "text_to_video"."""
    asked = call_for(comfyui, str(WORKFLOWS / f"{name}.json"), modality, **given)
    row, _ = drive(comfyui.tarash_row(asked))
    return asked.with_row(row)


def graph_of(name: str = "text_to_video") -> dict[str, Any]:
    """Return a copy of one of the simulator's workflows."""
    read = json.loads((WORKFLOWS / f"{name}.json").read_text(encoding="utf-8"))
    return cast("dict[str, Any]", copy.deepcopy(read))


def call_for_graph(graph: Mapping[str, object], modality: str = "video", **given: Any) -> Call:
    """Return a call for a workflow that is in no file."""
    asked = call_for(comfyui, "made.json", modality, **given)
    return asked.with_row(row_of(Workflow(graph), asked.settings_as(ComfyUISettings), asked))


def titled(graph: dict[str, Any], node: str, title: str) -> dict[str, Any]:
    """Return the workflow with another title of a node."""
    graph[node]["_meta"] = {"title": title}
    return graph
