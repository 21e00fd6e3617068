"""Shows the gateway without a key or a network: generates a real clip, then survives an outage. Run it with `make demo`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import av
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tarash.tarash_gateway import (
    Gateway,
    ProgressUpdate,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    generate_video,
)

# the test suite's simulators: real HTTP servers on this machine that speak the providers' protocols
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator

CLIP = Path("output/demo-lake.mp4")
REQUEST = VideoGenerationRequest(
    prompt="A calm mountain lake at sunrise, mist, a small boat",
    duration_seconds=4,
    resolution="720p",
    aspect_ratio="16:9",
    generate_audio=True,
    seed=7,
)
COLOURS = {"success": "green", "failed": "red", "skipped": "yellow"}
console = Console(highlight=False)


def render_a_clip() -> None:
    """Render a real MP4 with the provider `local`, and show its progress."""
    console.print("\n[bold]1. A video from a prompt[/bold]  provider [cyan]local[/cyan], no key\n")
    console.print(f"   “{REQUEST.prompt}”\n", style="italic")
    config = VideoGenerationConfig(provider="local", model="animatic")
    columns = (
        TextColumn("   {task.description:<11}"),
        BarColumn(bar_width=40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        line = bar.add_task("queued", total=100)

        def show(update: ProgressUpdate) -> None:
            bar.update(line, description=update.status, completed=update.progress_percent or 0)

        response = generate_video(config, REQUEST, on_progress=show)
    path = response.save(CLIP, overwrite=True)
    describe(response, path)


def describe(response: VideoGenerationResponse, path: Path) -> None:
    """Print where the clip is and what a decoder finds in it."""
    console.print()
    with av.open(path) as clip:
        picture, sound = clip.streams.video[0], clip.streams.audio[0]
        facts = {
            "file": str(path),
            "size": f"{path.stat().st_size / 1e6:.1f} MB",
            "picture": f"{picture.width} × {picture.height}, {picture.codec.name}, {picture.frames} frames",
            "sound": f"{sound.codec.name}, {sound.channels} channels",
            "length": f"{response.duration:g} s",
            "cost": f"{response.execution_metadata.cost_usd:.2f} USD",
        }
    for name, value in facts.items():
        console.print(f"   [dim]{name:<8}[/dim] {value}", soft_wrap=True)


def outage() -> tuple[VideoGenerationResponse, tuple[int, int]]:
    """Let the first provider refuse the connection and the second one take over; both are simulated on loopback.

    Returns the response, and how many submissions reached either provider.
    """
    request = VideoGenerationRequest(
        prompt=REQUEST.prompt, duration_seconds=4, resolution="720p", aspect_ratio="16:9"
    )
    with FalSimulator() as fal:
        pass  # nobody listens at its address any more
    with ReplicateSimulator() as replicate, Gateway(environ={}) as gateway:
        config = VideoGenerationConfig(
            provider="fal",
            model="fal-ai/veo3.1",
            base_url=fal.url,
            api_key=fal.api_key,
            fallback_configs=[
                VideoGenerationConfig(
                    provider="replicate",
                    model="google/veo-3.1-fast",
                    base_url=f"{replicate.url}/v1",
                    api_key=replicate.api_key,
                )
            ],
        )
        response = gateway.generate_video(config, request)
        return response, (fal.count("submit"), replicate.count("submit"))


def survive_an_outage() -> None:
    """Show the ledger of an outage."""
    console.print("\n[bold]2. The same request during an outage[/bold]  fal is down, Replicate takes over\n")
    with console.status("   asking fal, which is down …"):
        response, (to_fal, to_replicate) = outage()
    console.print(ledger(response))
    console.print(
        f"\n   {to_fal} submissions reached fal, {to_replicate} reached Replicate: one video, one bill.\n"
    )


def ledger(response: VideoGenerationResponse, *, seconds: bool = True) -> Table:
    """Return the table of every attempt, with whether a job was created and whether it is billed."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    headings = ("", "provider", "model", "result", "job", "billed", "s")
    for heading in headings if seconds else headings[:-1]:
        table.add_column(heading, no_wrap=True)
    for attempt in response.execution_metadata.attempts:
        colour = COLOURS.get(attempt.status, "white")
        cells = (
            f"  {attempt.attempt_number}",
            attempt.provider,
            attempt.model,
            f"[{colour}]{attempt.error_type or attempt.status}[/{colour}]",
            attempt.submitted,
            attempt.billed,
            f"{attempt.elapsed_seconds or 0:.1f}",
        )
        table.add_row(*(cells if seconds else cells[:-1]))
    return table


def main() -> None:
    """Run both parts of the demonstration."""
    started = time.monotonic()
    render_a_clip()
    survive_an_outage()
    console.print(f"   [dim]{time.monotonic() - started:.0f} s, no key, no network.[/dim]\n")


if __name__ == "__main__":
    main()
