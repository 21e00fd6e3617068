"""Owns mistakes in what is sent and what comes back: fields, input images and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.acme_plugin import AcmePlugin, image_row, row
from tarash.tarash_gateway.mapping import Model, Price, Rule, duration_field_mapper, image_list_field_mapper
from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, Submission, hookimpl, send


def _renamed(model: Model, old: str, new: str) -> Model:
    return replace(model, fields={new if name == old else name: item for name, item in model.fields.items()})


class MisspellsAField(AcmePlugin):
    """ "secondz" in place of "seconds"."""

    rows = (
        _renamed(row("acme-video-2"), "seconds", "secondz"),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class MisspellsAFieldOfImages(AcmePlugin):
    """ "sed" in place of "seed", for images only."""

    rows = (row("acme-video-2"), row("any", generic=True), _renamed(image_row("acme-image-1"), "seed", "sed"))


class MisspellsAnImage(AcmePlugin):
    """ "reference" in place of "references"."""

    rows = (
        _renamed(row("acme-video-2"), "references", "reference"),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class MisspellsAFieldOfARule(AcmePlugin):
    """ "seeds" in place of "seed", so that the rule never applies."""

    rows = (
        replace(
            row("acme-video-2"), rules=(Rule(when={"seeds": ()}, require=("prompt",), reason="with a seed"),)
        ),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class MisspellsAFieldOfAPrice(AcmePlugin):
    """ "duration" in place of "duration_seconds", so that the price never applies."""

    rows = (
        replace(
            row("acme-video-2"),
            prices=(Price(usd=0.4, unit="video", when={"duration": 4}, source="price list, 2026-11-20"),),
        ),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class TakesAnyDuration(AcmePlugin):
    """A duration mapper without bounds."""

    rows = (
        row("acme-video-2", seconds=duration_field_mapper()),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class BoundsADurationBelow(AcmePlugin):
    """A duration mapper with a minimum only."""

    rows = (
        row("acme-video-2", seconds=duration_field_mapper(minimum=1)),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class LosesTheReferences(AcmePlugin):
    """Reference images that are declared, and never sent."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        kept = {name: value for name, value in payload.items() if name != "references"}
        return (yield from super().tarash_submit(call, kept))


class SendsOneReference(AcmePlugin):
    """Only the first of several reference images."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        references = payload.get("references")
        kept = {"references": references[:1]} if isinstance(references, list) else {}
        return (yield from super().tarash_submit(call, {**payload, **kept}))


class ReversesTheReferences(AcmePlugin):
    """Reference images in another order than the request's."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        references = payload.get("references")
        changed = {"references": references[::-1]} if isinstance(references, list) else {}
        return (yield from super().tarash_submit(call, {**payload, **changed}))


class LosesTheMask(AcmePlugin):
    """A mask that is declared, and never sent: the whole picture is painted anew."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        kept = {name: value for name, value in payload.items() if name != "mask"}
        return (yield from super().tarash_submit(call, kept))


class TakesTheMaskForThePicture(AcmePlugin):
    """The mask in place of the picture, and the picture in place of the mask."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        references, mask = payload.get("references"), payload.get("mask")
        changed = (
            {"references": [mask], "mask": references[0]}
            if isinstance(references, list) and mask is not None
            else {}
        )
        return (yield from super().tarash_submit(call, {**payload, **changed}))


class LosesPicturesGivenByAddress(AcmePlugin):
    """Only pictures given as bytes are sent to the image model."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        references = payload.get("references")
        kept = (
            {"references": [item for item in references if str(item).startswith("data:")]}
            if isinstance(references, list) and call.modality == "image"
            else {}
        )
        return (yield from super().tarash_submit(call, {**payload, **kept}))


class KeepsTheFirstResult(AcmePlugin):
    """Only the first of several results."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return super().assets(call, raw)[:1]


class ReversesTheResults(AcmePlugin):
    """Results in another order than the provider's."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return super().assets(call, raw)[::-1]


class CollectsResultsInASet(AcmePlugin):
    """Results sorted by something else."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return tuple(sorted(super().assets(call, raw), key=lambda asset: asset.url or "", reverse=True))


class RepeatsAResult(AcmePlugin):
    """The first result in place of each."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return super().assets(call, raw)[:1] * len(super().assets(call, raw))


class SubmitsForEachResult(AcmePlugin):
    """A job for each of several results, of which each makes them all."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        for number in range(1, int(str(payload.get("count", 1)))):
            other = replace(call, idempotency_key=f"{number:032x}")
            yield from super().tarash_submit(other, payload)
        return (yield from super().tarash_submit(call, payload))


class SavesAResultTwice(AcmePlugin):
    """The bytes of the first result in place of each."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        found = yield from super().tarash_normalize(call, raw)
        reply = yield from send(call.request("GET", found.assets[0].url or "", auth=False))
        return replace(
            found, assets=tuple(replace(asset, url=None, content=reply.content) for asset in found.assets)
        )


class NamesNoRequest(AcmePlugin):
    """No request id to give to the provider's support."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return replace((yield from super().tarash_submit(call, payload)), request_id=None)


class EmptiesTheAnswer(AcmePlugin):
    """A result that can be read once."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        found = yield from super().tarash_normalize(call, raw)
        if isinstance(raw, dict):
            raw.clear()
        return found


class InventsAnInput(AcmePlugin):
    """An image field that the provider does not have."""

    rows = (
        replace(
            row("acme-video-2"),
            fields={**row("acme-video-2").fields, "pictures": image_list_field_mapper("asset", max_items=3)},
        ),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    MisspellsAField: frozenset({"every_field_is_known_to_the_provider"}),
    MisspellsAFieldOfImages: frozenset({"every_field_is_known_to_the_provider"}),
    MisspellsAnImage: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    InventsAnInput: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    MisspellsAFieldOfAPrice: frozenset({"every_name_in_a_row_is_known"}),
    MisspellsAFieldOfARule: frozenset({"every_name_in_a_row_is_known"}),
    TakesAnyDuration: frozenset({"every_duration_is_bounded"}),
    BoundsADurationBelow: frozenset({"every_duration_is_bounded"}),
    LosesTheReferences: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    SendsOneReference: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    ReversesTheReferences: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    LosesTheMask: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    TakesTheMaskForThePicture: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    LosesPicturesGivenByAddress: frozenset({"an_input_of_an_image_model_reaches_the_provider"}),
    KeepsTheFirstResult: frozenset({"two_outputs_arrive_in_order"}),
    ReversesTheResults: frozenset({"two_outputs_arrive_in_order"}),
    CollectsResultsInASet: frozenset({"two_outputs_arrive_in_order"}),
    RepeatsAResult: frozenset({"two_outputs_arrive_in_order"}),
    SavesAResultTwice: frozenset({"two_outputs_arrive_in_order"}),
    SubmitsForEachResult: frozenset({"two_outputs_arrive_in_order"}),
    EmptiesTheAnswer: frozenset({"a_result_can_be_read_again"}),
    NamesNoRequest: frozenset(
        {
            "every_failed_job_has_its_exception",
            "a_signed_delivery_is_read",
            "a_failed_delivery_is_read",
            "a_forged_delivery_is_refused",
            "an_unsigned_delivery_is_refused",
            "a_replayed_delivery_is_refused",
            "a_delivery_without_a_configured_secret_is_refused",
        }
    ),
}
