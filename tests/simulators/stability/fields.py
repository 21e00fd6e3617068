"""Owns which parts each endpoint of Stability takes, and what the simulator refuses in them.

Source: Stability's OpenAPI document (v2beta), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "/v2beta/stable-image/"
RATIOS = ("21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21")
FILES = frozenset(
    {"image", "mask", "subject_image", "background_reference", "light_reference", "init_image", "style_image"}
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "aspect_ratio": RATIOS,
    "output_format": ("png", "jpeg", "webp"),
    "mode": ("text-to-image", "image-to-image"),
    "model": ("sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium", "sd3.5-flash"),
    "light_source_direction": ("left", "right", "above", "below"),
    "keep_original_background": ("true", "false"),
}
NUMBERS: Mapping[str, tuple[float, float]] = {
    "seed": (0, 4294967294),
    "strength": (0, 1),
    "cfg_scale": (1, 10),
    "grow_mask": (0, 100),
    "left": (0, 2000),
    "right": (0, 2000),
    "up": (0, 2000),
    "down": (0, 2000),
    "creativity": (0, 1),
    "control_strength": (0, 1),
    "fidelity": (0, 1),
    "style_strength": (0, 1),
    "composition_fidelity": (0, 1),
    "change_strength": (0.1, 1),
    "light_source_strength": (0, 1),
    "preserve_original_subject": (0, 1),
    "original_background_depth": (0, 1),
}


@dataclass(frozen=True)
class Endpoint:
    """The parts of one endpoint; `one_of` are parts of which at least one is wanted."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    is_job: bool = False


def _endpoint(required: str, optional: str = "", *, one_of: str = "", is_job: bool = False) -> Endpoint:
    return Endpoint(
        tuple(required.split()), ("output_format", *optional.split()), tuple(one_of.split()), is_job
    )


STYLED = "negative_prompt seed style_preset"
ENDPOINTS: Mapping[str, Endpoint] = {
    "generate/ultra": _endpoint("prompt", f"{STYLED} aspect_ratio image strength"),
    "generate/core": _endpoint("prompt", f"{STYLED} aspect_ratio"),
    "generate/sd3": _endpoint("prompt", f"{STYLED} aspect_ratio model mode image strength cfg_scale"),
    "edit/erase": _endpoint("image", "mask grow_mask seed"),
    "edit/inpaint": _endpoint("image prompt", f"{STYLED} mask grow_mask"),
    "edit/outpaint": _endpoint(
        "image", "creativity prompt seed style_preset left right up down", one_of="left right up down"
    ),
    "edit/search-and-replace": _endpoint("image prompt search_prompt", f"{STYLED} grow_mask"),
    "edit/search-and-recolor": _endpoint("image prompt select_prompt", f"{STYLED} grow_mask"),
    "edit/remove-background": _endpoint("image"),
    "edit/replace-background-and-relight": _endpoint(
        "subject_image",
        "background_prompt background_reference foreground_prompt negative_prompt preserve_original_subject "
        "original_background_depth keep_original_background light_source_direction light_reference "
        "light_source_strength seed",
        one_of="background_prompt background_reference",
        is_job=True,
    ),
    "upscale/fast": _endpoint("image"),
    "upscale/conservative": _endpoint("image prompt", "negative_prompt seed creativity"),
    "upscale/creative": _endpoint("image prompt", f"{STYLED} creativity", is_job=True),
    "control/sketch": _endpoint("image prompt", f"{STYLED} control_strength"),
    "control/structure": _endpoint("image prompt", f"{STYLED} control_strength"),
    "control/style": _endpoint("image prompt", f"{STYLED} fidelity aspect_ratio"),
    "control/style-transfer": _endpoint(
        "init_image style_image",
        "prompt negative_prompt seed style_strength composition_fidelity change_strength",
    ),
}


def complaints(name: str, texts: Mapping[str, str], files: Mapping[str, str | None]) -> list[str]:
    """What is wrong with a submit: texts by part name, and the content types of its files."""
    endpoint = ENDPOINTS[name]
    given = {*texts, *files}
    found = [f"{part}: is required" for part in endpoint.required if part not in given]
    if endpoint.one_of and not given & set(endpoint.one_of):
        found.append(f"{', '.join(endpoint.one_of)}: at least one is required")
    found += [f"{part}: unknown" for part in sorted(given - {*endpoint.required, *endpoint.optional})]
    found += [f"{part}: must be a file" for part in texts if part in FILES]
    found += [
        f"{part}: must be an image" for part, kind in files.items() if kind is None or part not in FILES
    ]
    found += [text for part, value in texts.items() if (text := _complaint(part, value))]
    return [*found, *_image_to_image(name, texts, files)]


def _complaint(part: str, value: str) -> str | None:
    if part in WORDS and value not in WORDS[part]:
        return f"{part}: must be one of {', '.join(WORDS[part])}"
    if part in NUMBERS:
        low, high = NUMBERS[part]
        try:
            within = low <= float(value) <= high
        except ValueError:
            within = False
        return None if within else f"{part}: must be between {low} and {high}"
    return f"{part}: must not be empty" if not value else None


def _image_to_image(name: str, texts: Mapping[str, str], files: Mapping[str, str | None]) -> list[str]:
    if name == "generate/ultra" and "image" in files and "strength" not in texts:
        return ["strength: is required with image"]
    if name != "generate/sd3":
        return []
    if texts.get("mode") == "image-to-image":
        wanted = {"image": files, "strength": texts}
        found = [
            f"{part}: is required with image-to-image" for part, place in wanted.items() if part not in place
        ]
        return found + (["aspect_ratio: not with image-to-image"] if "aspect_ratio" in texts else [])
    return ["image: only with image-to-image"] if "image" in files else []
