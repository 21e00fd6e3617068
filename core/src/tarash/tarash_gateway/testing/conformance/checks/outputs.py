"""Conformance checks for outputs: each of several arrives, in order, with a link that works and a cost in dollars."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest

from ....exceptions import ValidationError
from ....mapping.table import Model
from ....media.file_urls import path_of_file_url
from ....media.kinds import sniff_content_type
from ....models.modality import modality_named
from ....models.response import GenerationResponse, ResponseAsset
from ..context import MODALITIES, CheckContext
from ..explaining import explain_failures
from ..requests import minimal_request

WANTED = 2
MEDIA_PATH = "/media/"
"""Where a simulator serves its files."""
SHORTEST_LINK_SECONDS = 30
LONGEST_LINK_SECONDS = 10 * 365 * 86400
FARTHEST_COST = 8
"""How many times a reported cost may differ from the price; credits and cents differ more."""


@explain_failures
class OutputChecks:
    """What users suffer if an output is lost, or stands at the wrong place."""

    def test_two_outputs_arrive_in_order(self, context: CheckContext) -> None:
        """Users pay for every output, and number them: the second one must be neither lost nor the first.

        To fix: return one `Asset` for each output of the answer, in its order, and submit once if the provider takes the number.
        In the simulator, give every output a file of its own, such as `tiny_png(seed)` with another seed.
        """
        tried = 0
        for modality in context.modalities:
            row = context.row(context.model(modality), modality)
            if not _takes_two(row):
                continue
            tried += 1
            request = minimal_request(row, **{modality_named(modality).count_field: WANTED})
            before = len(context.simulator.jobs)
            with context.wire.recording():
                try:
                    response = context.generate(context.config(modality=modality), request)
                except ValidationError:
                    # a rule between fields, or a setting of the cases, allows one output only
                    tried -= 1
                    continue
                self._compare(context, response, modality, len(context.simulator.jobs) - before)
        if not tried:
            pytest.skip("no model of the cases takes a number of outputs")

    def test_a_link_is_valid_for_a_while(self, context: CheckContext) -> None:
        """A link that has expired at once, because milliseconds were read as seconds, makes users download in vain, or not at all.

        To fix: read the provider's time with `wire.moment`, and give `link_expiry` the lifetime in its unit.
        """
        now = datetime.now(UTC)
        for modality in context.modalities:
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            for asset in response.assets:
                if asset.expires_at is not None:
                    seconds = (asset.expires_at - now).total_seconds()
                    # a link that expired long ago is that of a simulator which signs with a fixed day
                    is_short = abs(seconds) < SHORTEST_LINK_SECONDS
                    assert not is_short, f"the link of a new output expires in {seconds:g} seconds"
                    assert seconds < LONGEST_LINK_SECONDS, (
                        f"the link of an output expires in {seconds:g} seconds"
                    )

    def test_an_output_is_what_it_is_said_to_be(self, context: CheckContext) -> None:
        """A WebP image that is said to be a PNG is saved under a wrong name, and refused by the next program.

        To fix: give the `Asset` the `content_type` of the answer or of the documentation, or None, and its `kind`. In the simulator,
        serve files of the type that the provider makes.
        """
        tried = 0
        for modality in context.modalities:
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            for asset in response.assets:
                found = sniff_content_type(_content(context, asset) or b"")
                if found is None:
                    continue
                tried += 1
                said = (asset.content_type or found).partition(";")[0].strip().lower()
                assert said == found, f"an output is said to be {said}, but its bytes are {found}"
                is_of_kind = asset.kind not in MODALITIES or found.startswith(f"{asset.kind}/")
                assert is_of_kind, (
                    f"an output is said to be of the kind {asset.kind!r}, but its bytes are {found}"
                )
        if not tried:
            pytest.skip("the simulator serves no output whose bytes tell their type")

    def test_a_reported_cost_fits_the_price(self, context: CheckContext) -> None:
        """A cost in credits or cents, shown as dollars, ends a budget at the first video, or never.

        To fix: convert what the provider reports to US dollars, and let the simulator report what the price list says.
        """
        tried = 0
        for modality in context.modalities:
            response = context.generate(context.config(modality=modality), context.request(modality=modality))
            attempt = response.execution_metadata.attempts[-1]
            cost, expected = attempt.cost_usd, attempt.estimated_cost_usd
            if cost and expected:
                tried += 1
                assert expected / FARTHEST_COST < cost < expected * FARTHEST_COST, (
                    f"the provider reports a cost of ${cost:g}, but by the prices of the row it is ${expected:g}"
                )
        if not tried:
            pytest.skip("the provider reports no cost, or the models of the cases have no price")

    def _compare(self, context: CheckContext, response: GenerationResponse, modality: str, jobs: int) -> None:
        outputs = [asset for asset in response.assets if asset.kind == modality]
        assert len(outputs) == WANTED, f"{len(outputs)} of {WANTED} outputs arrived"
        assert outputs[0].url != outputs[1].url, f"both outputs are {outputs[0].url[:100]}"
        marks = [_marks(asset) for asset in outputs]
        is_one_file = marks[0] == marks[1]
        assert not is_one_file, (
            "both outputs have the same bytes: either one of them is lost, or the simulator sends one file twice, "
            "so that a wrong order cannot show"
        )
        places = _places(context.wire.answers, marks)
        if places is not None:
            order = _numbers(context, outputs) or places
            assert order == sorted(order), "the outputs are not in the provider's order"
        # one answer with every output comes from one job
        allowed = WANTED if places is None else 1
        assert jobs <= allowed, (
            f"{jobs} jobs were created for {WANTED} outputs, which {allowed} can make; each is billed"
        )


def _takes_two(row: Model) -> bool:
    field = modality_named(row.modality).count_field
    return any(
        item.field == field
        and (
            WANTED in item.allowed or (not item.allowed and (item.maximum is None or item.maximum >= WANTED))
        )
        for item in row.capabilities()
    )


def _numbers(context: CheckContext, outputs: list[ResponseAsset]) -> list[int]:
    """Return in which order the simulator has made the files of outputs; an empty list if they are none of its files.

    An answer may list them in another order, with the number of each.
    """
    names = [unquote(urlsplit(asset.url).path).partition(MEDIA_PATH)[2] for asset in outputs]
    stored = [context.simulator.stored_media(name) for name in names]
    return [] if None in stored else [media.number for media in stored if media is not None]


def _content(context: CheckContext, asset: ResponseAsset) -> bytes | None:
    """Return the bytes of an output: of its file, or of the simulator's; None if they are elsewhere."""
    if asset.url.startswith("file:"):
        return path_of_file_url(asset.url).read_bytes()
    steps = unquote(urlsplit(asset.url).path).split("/")
    stored = (context.simulator.stored_media("/".join(steps[number:])) for number in range(len(steps)))
    return next((media.data for media in stored if media is not None), None)


def _marks(asset: ResponseAsset) -> tuple[bytes, ...]:
    """Return by what an output is recognised in the provider's answer: its URL, or its bytes in Base64."""
    if asset.url.startswith("file:"):
        data = path_of_file_url(asset.url).read_bytes()
        return (base64.b64encode(data), data)
    return (asset.url.encode(),)


def _places(answers: list[bytes], marks: list[tuple[bytes, ...]]) -> list[int] | None:
    """Return where in one answer the outputs stand; None if no answer has them all."""
    for answer in reversed(answers):
        places = [max(answer.find(mark) for mark in choices) for choices in marks]
        if all(place >= 0 for place in places):
            return places
    return None
