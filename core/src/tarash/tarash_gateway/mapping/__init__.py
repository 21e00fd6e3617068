"""Field mappers and model tables: a plugin declares which fields its models take, and requests become payloads.

One table provides the payload, the validation, `find_models()`, the documentation and the plan.
"""

from __future__ import annotations

from ..models.dimensions import Ratio, Size
from .apply import Mapped
from .catalogue import Catalogue
from .choices import (
    aspect_ratio_field_mapper,
    choice_field_mapper,
    frame_size_field_mapper,
    resolution_field_mapper,
)
from .durations import duration_field_mapper
from .field_mapper import (
    FieldCapability,
    FieldMapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    switch_field_mapper,
)
from .image_mappers import (
    image_ratio_field_mapper,
    n_images_field_mapper,
    quality_field_mapper,
    size_field_mapper,
    style_field_mapper,
)
from .media_mappers import (
    MediaEncoding,
    image_list_field_mapper,
    mask_image_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from .nearness import nearest
from .pixel_sizes import pixel_size_field_mapper
from .table import Lifecycle, ModalityName, Model, Price, Rule, Task
from .values import OMIT, Adjustments, Values

__all__ = [
    "OMIT",
    "Adjustments",
    "Catalogue",
    "FieldCapability",
    "FieldMapper",
    "Lifecycle",
    "Mapped",
    "MediaEncoding",
    "ModalityName",
    "Model",
    "Price",
    "Ratio",
    "Rule",
    "Size",
    "Task",
    "Values",
    "aspect_ratio_field_mapper",
    "choice_field_mapper",
    "duration_field_mapper",
    "extra_params_field_mapper",
    "frame_size_field_mapper",
    "image_list_field_mapper",
    "image_ratio_field_mapper",
    "mask_image_field_mapper",
    "n_images_field_mapper",
    "nearest",
    "passthrough_field_mapper",
    "pixel_size_field_mapper",
    "quality_field_mapper",
    "resolution_field_mapper",
    "single_image_field_mapper",
    "size_field_mapper",
    "style_field_mapper",
    "switch_field_mapper",
    "video_url_field_mapper",
]
