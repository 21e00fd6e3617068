"""Makes small, real clips and images for the mock, with the standard library alone."""

from __future__ import annotations

from tarash.tarash_gateway.mock.sample_media.image import sample_image
from tarash.tarash_gateway.mock.sample_media.video import sample_video

__all__ = ["sample_image", "sample_video"]
