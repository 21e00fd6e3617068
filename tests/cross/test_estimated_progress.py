"""A provider that reports no percentage: the usual duration in the model's row gives the first job's progress bar one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from simulators.asking import image_config, video_config
from simulators.every_provider import running
from simulators.luma import DreamMachineSimulator
from tarash.tarash_gateway import Gateway, ProgressUpdate
from tarash.tarash_gateway.testing import Simulator


@pytest.mark.parametrize(
    ("make", "model"),
    [
        pytest.param(partial(running, "alibaba"), "wan2.5-t2i-preview", id="alibaba"),
        pytest.param(partial(running, "bytedance"), "seedance-1-5-pro-251215", id="bytedance"),
        pytest.param(partial(running, "kling"), "kling-v2-master", id="kling"),
        pytest.param(DreamMachineSimulator, "ray-2", id="luma"),
        pytest.param(partial(running, "minimax"), "MiniMax-Hailuo-02", id="minimax"),
    ],
)
def test_the_first_job_of_a_model_has_an_estimated_progress(
    gateway: Gateway, make: Callable[[], Simulator], model: str
) -> None:
    seen: list[ProgressUpdate] = []
    with make() as simulator:
        simulator.job_seconds = 0.6
        if model.startswith("wan"):
            gateway.generate_image(image_config(simulator, model), prompt="a fox", on_progress=seen.append)
        else:
            gateway.generate_video(video_config(simulator, model), prompt="a fox", on_progress=seen.append)
    estimated = [update for update in seen if update.status == "processing"]
    assert estimated
    assert all(update.progress_is_estimated and (update.progress_percent or 0) < 10 for update in estimated)
