"""Makes the pictures of the README and of the first page: a clip, the ledger of an outage, and badges.

    make pictures

The first two show what really came out: the clip is rendered by the provider `local`, the ledger is that of `examples/demo.py`. All are
the same on every run, so a test can tell when a checked-in picture is out of date.
"""

from __future__ import annotations

import io
import sys
import tempfile
from html import escape
from pathlib import Path

import av
from PIL import Image
from rich.console import Console
from rich.segment import Segment
from rich.style import Style

from tarash.tarash_gateway import VideoGenerationResponse, generate_video

from .badges import badges

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "_static"
CLIP, LEDGER = "lake.webp", "outage.svg"

MOST_EFFORT = 6
"""Of the encoder, to make a file small."""
_EVERY_FRAME = 3
_CHARACTER, _LINE, _MARGIN = 8.43, 22, 20  # pixels of 14 px monospaced text
_COLOURS = {"green": "#3fb950", "red": "#ff7b72"}
_TEXT, _DIM, _GROUND = "#e6edf3", "#8b949e", "#0d1117"


def clip_picture(*, effort: int = MOST_EFFORT) -> bytes:
    """Return a clip of the provider `local` as an animated WebP.

    The last step of `effort` makes the file a few percent smaller, and takes twenty times as long.
    """
    response = generate_video(
        "local/animatic",
        prompt="a calm mountain lake at sunrise, mist, a small boat",
        duration_seconds=2,
        resolution="480x270",
        generate_audio=False,
        seed=7,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = response.save(Path(folder) / "lake.mp4")
        with av.open(path) as clip:
            pixels = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)][::_EVERY_FRAME]
            rate = clip.streams.video[0].average_rate
    assert rate is not None
    frames = [Image.fromarray(some) for some in pixels]
    # forwards and backwards, so that the loop has no jump
    return _animated(
        [*frames, *frames[-2:0:-1]], milliseconds=round(1000 * _EVERY_FRAME / rate), effort=effort
    )


def _animated(frames: list[Image.Image], *, milliseconds: int, effort: int) -> bytes:
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=milliseconds,
        loop=0,
        quality=45,
        method=effort,
    )
    return buffer.getvalue()


def drawings() -> dict[str, str]:
    """Return every picture that is SVG text, by the name of its file."""
    return {LEDGER: _ledger_picture(), **badges()}


def _ledger_picture() -> str:
    """Return the ledger of an outage as SVG text: the first provider is down, the second one delivers."""
    sys.path.insert(0, str(ROOT))
    from examples.demo import ledger, outage

    response, submissions = outage()
    console = Console(width=100, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    lines = console.render_lines(ledger(response, seconds=False), pad=False)
    fal, replicate = submissions
    said = f"  {fal} submissions reached fal, {replicate} reached Replicate: one video, one bill."
    return _svg([_code(response), [], *lines, [], [Segment(said)]])


def _code(response: VideoGenerationResponse) -> list[Segment]:
    """Return the line that asks for the attempts of `response`."""
    first, *others = (
        f"{attempt.provider}/{attempt.model}" for attempt in response.execution_metadata.attempts
    )
    fallbacks = ", ".join(f'"{name}"' for name in others)
    return [Segment(f'  generate_video("{first}", …, fallbacks=[{fallbacks}])')]


def _svg(lines: list[list[Segment]]) -> str:
    columns = max(sum(segment.cell_length for segment in line) for line in lines)
    width, height = round(columns * _CHARACTER) + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    texts = [
        f'<text x="{_MARGIN}" y="{_MARGIN + 15 + _LINE * number}" xml:space="preserve">{_spans(line)}</text>'
        for number, line in enumerate(lines)
        if line
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="{_GROUND}"/>',
            '<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14">',
            *texts,
            "</g>",
            "</svg>\n",
        )
    )


def _spans(line: list[Segment]) -> str:
    """Return a line as text of SVG; every part is placed, so that the columns stand in any font."""
    spans: list[str] = []
    column = 0
    for segment in line:
        if segment.text.strip():
            lead = len(segment.text) - len(segment.text.lstrip())
            x = round(_MARGIN + (column + lead) * _CHARACTER, 1)
            spans.append(
                f'<tspan x="{x}" fill="{_colour(segment.style)}">{escape(segment.text.strip(), quote=False)}</tspan>'
            )
        column += segment.cell_length
    return "".join(spans)


def _colour(style: Style | None) -> str:
    if style is None:
        return _TEXT
    if style.dim:
        return _DIM
    return _COLOURS.get(style.color.name, _TEXT) if style.color else _TEXT


__all__ = ["CLIP", "FOLDER", "MOST_EFFORT", "clip_picture", "drawings"]
