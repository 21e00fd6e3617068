"""Animates a picture: `python examples/animate_a_picture.py [picture]`. Without one, it makes a picture first."""

from __future__ import annotations

import sys
from pathlib import Path

from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_image,
    generate_video,
)

# for a real model: provider="fal", model="fal-ai/veo3.1/image-to-video", and FAL_KEY in the environment
VIDEO = VideoGenerationConfig(provider="local", model="animatic")
IMAGE = ImageGenerationConfig(provider="local", model="still")


def make_a_picture() -> Path:
    """Generate a picture to start from."""
    request = ImageGenerationRequest(prompt="a calm lake at sunrise, a small boat", size="640x360")
    return generate_image(IMAGE, request).save("output/lake.png")


def animate(picture: Path) -> Path:
    """Make `picture` the first frame of a clip."""
    request = VideoGenerationRequest(
        prompt="mist drifts over the water, the boat turns slowly",
        image_list=[{"image": picture, "type": "first_frame"}],
        duration_seconds=2,
        resolution="640x360",
    )
    response = generate_video(
        VIDEO, request, on_progress=lambda update: print(update.status, update.progress_percent)
    )
    return response.save(f"output/{picture.stem}.mp4")


if __name__ == "__main__":
    first_frame = Path(sys.argv[1]) if len(sys.argv) > 1 else make_a_picture()
    print("saved", animate(first_frame))
