"""`tarash plan video` and `tarash plan image`: show what would be sent, adjusted and spent."""

from __future__ import annotations

import json

import typer

from ..api import plan_image, plan_video
from ..models.money import dollars
from ..plan import Plan, PlannedAttempt
from .building import image_config, image_request, video_config, video_request
from .examples import PLAN_IMAGE, PLAN_VIDEO
from .failures import reported
from .notices import notices
from .option_groups import with_option_groups
from .options import ImageOptions, JsonFlag, ProviderOptions, VideoOptions
from .output import print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Show what would be sent and what it would cost, without a key and without sending it.",
)


@app.command(epilog=PLAN_VIDEO)
@with_option_groups
def video(request: VideoOptions, provider: ProviderOptions, as_json: JsonFlag = False) -> None:
    """Plan a video: payload, adjustments, skipped attempts, retirement dates and estimated cost."""
    with reported(as_json=as_json, by_option=True):
        _print(plan_video(video_config(provider), video_request(request)), as_json=as_json)


@app.command(epilog=PLAN_IMAGE)
@with_option_groups
def image(request: ImageOptions, provider: ProviderOptions, as_json: JsonFlag = False) -> None:
    """Plan images: payload, adjustments, skipped attempts, retirement dates and estimated cost."""
    with reported(as_json=as_json, by_option=True):
        _print(plan_image(image_config(provider), image_request(request)), as_json=as_json)


def _print(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        print_json(plan.model_dump(mode="json"))
        return
    for number, attempt in enumerate(plan.attempts, start=1):
        for line in _lines(number, attempt):
            typer.echo(line)


def _lines(number: int, attempt: PlannedAttempt) -> list[str]:
    head = f"attempt {number}: {attempt.provider}/{attempt.model}"
    if attempt.skipped_reason is not None:
        return [f"{head}: skipped: {attempt.skipped_reason}"]
    payload = json.dumps(attempt.payload, indent=2, ensure_ascii=False, default=str)
    return [
        f"{head} at {attempt.base_url}" if attempt.base_url else head,
        *(f"  {line}" for line in payload.splitlines()),
        *(f"  {adjustment}" for adjustment in attempt.adjustments),
        *(f"  {notice}" for notice in notices(attempt)),
        f"  estimated cost: {dollars(attempt.estimated_cost_usd)}",
    ]
