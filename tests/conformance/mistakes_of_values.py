"""Owns mistakes in what values become: units, shapes, names of models, prices, types of outputs and charges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from conformance.acme_plugin import AcmePlugin, image_row, row
from conformance.acme_simulator import CASES, AcmeSimulator
from tarash.tarash_gateway.mapping import FieldMapper, Model, Price, choice_field_mapper
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    GenerationRequest,
    HttpCall,
    JobReference,
    Mapped,
    hookimpl,
)
from tarash.tarash_gateway.testing import ConformanceCases, Example


def _with(model: Model, **fields: FieldMapper) -> Model:
    return replace(model, fields={**model.fields, **fields})


class SendsMinutes(AcmePlugin):
    """Minutes, where the provider takes seconds."""

    factor = 1 / 60

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        seconds = mapped.payload.get("seconds")
        changed = {"seconds": seconds * self.factor} if isinstance(seconds, int) else {}
        return replace(mapped, payload={**mapped.payload, **changed})


class SendsMilliseconds(SendsMinutes):
    """Milliseconds, where the provider takes seconds."""

    factor = 1000


class CountsInMilliseconds(AcmeSimulator):
    """An Acme that takes milliseconds, and says so in an example."""

    cases: ClassVar[ConformanceCases] = replace(
        CASES,
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9"},
                sent={"seconds": 8000, "shape": "16:9"},
                usd=0.4,
            ),
            CASES.examples[1],
        ),
    )


class SendsSecondsToMilliseconds(AcmePlugin):
    """Seconds, where the provider takes milliseconds."""

    simulator = CountsInMilliseconds


class SendsMillisecondsAsStated(SendsMilliseconds):
    """Milliseconds, where the provider takes them; no mistake."""

    simulator = CountsInMilliseconds


class SwapsTheShapes(AcmePlugin):
    """ "portrait" for 16:9, and "landscape" for 9:16."""

    shapes = choice_field_mapper("aspect_ratio", {"16:9": "portrait", "9:16": "landscape"})
    rows = (
        _with(row("acme-video-2"), shape=shapes),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class SwapsTheSides(AcmePlugin):
    """Height before width."""

    shapes = choice_field_mapper("aspect_ratio", {"16:9": "720x1280", "9:16": "1280x720"})
    rows = (
        row("acme-video-2"),
        row("any", generic=True),
        _with(image_row("acme-image-1"), shape=shapes),
    )


class SendsOneModel(AcmePlugin):
    """The name of one model in the code, whatever the configuration says."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return super().submission(call, {**body, "model": "acme-video-2"})


class SendsOneInnerName(AcmePlugin):
    """A name that is none of a row, whatever the configuration says."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return super().submission(call, {**body, "model": "video-latest"})


class AsksOneAddress(AcmePlugin):
    """The address of one model, whatever the configuration says."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        asked = super().submission(call, {name: value for name, value in body.items() if name != "model"})
        return replace(asked, url=asked.url.replace("/jobs", "/acme-video-2/jobs"))


class PricesTheVideo(AcmePlugin):
    """The price of a second for a whole video."""

    rows = (
        replace(
            row("acme-video-2"),
            prices=(Price(usd=0.05, unit="video", source="Acme price list, read 2026-11-20"),),
        ),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class ForgetsTheValues(AcmePlugin):
    """A mapping that does not say what was asked for, so that four images are estimated as one."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        counted = ("n", "number_of_videos")
        return replace(
            mapped, values={name: value for name, value in mapped.values.items() if name not in counted}
        )


class NamesAnotherType(AcmePlugin):
    """WebM for an MP4."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return tuple(replace(asset, content_type="video/webm") for asset in super().assets(call, raw))


class InvertsTheCharge(AcmePlugin):
    """A cancelled job as charged, and a finished one as free."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        said = yield from super().tarash_cancel(call, job)
        return replace(said, billed="yes" if said.billed == "no" else "no")


class SaysNothing(AcmeSimulator):
    """An Acme whose cases state no facts."""

    cases: ClassVar[ConformanceCases] = replace(CASES, examples=(), billed_if_cancelled={})


class WithoutFacts(AcmePlugin):
    """A plugin without a mistake, whose tests do not say what the documentation says."""

    simulator = SaysNothing


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    SendsMinutes: frozenset(
        {"a_length_is_sent_in_seconds_unless_stated", "an_example_is_sent_as_documented"}
    ),
    SendsMilliseconds: frozenset({"a_length_is_sent_in_seconds_unless_stated"}),
    SendsSecondsToMilliseconds: frozenset({"an_example_is_sent_as_documented"}),
    SwapsTheShapes: frozenset({"a_shape_is_not_turned", "an_example_is_sent_as_documented"}),
    SwapsTheSides: frozenset({"a_shape_is_not_turned"}),
    SendsOneModel: frozenset({"each_model_is_sent_under_its_name"}),
    SendsOneInnerName: frozenset({"each_model_is_sent_under_its_name"}),
    AsksOneAddress: frozenset({"each_model_is_sent_under_its_name"}),
    PricesTheVideo: frozenset({"an_example_costs_what_the_price_list_says"}),
    ForgetsTheValues: frozenset({"an_estimate_counts_what_is_asked_for"}),
    NamesAnotherType: frozenset({"an_output_is_what_it_is_said_to_be"}),
    InvertsTheCharge: frozenset({"a_cancelled_job_is_billed_as_stated"}),
    WithoutFacts: frozenset(
        {
            "an_example_is_sent_as_documented",
            "an_example_costs_what_the_price_list_says",
            "a_cancelled_job_is_billed_as_stated",
        }
    ),
}
