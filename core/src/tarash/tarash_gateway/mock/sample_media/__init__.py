"""Makes small, real clips and images for the mock, with the standard library alone."""

from __future__ import annotations

from .png import sample_image
from .video import sample_video

__all__ = ["sample_image", "sample_video"]
