"""Finds the models that can do what is wanted: by their tasks and fields, and by a plan, which applies every rule."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from ..api import find_models, plan_image, plan_video, providers
from ..exceptions import ValidationError
from ..mapping.table import KNOWN_TASKS, ModalityName, Model
from ..mock.sample_media import sample_image, sample_video
from ..models.config import ImageGenerationConfig, VideoGenerationConfig
from ..models.request import ImageGenerationRequest, ImageInput, VideoGenerationRequest
from .building import construct

TASKS = KNOWN_TASKS
_ROLES = {
    "image-to-video": ("first_frame", "last_frame"),
    "reference-to-video": ("reference", "asset", "style"),
    "image-to-image": ("reference", "first_frame", "asset", "style"),
    "inpainting": ("reference", "first_frame", "asset", "style"),
}
"""The roles of an input image by task; a model for the task takes at least one of them."""
_ALL_ROLES = ("first_frame", "last_frame", "reference", "asset", "style")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a model must be able to do; None means anything."""

    task: str | None = None
    duration_seconds: float | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    size: str | None = None
    audio: bool | None = None
    modality: ModalityName | None = None

    def __post_init__(self) -> None:
        if self.task is not None and self.task not in TASKS:
            raise ValidationError(f"--can {self.task!r} is not a task; use one of {', '.join(TASKS)}")

    @property
    def fields(self) -> dict[str, object]:
        """The unified fields that are wanted, with their values."""
        named = {
            "duration_seconds": self.duration_seconds,
            "aspect_ratio": self.aspect_ratio,
            "resolution": self.resolution,
            "size": self.size,
            "generate_audio": self.audio,
        }
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that can do what is wanted.

    Attributes:
        provider: provider id.
        row: the row of the model.
        estimated_cost_usd: estimated cost of exactly this request in US dollars; None if unknown, or if nothing is wanted.
    """

    provider: str
    row: Model
    estimated_cost_usd: float | None = None


def search(wanted: Wanted, *, provider: str | None = None) -> Iterator[Candidate]:
    """Yield the models that can do what is wanted.

    Args:
        wanted: what a model must be able to do.
        provider: provider id; None searches every installed provider and skips broken ones.

    Raises:
        ProviderNotInstalledError, PluginError: `provider` is not installed, or its plugin is broken.
    """
    names = [provider] if provider else [item.id for item in providers() if item.info is not None]
    for name in names:
        for row in (found.model for found in find_models(name, modality=wanted.modality)):
            if wanted.task is None and not wanted.fields:
                yield Candidate(name, row)
            elif (found := _tried(name, row, wanted)) is not None:
                yield found


def _tried(provider: str, row: Model, wanted: Wanted) -> Candidate | None:
    # a generic row passes on whatever it is given: that says nothing about any model
    if row.generic or (wanted.task is not None and wanted.task not in row.tasks()):
        return None
    # what has no sound can be had without sound
    if not all(row.accepts(name) for name, value in wanted.fields.items() if value is not False):
        return None
    for inline in (False, True):
        try:
            cost = _planned_cost(provider, row, wanted, inline=inline)
        except ValidationError:
            continue
        return Candidate(provider, row, cost)
    return None


def _planned_cost(provider: str, row: Model, wanted: Wanted, *, inline: bool) -> float | None:
    """Plan a minimal request for what is wanted, with inputs by URL or inline, and return its cost."""
    asked = {"prompt": "a trial", **wanted.fields, **_inputs(row, wanted, inline=inline)}
    if row.modality == "video":
        config = VideoGenerationConfig(provider=provider, model=row.example_name)
        plan = plan_video(config, construct(VideoGenerationRequest, asked))
    else:
        image_config = ImageGenerationConfig(provider=provider, model=row.example_name)
        plan = plan_image(image_config, construct(ImageGenerationRequest, asked))
    return plan.attempts[0].estimated_cost_usd


def _inputs(row: Model, wanted: Wanted, *, inline: bool) -> dict[str, object]:
    roles = [role for role in _ALL_ROLES if row.needs(_field(role))]
    possible = [role for role in _ROLES.get(wanted.task or "", ()) if row.accepts(_field(role))]
    if possible and not set(possible) & set(roles):
        roles.append(possible[0])
    found: dict[str, object] = {
        "image_list": tuple(
            construct(ImageInput, {"image": _media("image", inline=inline), "type": role}) for role in roles
        ),
    }
    if wanted.task == "video-to-video" or row.needs("video"):
        found["video"] = _media("video", inline=inline)
    if wanted.task == "inpainting" or row.needs("mask_image"):
        found["mask_image"] = _media("image", inline=inline)
    return found


@functools.cache
def _media(kind: str, *, inline: bool) -> object:
    if not inline:
        return f"https://media.example.com/input{'.png' if kind == 'image' else '.mp4'}"
    if kind == "image":
        return sample_image(width=512, height=512)
    return sample_video(duration_seconds=2, width=512, height=512)


def _field(role: str) -> str:
    return "style_image" if role == "style" else role
