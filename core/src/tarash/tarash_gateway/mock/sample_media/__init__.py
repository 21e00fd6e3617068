"""Small, real clips and pictures made with the standard library alone, for the mock provider."""

from __future__ import annotations

from tarash.tarash_gateway.mock.sample_media.image import sample_image
from tarash.tarash_gateway.mock.sample_media.video import sample_video

__all__ = ["sample_image", "sample_video"]
