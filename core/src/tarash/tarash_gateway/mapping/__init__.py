"""Field mappers and model tables: what a plugin declares so that requests become payloads.

From the same table come the payload, the validation, `models()`, the documentation and the preflight.
"""

from __future__ import annotations

from .apply import Mapped, apply_row, estimate_cost_usd
from .catalogue import Catalogue
from .choices import (
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    frame_size,
    frame_size_field_mapper,
    nearest,
    ratio_value,
    resolution_field_mapper,
    resolution_height,
)
from .field_mapper import (
    FieldCapability,
    FieldMapper,
    constant_field_mapper,
    extra_params_field_mapper,
    merge_extra,
    passthrough_field_mapper,
    switch_field_mapper,
)
from .image_mappers import (
    image_ratio_field_mapper,
    n_images_field_mapper,
    pixel_size,
    quality_field_mapper,
    size_field_mapper,
    style_field_mapper,
)
from .media_mappers import (
    MediaEncoding,
    encode_media,
    image_list_field_mapper,
    mask_image_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from .table import Lifecycle, Modality, Model, Price, Rule, Task
from .values import OMIT, Settlement, Values, read_values

__all__ = [
    "OMIT",
    "Catalogue",
    "FieldCapability",
    "FieldMapper",
    "Lifecycle",
    "Mapped",
    "MediaEncoding",
    "Modality",
    "Model",
    "Price",
    "Rule",
    "Settlement",
    "Task",
    "Values",
    "apply_row",
    "aspect_ratio_field_mapper",
    "choice_field_mapper",
    "constant_field_mapper",
    "duration_field_mapper",
    "encode_media",
    "estimate_cost_usd",
    "extra_params_field_mapper",
    "frame_size",
    "frame_size_field_mapper",
    "image_list_field_mapper",
    "image_ratio_field_mapper",
    "mask_image_field_mapper",
    "merge_extra",
    "n_images_field_mapper",
    "nearest",
    "passthrough_field_mapper",
    "pixel_size",
    "quality_field_mapper",
    "ratio_value",
    "read_values",
    "resolution_field_mapper",
    "resolution_height",
    "single_image_field_mapper",
    "size_field_mapper",
    "style_field_mapper",
    "switch_field_mapper",
    "video_url_field_mapper",
]
