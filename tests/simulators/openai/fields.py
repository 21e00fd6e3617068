"""Owns which fields each of OpenAI's endpoints takes, and how bodies are read and checked.

Source: openai 3.54.0 (types of images, videos and the image generation tool).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tarash.tarash_gateway.testing.simulator import FormPart, RecordedRequest, Refusal, unknown_fields

from .failures import OpenAIFailure, invalid

GENERATION_FIELDS = frozenset(
    {
        "model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression",
        "moderation", "stream", "partial_images", "complexity", "frame_count", "frame_duration_ms", "svg",
        "safety_identifier", "user",
    }
)  # fmt: skip
EDIT_FORM_FIELDS = (GENERATION_FIELDS - {"moderation"}) | {"image", "mask", "markup", "input_fidelity"}
EDIT_JSON_FIELDS = GENERATION_FIELDS | {"images", "mask", "input_fidelity"}
TOOL_FIELDS = frozenset(
    {
        "type", "action", "background", "complexity", "frame_count", "frame_duration_ms", "input_fidelity",
        "input_image_mask", "model", "moderation", "output_compression", "output_format", "partial_images",
        "quality", "size", "svg",
    }
)  # fmt: skip
RESPONSE_FIELDS = frozenset(
    {"model", "input", "background", "store", "tools", "tool_choice", "instructions", "metadata"}
)
CREATE_FIELDS = frozenset({"model", "prompt", "seconds", "size", "input_reference", "characters"})
NUMBERS = ("n", "output_compression", "partial_images", "frame_count", "frame_duration_ms")
SECONDS = ("4", "8", "12")
EXTENSION_SECONDS = (*SECONDS, "16", "20")
VIDEO_SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024", "1080x1920", "1920x1080")
QUALITIES = ("low", "medium", "high", "xhigh", "max", "auto")
OUTPUT_FORMATS = ("png", "jpeg", "webp", "gif", "svg")
FREE_SIZE_MODELS = re.compile(r"gpt-image-2")
PIXELS = re.compile(r"(\d+)x(\d+)")


def refuse(failure: OpenAIFailure) -> Refusal:
    """The refusal to raise."""
    return Refusal(failure.answer())


def read_inputs(request: RecordedRequest, allowed: Collection[str]) -> dict[str, object]:
    """The fields of a JSON or multipart body; files stay parts, brackets make objects and lists."""
    kind = request.headers.get("Content-Type", "").partition(";")[0]
    if kind == "application/json":
        if not isinstance(request.json, dict):
            raise refuse(invalid("We could not parse the JSON body of your request.", None, None))
        inputs = request.json_object()
    elif kind == "multipart/form-data":
        inputs = _read_form(request.form)
    else:
        raise refuse(invalid(f"Unsupported content type: '{kind}'.", None, "unsupported_content_type"))
    unknown = unknown_fields(inputs, allowed)
    if unknown:
        raise refuse(invalid(f"Unknown parameter: '{unknown[0]}'.", unknown[0], "unknown_parameter"))
    if not inputs.get("prompt") and "prompt" in allowed:
        raise refuse(invalid("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter"))
    return inputs


def _read_form(parts: tuple[FormPart, ...]) -> dict[str, object]:
    inputs: dict[str, object] = {}
    for part in parts:
        value: object = part if part.filename is not None else part.text
        name, bracket, rest = part.name.partition("[")
        key = rest.removesuffix("]")
        if not bracket:
            inputs[name] = int(part.text) if name in NUMBERS and part.text.isdigit() else value
        elif key:
            inputs.setdefault(name, {})
            nested = inputs[name]
            assert isinstance(nested, dict)
            nested[key] = value
        else:
            inputs.setdefault(name, [])
            listed = inputs[name]
            assert isinstance(listed, list)
            listed.append(value)
    return inputs


def one_of(inputs: Mapping[str, object], name: str, allowed: Collection[str]) -> None:
    """Refuse a value outside a closed set; the type counts too: seconds are text."""
    value = inputs.get(name)
    if name in inputs and (not isinstance(value, str) or value not in allowed):
        options = ", ".join(f"'{word}'" for word in allowed)
        raise refuse(invalid(f"Invalid value: '{value}'. Supported values are: {options}.", name))


def check_image_inputs(inputs: Mapping[str, object]) -> None:
    """Refuse what the image endpoints refuse: count, size, quality, format."""
    count = inputs.get("n", 1)
    if not isinstance(count, int) or not 1 <= count <= 10:
        raise refuse(invalid(f"Invalid 'n': {count!r}. Expected an integer between 1 and 10.", "n"))
    one_of(inputs, "quality", QUALITIES)
    one_of(inputs, "output_format", OUTPUT_FORMATS)
    size, model = inputs.get("size", "auto"), str(inputs.get("model", ""))
    if size in ("auto", "1024x1024", "1536x1024", "1024x1536"):
        return
    pixels = PIXELS.fullmatch(size) if isinstance(size, str) else None
    if model.startswith("gpt-image-1") or model == "chatgpt-image-latest" or pixels is None:
        raise refuse(invalid(f"Invalid size '{size}'.", "size"))
    if FREE_SIZE_MODELS.match(model):
        width, height = (int(side) for side in pixels.groups())
        too_large = max(width, height) > 3840 or min(width, height) > 2160
        if width % 16 or height % 16 or too_large or max(width, height) > 3 * min(width, height):
            raise refuse(invalid(f"Invalid size '{size}'. Width and height must be divisible by 16.", "size"))


def text_of(inputs: Mapping[str, object], name: str, default: str) -> str:
    """A text field, or its default."""
    value = inputs.get(name)
    return value if isinstance(value, str) else default
