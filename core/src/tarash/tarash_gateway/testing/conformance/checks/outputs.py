"""Conformance checks for several outputs: each arrives, in the provider's order."""

from __future__ import annotations

import base64

import pytest

from ....exceptions import ValidationError
from ....mapping.table import ModalityName, Model
from ....media.file_urls import path_of_file_url
from ....models.modality import modality_named
from ....models.response import GenerationResponse, ResponseAsset
from ..context import CheckContext
from ..explaining import explain_failures
from ..requests import minimal_request

WANTED = 2
MODALITIES: tuple[ModalityName, ...] = ("video", "image")


@explain_failures
class OutputChecks:
    """What users suffer if an output is lost, or stands at the wrong place."""

    def test_two_outputs_arrive_in_order(self, context: CheckContext) -> None:
        """Users pay for every output, and number them: the second one must be neither lost nor the first.

        To fix: return one `Asset` for each output of the answer, in its order, and submit once if the provider takes the number.
        In the simulator, give every output a file of its own, such as `tiny_png(seed)` with another seed.
        """
        tried = 0
        for modality in MODALITIES:
            model = context.model(modality)
            if not model or not _takes_two(context.row(model, modality)):
                continue
            tried += 1
            field = modality_named(modality).count_field
            request = minimal_request(context.row(model, modality), **{field: WANTED})
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
            assert places == sorted(places), "the outputs are not in the provider's order"
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
