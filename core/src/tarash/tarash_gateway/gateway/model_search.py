"""Finds the models that can do what is wanted: by their tasks and fields, and by a plan, which applies every rule."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..discovery import FoundModel, Registry
from ..engine.chain import Chain, Prepared
from ..exceptions import BudgetExceededError, ValidationError
from ..mapping.table import KNOWN_TASKS, ModalityName, Model, Task
from ..mapping.values import role_field
from ..mock.sample_media import sample_image, sample_video
from ..models.config import GenerationConfig
from ..models.misuse import described
from ..models.modality import known_modalities, modality_named
from ..models.request import GenerationRequest, ImageInput
from ..models.strict import construct
from ..models.wording import did_you_mean

Prepare = Callable[[GenerationConfig, GenerationRequest], Chain]
"""Prepares a chain without sending anything."""

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
    """What a model must be able to do; None means anything.

    Attributes:
        modality: what it generates.
        can: its task.
        duration_seconds, aspect_ratio, resolution, size, audio: values that it takes, all of them in one request.
        max_cost_usd: most that this request may cost, in US dollars; a model without a known price does not count as cheap.
    """

    modality: ModalityName | None = None
    can: Task | None = None
    duration_seconds: float | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    size: str | None = None
    audio: bool | None = None
    max_cost_usd: float | None = None

    @property
    def is_anything(self) -> bool:
        """Whether every model of the modality will do."""
        return self.can is None and self.max_cost_usd is None and not self.fields

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


def search(
    wanted: Wanted, *, registry: Registry, prepare: Prepare, provider: str | None = None
) -> Iterator[FoundModel]:
    """Yield the models that can do what is wanted, each with the estimated cost of exactly that.

    Args:
        wanted: what a model must be able to do.
        registry: the installed providers.
        prepare: plans a minimal request.
        provider: provider id; None searches every installed provider and skips broken ones.

    Raises:
        ValidationError: no model has such a task, or a wanted value is not one.
        ProviderNotInstalledError, PluginError: `provider` is not installed, or its plugin is broken.
    """
    _check(wanted, provider)
    listed = registry.find_models(provider, modality=wanted.modality)
    _check_task(wanted.can, listed)
    if wanted.is_anything:
        yield from listed
        return
    for found in listed:
        if (tried := _tried(found, wanted, prepare)) is not None:
            yield tried


def _check_task(task: Task | None, listed: tuple[FoundModel, ...]) -> None:
    if task is None or task in KNOWN_TASKS or any(task in found.model.tasks() for found in listed):
        return
    guess = did_you_mean(str(task), KNOWN_TASKS)
    raise ValidationError(
        described("can", task) + f" is not a task{guess or ';'} use one of {', '.join(KNOWN_TASKS)}"
    )


def _check(wanted: Wanted, provider: object) -> None:
    """Refuse what no model can do because it is not a value at all; otherwise the answer would be that no model can.

    Raises:
        ValidationError: a value has another type, or no request takes it.
    """
    if provider is not None and not isinstance(provider, str):
        raise ValidationError(
            described("provider", provider) + " is not a provider id; pass one, such as 'fal'"
        )
    modality: object = wanted.modality
    if isinstance(modality, str):
        modality_named(modality)
    elif modality is not None:
        raise ValidationError(described("modality", modality) + " is not the name of a modality")
    construct(GenerationConfig, {"provider": "any", "model": "any", "max_cost_usd": wanted.max_cost_usd})
    kinds = [modality.request for modality in known_modalities() if wanted.modality in (None, modality.name)]
    for name, value in wanted.fields.items():
        refusals = [_refusal(kind, name, value) for kind in kinds if name in kind.model_fields]
        if refusals and (first := refusals[0]) is not None and None not in refusals:
            raise first


def _refusal(kind: type[GenerationRequest], name: str, value: object) -> ValidationError | None:
    try:
        construct(kind, {"prompt": "a trial", name: value})
    except ValidationError as error:
        return error
    return None


def _tried(found: FoundModel, wanted: Wanted, prepare: Prepare) -> FoundModel | None:
    row = found.model
    # a generic row accepts anything, which says nothing about a model
    if row.generic or (wanted.can is not None and wanted.can not in row.tasks()):
        return None
    # what has no sound can be had without sound
    if not all(row.accepts(name) for name, value in wanted.fields.items() if value is not False):
        return None
    for inline in (False, True):
        try:
            cost = _planned_cost(found.provider, row, wanted, prepare, inline=inline)
        except (ValidationError, BudgetExceededError):
            continue
        return FoundModel(found.provider, row, cost)
    return None


def _planned_cost(
    provider: str, row: Model, wanted: Wanted, prepare: Prepare, *, inline: bool
) -> float | None:
    """Plan a minimal request for what is wanted, with inputs by URL or inline, and return its cost.

    Raises:
        ValidationError: the model cannot do it.
        BudgetExceededError: it costs more than wanted, or nobody knows.
    """
    kinds = modality_named(row.modality)
    settings = {
        "provider": provider,
        "model": row.example_name,
        "max_cost_usd": wanted.max_cost_usd,
        # what is near is not what is wanted
        "unsupported": "error",
    }
    asked = {"prompt": "a trial", **wanted.fields, **_inputs(row, wanted, inline=inline)}
    (link,) = prepare(construct(kinds.config, settings), construct(kinds.request, asked)).links
    return link.estimated_cost_usd if isinstance(link, Prepared) else None


def _inputs(row: Model, wanted: Wanted, *, inline: bool) -> dict[str, object]:
    roles = [role for role in _ALL_ROLES if row.needs(role_field(role))]
    possible = [role for role in _ROLES.get(wanted.can or "", ()) if row.accepts(role_field(role))]
    if possible and not set(possible) & set(roles):
        roles.append(possible[0])
    found: dict[str, object] = {
        "image_list": tuple(
            construct(ImageInput, {"image": _media("image", inline=inline), "type": role}) for role in roles
        ),
        "extra_params": row.example_params,
    }
    if wanted.can == "video-to-video" or row.needs("video"):
        found["video"] = _media("video", inline=inline)
    if wanted.can == "inpainting" or row.needs("mask_image"):
        found["mask_image"] = _media("image", inline=inline)
    return found


@functools.cache
def _media(kind: str, *, inline: bool) -> object:
    if not inline:
        return f"https://media.example.com/input{'.png' if kind == 'image' else '.mp4'}"
    if kind == "image":
        return sample_image(width=512, height=512)
    return sample_video(duration_seconds=2, width=512, height=512)
