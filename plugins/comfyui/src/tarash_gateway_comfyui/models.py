"""Makes the row of a workflow from its inputs; the table itself only lists what a workflow can take."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Model,
    Size,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    ImageRole,
    hookimpl,
    read_local_file,
    wire,
)

from .frame import FrameMapper
from .inputs import SEVERAL, WORDS, Inputs, find_inputs
from .settings import ComfyUISettings
from .workflow import Workflow, read_workflow

SOURCE = "ComfyUI 0.3.64 and its main branch (server.py, execution.py, nodes.py), read 2026-11-22"
WORKFLOW = "workflow"
"""Name among the constants of a row of the workflow itself."""
USUAL = Size(1024, 1024)
ROLES: Mapping[str, tuple[ImageRole, ...]] = {
    "first_frame": ("first_frame",),
    "last_frame": ("last_frame",),
    "image": ("first_frame", "reference", "asset"),
}
ROLE_OF: Mapping[str, ImageRole] = {"reference": "reference", "asset": "asset", "style_image": "style"}
COUNT_FIELDS: Mapping[str, str] = {"video": "number_of_videos", "image": "n"}
ONLY: Mapping[str, frozenset[str]] = {
    "video": frozenset({"duration_seconds", "video", "resolution", "generate_audio", "enhance_prompt"}),
    "image": frozenset({"size", "mask_image", "style", "quality"}),
}
"""Fields that requests of one modality have, and requests of the other do not."""


@hookimpl
def tarash_models() -> Catalogue:
    """Return what a workflow can take if it has an input for everything."""
    return Catalogue(
        Model(
            id="*.json",
            example="workflow.json",
            modality=modality,
            fields={
                name: mapper
                for name, mapper in _mappers(_everything(modality), modality, USUAL).items()
                if name != "image"
            }
            | {"extra_params": extra_params_field_mapper()},
            source=SOURCE,
        )
        for modality in ("video", "image")
    )


@hookimpl
def tarash_row(call: Call) -> Flow[Model]:
    """Return the row of the workflow in the file that the model name names.

    Raises:
        ValidationError: the file cannot be read, is not a workflow in the API format, or names no inputs.
    """
    content = yield from read_local_file(call, call.model)
    return row_of(read_workflow(content, call.model), call.settings_as(ComfyUISettings), call)


def row_of(workflow: Workflow, settings: ComfyUISettings, call: Call) -> Model:
    """Return the row of a workflow."""
    inputs = find_inputs(workflow, settings)
    known = (f"{node}.{name}" for node in workflow.graph for name in workflow.widgets(node))
    return Model(
        id=call.model,
        modality=call.modality,
        fields={
            **_mappers(inputs, call.modality, _usual_size(workflow, inputs)),
            "extra_params": extra_params_field_mapper(*known),
        },
        constants={WORKFLOW: workflow.graph},
        source=f"the workflow {call.model}",
    )


def _everything(modality: str) -> Inputs:
    roles = ("first_frame", "last_frame") if modality == "video" else ()
    words = [name for name in WORDS if name not in ("aspect_ratio", "resolution")]
    names = (
        *words,
        "seed",
        "n",
        "duration_seconds",
        "width",
        "height",
        "video",
        "mask_image",
        *roles,
        *SEVERAL,
    )
    return Inputs(dict.fromkeys(names, ()), frozenset(names))


def _mappers(inputs: Inputs, modality: str, usual: Size) -> dict[str, FieldMapper]:
    """Return the field mapper by field of the inputs that requests of this modality can set."""
    others = frozenset().union(*(only for name, only in ONLY.items() if name != modality))
    found: dict[str, FieldMapper] = {}
    for name, places in inputs.places.items():
        required = name not in inputs.optional
        if name in others:
            continue
        if name in ("width", "height"):
            word = "resolution" if modality == "video" else "size"
            found["size"] = FrameMapper(word=word, usual=usual)
        elif name in ROLES:
            first, *also = ROLES[name]
            found[name] = single_image_field_mapper(first, also=also, required=required, encoding="upload")
        elif name in ROLE_OF:
            most = len(places) or None
            found[name] = image_list_field_mapper(
                ROLE_OF[name], required=required, max_items=most, encoding="upload"
            )
        else:
            found[name] = _SIMPLE[name](_field(name, modality), required)
    return found


def _field(name: str, modality: str) -> str:
    return COUNT_FIELDS[modality] if name == "n" else name


def _usual_size(workflow: Workflow, inputs: Inputs) -> Size:
    """Return the size that the workflow has without a request; a square if it does not say."""
    sides = [
        wire.integer(workflow.inputs(place.node), place.input)
        for name in ("width", "height")
        for place in inputs.places.get(name, ())[:1]
    ]
    try:
        return Size(*(side or 0 for side in sides))
    except (ValueError, TypeError):
        return USUAL


_SIMPLE: Mapping[str, Callable[[str, bool], FieldMapper]] = {
    **dict.fromkeys(WORDS, lambda name, _required: passthrough_field_mapper(name)),
    "seed": lambda name, _required: passthrough_field_mapper(name, minimum=0, maximum=2**64 - 1),
    "n": lambda name, _required: passthrough_field_mapper(name, minimum=1),
    "duration_seconds": lambda _name, _required: duration_field_mapper("float"),
    "mask_image": lambda _name, required: mask_image_field_mapper(required=required, encoding="upload"),
    "video": lambda _name, required: video_url_field_mapper(required=required, encoding="upload"),
}
