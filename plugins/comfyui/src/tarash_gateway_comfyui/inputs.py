"""Finds the inputs of a workflow that fields of the request set: by the titles of its nodes, or by the settings.

The title of such a node is the name of a field: "prompt", "seed", "first_frame". The input of the node that takes the value is found
by its name, or stands after a dot ("prompt.text_g"). Commas separate several ("seed, quality.steps"), and a question mark marks an
image or a video that may be left out ("last_frame?").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.plugin import Phrase, ValidationError, mention, wire, wrong_field

from .settings import ComfyUISettings
from .workflow import Place, Workflow

IMAGES = ("first_frame", "last_frame", "mask_image", "image")
SEVERAL = ("reference", "asset", "style_image")
"""Roles that may have several images: "reference 1" takes the first one, "reference 2" the second."""
WORDS = ("prompt", "negative_prompt", "style", "quality", "aspect_ratio", "resolution", "generate_audio", "enhance_prompt")  # fmt: skip
NUMBERS = ("seed", "duration_seconds", "n", "width", "height")
OUTPUT = "output"
NAMES = (*WORDS, *NUMBERS, "size", *IMAGES, *SEVERAL, "video")
OTHER_NAMES: Mapping[str, str] = {
    "positive_prompt": "prompt", "positive": "prompt", "negative": "negative_prompt", "noise_seed": "seed",
    "duration": "duration_seconds", "seconds": "duration_seconds", "frames": "duration_seconds", "number_of_videos": "n",
    "number_of_images": "n", "batch_size": "n", "mask": "mask_image", "start_frame": "first_frame", "start_image": "first_frame",
    "end_frame": "last_frame", "end_image": "last_frame", "style_reference": "style_image", "input_video": "video",
    "input_image": "image", "result": OUTPUT,
}  # fmt: skip
_TEXTS = ("text", "prompt", "string", "value")
WIDGETS: Mapping[str, tuple[str, ...]] = {
    "prompt": _TEXTS,
    "negative_prompt": ("text", "negative_prompt", "prompt", "string", "value"),
    "seed": ("seed", "noise_seed", "value"),
    "duration_seconds": (
        "length",
        "num_frames",
        "frames",
        "duration",
        "duration_seconds",
        "seconds",
        "value",
    ),
    "n": ("batch_size", "value"),
    "width": ("width", "value"),
    "height": ("height", "value"),
    "mask_image": ("image", "mask"),
    "video": ("file", "video"),
    **dict.fromkeys(("first_frame", "last_frame", "image", *SEVERAL), ("image", "file")),
}
"""Names of the input that takes the value, the most likely first; a field that is not listed has an input of its own name."""

_NUMBERED = re.compile(r"(.+?)_?(\d+)")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a workflow that a request sets.

    Attributes:
        places: places by field, in order; one image of a list goes to each place, any other value to all of them.
        optional: fields whose image or video may be left out.
        outputs: ids of the nodes whose files are the result; empty means all.
    """

    places: Mapping[str, tuple[Place, ...]]
    optional: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    places: dict[str, list[tuple[int, Place]]] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    outputs: list[str] = field(default_factory=list)


def find_inputs(workflow: Workflow, settings: ComfyUISettings) -> Inputs:
    """Return the inputs of a workflow; what the settings say of a field takes precedence over titles.

    Raises:
        ValidationError: a title or a setting names an input that does not exist, or the workflow names no input at all.
    """
    found = _Found()
    for node in workflow.graph:
        for name, optional, number, widget in _named_in(workflow.title(node)):
            if name == OUTPUT:
                found.outputs.append(node)
            elif name not in map(_known, settings.inputs):
                _add(found, workflow, name, number, node, widget)
                found.optional.update([name] if optional else ())
    for told, places in settings.inputs.items():
        field_name = _known(told)
        if field_name is None or field_name == OUTPUT:
            raise ValidationError(
                Phrase(
                    wrong_field("provider_config", key="inputs"),
                    f" has {told!r}, which is not a field of a request; use {', '.join(NAMES)}, or set any input in ",
                    mention("extra_params"),
                )
            )
        for number, text in enumerate(places.split(",")):
            _add(found, workflow, field_name, number, *workflow.split(text.strip()))
    if not found.places:
        raise ValidationError(
            "the workflow does not say which of its inputs a request sets: give the nodes titles such as 'prompt', 'seed' or "
            "'first_frame' and export it again, or name the inputs, as in "
            + mention(
                "provider_config",
                {"inputs.prompt": "6.text"},
                code="provider_config={'inputs': {'prompt': '6.text'}}",
            )
        )
    outputs = [workflow.node(name) for name in settings.output_nodes] or found.outputs
    return Inputs(_ordered(found.places), frozenset(found.optional), tuple(dict.fromkeys(outputs)))


def _ordered(found: Mapping[str, list[tuple[int, Place]]]) -> dict[str, tuple[Place, ...]]:
    return {
        name: tuple(place for _, place in sorted(numbered, key=lambda item: item[0]))
        for name, numbered in found.items()
    }


def _named_in(title: str) -> Iterator[tuple[str, bool, int, str | None]]:
    """Yield each field that a title names, whether it may be left out, its number, and the input after its dot."""
    for part in title.split(","):
        told, dot, widget = part.strip().partition(".")
        plain = told.rstrip("?")
        name, number = _known(plain), 0
        if name is None and (numbered := _NUMBERED.fullmatch(_plain(plain))) is not None:
            name, number = _known(numbered[1]), int(numbered[2][:6])
            name = name if name in SEVERAL else None
        if name is not None:
            yield name, plain != told, number, widget.strip() if dot else None


def _plain(word: str) -> str:
    return re.sub(r"[\s-]+", "_", word.strip().lower())


def _known(word: str) -> str | None:
    plain = _plain(word)
    name = OTHER_NAMES.get(plain, plain)
    return name if name in (*NAMES, OUTPUT) else None


def _add(found: _Found, workflow: Workflow, name: str, number: int, node: str, widget: str | None) -> None:
    for part in ("width", "height") if name == "size" and widget is None else (name,):
        place = _widget(workflow, part, node) if widget is None else workflow.checked(node, widget)
        found.places.setdefault(part, []).append((number, place))


def _widget(workflow: Workflow, name: str, node: str) -> Place:
    """Return the input of a node that takes a field: one with a likely name, or its only one."""
    offered = workflow.widgets(node)
    likely: Iterable[str] = WIDGETS.get(name, (name, "value"))
    for widget in likely:
        if widget in offered:
            return Place(node, widget)
    if len(offered) == 1:
        return Place(node, offered[0])
    options = ", ".join(f"'{name}.{widget}'" for widget in offered)
    raise ValidationError(
        f"{workflow.shown(node)} of the workflow is to take {name}, but it has no input "
        f"{' or '.join(likely)}; {f'name the input: {options}' if offered else 'all its inputs are links'}"
    )


def frame_rate(workflow: Workflow, settings: ComfyUISettings) -> float | None:
    """Return the frames per second of the video: those of the settings, or of the node that writes it; None if neither says."""
    if settings.frames_per_second:
        return settings.frames_per_second
    rates = (
        wire.number(workflow.inputs(node), name)
        for name in ("fps", "frame_rate", "frames_per_second")
        for node in workflow.graph
    )
    return next((rate for rate in rates if rate is not None and rate > 0), None)
