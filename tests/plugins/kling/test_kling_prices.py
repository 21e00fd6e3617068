"""What a request costs when `extra_params` have inputs in Kling's own form."""

from __future__ import annotations

import pytest

import tarash_gateway_kling as kling
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.testing import call_for, map_for

CLIP = "https://example.org/a.mp4"


@pytest.mark.parametrize(
    ("model", "extra"),
    [
        ("kling-3.0-omni", {"contents": [{"type": "feature_video", "url": CLIP, "id": "dance"}]}),
        ("kling-v3-omni", {"video_list": [{"video_url": CLIP, "refer_type": "feature"}]}),
    ],
)
def test_a_video_in_kling_s_own_form_costs_as_much_as_an_input_video(
    model: str, extra: dict[str, object]
) -> None:
    call = call_for(kling, model)
    fields: dict[str, object] = {"duration_seconds": 5, "resolution": "1080p"}
    without, beside = (
        estimate_cost_usd(
            call.row, map_for(kling, call, **fields, **more).values, count_field="number_of_videos"
        )
        for more in ({}, {"extra_params": extra})
    )
    assert (without, beside) == (0.56, 0.84)


def test_an_element_costs_nothing_extra() -> None:
    call = call_for(kling, "kling-3.0-omni")
    extra = {"contents": [{"type": "element", "element_id": "1", "id": "dancer"}]}
    values = map_for(kling, call, duration_seconds=5, resolution="1080p", extra_params=extra).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == 0.56
