"""Owns mistakes that a newcomer makes with what is sent and what comes back, beside a provider that numbers its outputs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from conformance.acme_plugin import AcmePlugin, image_row, row
from conformance.acme_simulator import AcmeSimulator
from tarash.tarash_gateway.mapping import Price
from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, HttpCall, Submission, hookimpl, wire
from tarash.tarash_gateway.testing.simulator import SimulatedJob


class DropsTheShape(AcmePlugin):
    """The shape is in the payload, and not in what is sent."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return super().submission(call, {name: value for name, value in body.items() if name != "shape"})


class DropsTheLength(AcmePlugin):
    """A number of the payload that is not in what is sent."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return super().submission(call, {name: value for name, value in body.items() if name != "seconds"})


class SwapsFrameAndReference(AcmePlugin):
    """The first frame and the reference change places if both are given."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        references = body.get("references")
        if isinstance(references, list) and "image" in body:
            body = {**body, "image": references[0], "references": [body["image"]]}
        return super().submission(call, body)


class TakesItsUploadForASubmission(AcmePlugin):
    """The request for an upload counts as one that may create a job."""

    def upload(self, call: Call, image: str) -> Flow[str]:
        flow = super().upload(call, image)
        asked = next(flow)
        assert isinstance(asked, HttpCall)
        answer = yield replace(asked, repeatable=None)
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as done:
                return str(done.value)
            answer = yield step


class LogsTheKeyUnderItsOwnName(AcmePlugin):
    """The key in a record of a logger of the plugin."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        logging.getLogger("acme").info("submitting with %s", call.api_key.reveal())
        return (yield from super().tarash_submit(call, payload))


class NamesAnIdOfItsOwn(AcmePlugin):
    """A request id by which no delivery can be told."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        return replace(submission, request_id=f"acme-{submission.request_id}")


class ReportsCredits(AcmePlugin):
    """A cost in credits, of which a dollar buys a hundred."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        return replace((yield from super().tarash_normalize(call, raw)), cost_usd=20.0)


class ReportsDollars(ReportsCredits):
    """The same in dollars; no mistake."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        cost_usd = 0.19 if call.modality == "video" else 0.03
        return replace((yield from super().tarash_normalize(call, raw)), cost_usd=cost_usd)


class HidesAPrice(AcmePlugin):
    """The price of any length before that of 8 seconds."""

    rows = (
        replace(
            row("acme-video-2"),
            prices=(
                Price(usd=0.1, unit="video", source="price list, 2026-11-20"),
                Price(usd=0.2, unit="video", when={"duration_seconds": 8}, source="price list, 2026-11-20"),
            ),
        ),
        row("any", generic=True),
        image_row("acme-image-1"),
    )


class TakesMillisecondsForSeconds(AcmePlugin):
    """Links that expire while they are returned."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        end = datetime.now(UTC) + timedelta(milliseconds=3600)
        return tuple(replace(asset, expires_at=end) for asset in super().assets(call, raw))


class NumberingSimulator(AcmeSimulator):
    """An Acme that lists its outputs as they are finished, the last one first."""

    def _shown_as(self, job: SimulatedJob, word: str) -> dict[str, object]:
        body = super()._shown_as(job, word)
        numbered = [{"index": number, "url": url} for number, url in enumerate(wire.items(body, "urls"))]
        return {**body, "urls": numbered[::-1]}


class Numbering(AcmePlugin):
    """Reads the number of each output; no mistake."""

    simulator = NumberingSimulator

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        outputs = sorted(wire.items(raw, "urls"), key=lambda output: wire.integer(output, "index") or 0)
        return tuple(Asset(kind=call.modality, url=wire.text(output, "url")) for output in outputs)


class IgnoresTheNumbers(Numbering):
    """The outputs in the order in which they were finished."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return super().assets(call, raw)[::-1]


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    DropsTheShape: frozenset({"every_field_reaches_the_provider"}),
    DropsTheLength: frozenset({"every_field_reaches_the_provider"}),
    SwapsFrameAndReference: frozenset({"every_kind_of_input_image_reaches_the_provider"}),
    TakesItsUploadForASubmission: frozenset({"one_call_creates_the_job"}),
    LogsTheKeyUnderItsOwnName: frozenset({"no_secret_shows"}),
    NamesAnIdOfItsOwn: frozenset({"a_signed_delivery_is_read"}),
    ReportsCredits: frozenset({"a_reported_cost_fits_the_price"}),
    HidesAPrice: frozenset({"every_price_can_apply"}),
    TakesMillisecondsForSeconds: frozenset({"a_link_is_valid_for_a_while"}),
    IgnoresTheNumbers: frozenset({"two_outputs_arrive_in_order"}),
}
