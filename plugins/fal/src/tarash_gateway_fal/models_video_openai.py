"""Rows of Sora 2."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Lifecycle, Model

from .fields import PROMPT, durations, extra, first_frame, ratios, resolutions
from .prices import PAGE, per_second, per_second_by_resolution

SOURCE = "fal model pages of Sora 2, read 2026-11-22; @fal-ai/client 1.10.1"
DEPRECATED = Lifecycle(source="unverified: marked deprecated in a survey of fal's endpoints, 2026-09-28")

# integers on the wire: 4, not "4" and not "4s"
SORA_2 = (
    PROMPT
    | durations(4, 8, 12, 16, 20)
    | extra("character_ids", "delete_video", "detect_and_block_ip", "model")
)
SORA_2_PRO = SORA_2 | extra("character_ids", "delete_video", "detect_and_block_ip")
SHAPES = ratios("16:9", "9:16")
SHAPES_OR_AUTO = ratios("auto", "16:9", "9:16")
# a third step, "true_1080p", is not a value of `resolution`: it goes through extra_params
PRO_STEPS = resolutions("720p", "1080p")
PRICES = (per_second(0.10, PAGE),)
PRO_PRICES = per_second_by_resolution({"720p": 0.30, "1080p": 0.50}, PAGE)

ROWS: tuple[Model, ...] = (
    Model(
        id="fal-ai/sora-2/text-to-video",
        modality="video",
        fields=SORA_2 | SHAPES | resolutions("720p"),
        defaults={"duration_seconds": 4, "resolution": "720p"},
        prices=PRICES,
        lifecycle=DEPRECATED,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/sora-2/text-to-video/pro",
        modality="video",
        fields=SORA_2_PRO | SHAPES | PRO_STEPS,
        defaults={"duration_seconds": 4, "resolution": "1080p"},
        prices=PRO_PRICES,
        lifecycle=DEPRECATED,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/sora-2/image-to-video",
        modality="video",
        fields=SORA_2 | first_frame() | SHAPES_OR_AUTO | resolutions("720p"),
        defaults={"duration_seconds": 4},
        prices=PRICES,
        lifecycle=DEPRECATED,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/sora-2/image-to-video/pro",
        modality="video",
        fields=SORA_2_PRO | first_frame() | SHAPES_OR_AUTO | PRO_STEPS,
        defaults={"duration_seconds": 4},
        prices=PRO_PRICES,
        lifecycle=DEPRECATED,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/sora-2/video-to-video/remix",
        modality="video",
        # an earlier result's `video_id`, made with delete_video=false, names the video; a URL or a file cannot
        fields=PROMPT | extra("delete_video", needed={"video_id": "the id of the video to change"}),
        example_params={"video_id": "video_123"},
        lifecycle=DEPRECATED,
        source=SOURCE,
    ),
)
