"""Describes models with several arms: one name, but different fields and ratios for each kind of input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from tarash.tarash_gateway.mapping import (
    Adjustments,
    FieldCapability,
    FieldMapper,
    Lifecycle,
    ModalityName,
    Model,
    Price,
    Rule,
    Values,
)
from tarash.tarash_gateway.plugin import GenerationRequest, VideoGenerationRequest

Input: TypeAlias = Literal["text", "reference", "image", "video"]
"""What a request starts from; "image" means frames, "reference" any other image."""

FRAME_MEMBERS = frozenset({"promptImage"})
VIDEO_MEMBERS = frozenset({"promptVideo", "videoUri"})
MASK_MEMBER = "maskUri"
REFERENCE_MEMBERS = frozenset({"references", "referenceImages", "referenceVideos", MASK_MEMBER})


@dataclass(frozen=True, slots=True)
class Arm:
    """The fields of one arm, by wire name, and the rules between them."""

    fields: Mapping[str, FieldMapper]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunwayModel(Model):
    """A row whose fields sum up its arms.

    Attributes:
        arms: what the request starts from → the row that then serves; empty when there is one arm only.
        extra_required: wire name → what to give, for members that only `extra_params` can supply.
    """

    arms: Mapping[Input, Model] = field(default_factory=dict)
    extra_required: Mapping[str, str] = field(default_factory=dict)

    def serving(self, request: GenerationRequest) -> Model:
        """Return the row that serves `request`; for an input that no arm takes, an arm that takes others refuses it and lists them."""
        if not self.arms:
            return self
        start = starting_point(request, self.arms)
        for candidate in _takers(start):
            arm = self.arms.get(candidate)
            if arm is not None and (start == candidate or arm.accepts("reference")):
                return arm
        order: tuple[Input, ...] = (
            ("text", "image", "video") if start == "text" else ("image", "video", "text")
        )
        return next(self.arms[name] for name in order if name in self.arms)


def _takers(start: Input) -> tuple[Input, ...]:
    return ("reference", "text", "image", "video") if start == "reference" else (start,)


def starting_point(request: GenerationRequest, arms: Mapping[Input, Model]) -> Input:
    """Return what the request starts from: a video decides before frames, and frames before references.

    An image without a role counts as what the core is about to make of it: a frame, if it is alone and an arm takes one (next to
    the references, where there are any), otherwise a reference.
    """
    extra = request.extra_params.keys()
    if (isinstance(request, VideoGenerationRequest) and request.video is not None) or extra & VIDEO_MEMBERS:
        return "video"
    if request.images("first_frame", "last_frame") or extra & FRAME_MEMBERS:
        return "image"
    has_references = request.images("reference", "asset", "style") or extra & REFERENCE_MEMBERS
    without_role = [item for item in request.image_list if item.type == "auto"]
    framed = arms.get("image")
    if len(without_role) == 1 and framed is not None and (not has_references or framed.accepts("reference")):
        return "image"
    return "reference" if has_references or without_role else "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmDependentMapper(FieldMapper):
    """Describes a field of the main arm, with notes on what the other arms allow. Each arm's own row does the mapping."""

    main: FieldMapper
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        return self.main.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Leave it to the main arm."""
        self.main.fit(values, adjustments)

    def encode(self, values: Values) -> object:
        """Return the main arm's value."""
        return self.main.encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe the main arm's field, with the notes added."""
        return tuple(
            replace(
                item,
                required=item.required and self.required,
                note="; ".join(filter(None, (item.note, self.notes.get(item.field)))),
            )
            for item in self.main.describe()
        )


def armed(
    model: str,
    modality: ModalityName,
    arms: Mapping[Input, Arm],
    *,
    source: str,
    defaults: Mapping[str, object] | None = None,
    prices: tuple[Price, ...] = (),
    priced_params: Mapping[str, object] | None = None,
    lifecycle: Lifecycle | None = None,
) -> RunwayModel:
    """Return the row of a model with these arms. The first one describes fields that several of them have."""
    rows: dict[Input, Model] = {
        name: Model(id=model, modality=modality, fields=arm.fields, rules=arm.rules, source=source)
        for name, arm in arms.items()
    }
    only = next(iter(arms.values())) if len(arms) == 1 else None
    return RunwayModel(
        id=model,
        modality=modality,
        fields=only.fields if only else _summary(arms),
        rules=only.rules if only else (),
        arms={} if only else rows,
        source=source,
        defaults=defaults or {},
        prices=prices,
        priced_params=priced_params or {},
        lifecycle=lifecycle,
    )


def _summary(arms: Mapping[Input, Arm]) -> dict[str, FieldMapper]:
    summary: dict[str, FieldMapper] = {}
    for arm in arms.values():
        for wire in arm.fields:
            if wire not in summary:
                summary[wire] = _summarised(wire, arms)
    return summary


def _summarised(wire: str, arms: Mapping[Input, Arm]) -> FieldMapper:
    having = {name: arm.fields[wire] for name, arm in arms.items() if wire in arm.fields}
    main = next(iter(having.values()))
    required = (
        main.required and len(having) == len(arms) and all(mapper.required for mapper in having.values())
    )
    notes: dict[str, str] = {}
    for capability in main.describe():
        others = [
            f"with {name} input: {', '.join(map(str, other.allowed))}"
            for name, mapper in having.items()
            for other in mapper.describe()
            if other.field == capability.field and other.allowed != capability.allowed
        ]
        if others:
            notes[capability.field] = "; ".join(others)
    return ArmDependentMapper(main=main, notes=notes, required=required)
