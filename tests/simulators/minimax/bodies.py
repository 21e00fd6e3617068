"""Owns which members MiniMax's endpoints take, and what the simulator refuses in them.

Source: @ai-sdk/minimax 3.0.45; litellm 1.109.1; MiniMax platform documentation, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

V2_MEMBERS = frozenset(
    {"model", "content", "duration", "resolution", "ratio", "callback_url", "aigc_watermark"}
)
V2_RESOLUTIONS = {"MiniMax-H3": ("768P", "2K"), "MiniMax-H3-Max": ("480P", "768P")}
V2_RATIOS = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "adaptive")
V2_ROLES = {
    "first_frame": ("image_url", 1),
    "last_frame": ("image_url", 1),
    "reference_image": ("image_url", 9),
    "reference_video": ("video_url", 3),
    "reference_audio": ("audio_url", 3),
}
V1_MEMBERS = frozenset(
    {
        "model", "prompt", "duration", "resolution", "first_frame_image", "last_frame_image", "subject_reference",
        "prompt_optimizer", "fast_pretreatment", "aigc_watermark", "callback_url",
    }
)  # fmt: skip
V1_RESOLUTIONS = {
    "MiniMax-Hailuo-2.3": ("768P", "1080P"),
    "MiniMax-Hailuo-2.3-Fast": ("768P", "1080P"),
    "MiniMax-Hailuo-02": ("512P", "768P", "1080P"),
}
V1_MODELS = (
    *V1_RESOLUTIONS, "T2V-01", "T2V-01-Director", "I2V-01", "I2V-01-Director", "I2V-01-live", "S2V-01",
)  # fmt: skip
IMAGE_MEMBERS = frozenset(
    {
        "model", "prompt", "aspect_ratio", "width", "height", "n", "seed", "prompt_optimizer", "response_format",
        "subject_reference", "aigc_watermark", "style",
    }
)  # fmt: skip
IMAGE_RATIOS = ("1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9")


def v2_complaint(body: Mapping[str, object]) -> str | None:
    """The first thing wrong with a task of the second version."""
    model = str(body.get("model"))
    if unknown := sorted(set(body) - V2_MEMBERS):
        return f"unknown field {unknown[0]}"
    shortest = 5 if model == "MiniMax-H3-Max" else 4
    duration = body.get("duration")
    if type(duration) is not int or not shortest <= duration <= 15:
        return f"duration must be between {shortest} and 15"
    if body.get("resolution") not in V2_RESOLUTIONS[model]:
        return f"resolution must be one of {', '.join(V2_RESOLUTIONS[model])}"
    content = body.get("content")
    if not isinstance(content, list):
        return "content must be a list"
    texts = [item for item in content if item.get("type") == "text"]
    if len(texts) != 1 or not texts[0].get("text"):
        return "content must hold exactly one text"
    ratios = V2_RATIOS if len(content) > 1 else V2_RATIOS[:-1]
    if body.get("ratio", "adaptive") not in ratios:
        return f"ratio must be one of {', '.join(ratios)}"
    return _content_complaint(model, [item for item in content if item.get("type") != "text"])


def _content_complaint(model: str, media: list[dict[str, object]]) -> str | None:
    roles = [str(item.get("role")) for item in media]
    for item, role in zip(media, roles, strict=True):
        kind, most = V2_ROLES.get(role, ("", 0))
        if item.get("type") != kind or set(item) != {"type", "role", kind} or not _is_media(item[kind]):
            return f"content item of role {role} is malformed"
        if roles.count(role) > most:
            return f"at most {most} of role {role}"
    frames = {"first_frame", "last_frame"} & set(roles)
    references = set(roles) - frames
    if "last_frame" in frames and "first_frame" not in frames:
        return "last_frame needs first_frame"
    if references and (frames or model == "MiniMax-H3-Max"):
        return "references are not supported here"
    if references == {"reference_audio"}:
        return "reference_audio needs an image or a video"
    return None


def _is_media(value: object) -> bool:
    return isinstance(value, dict) and _is_url(value.get("url"))


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(
        ("https://", "http://127.0.0.1", "data:", "mm_file://")
    )


def v1_complaint(body: Mapping[str, object]) -> str | None:
    """The first thing wrong with a task of the first version."""
    model = str(body.get("model"))
    if unknown := sorted(set(body) - V1_MEMBERS):
        return f"unknown field {unknown[0]}"
    resolution = body.get("resolution", "768P")
    if "resolution" in body and resolution not in V1_RESOLUTIONS.get(model, ()):
        return "resolution"
    lengths = (6,) if model not in V1_RESOLUTIONS or resolution == "1080P" else (6, 10)
    if body.get("duration", 6) not in lengths:
        return "duration"
    for name in ("first_frame_image", "last_frame_image"):
        if name in body and not _is_url(body[name]):
            return name
    needs_frame = model.startswith("I2V") or model.endswith("Fast") or resolution == "512P"
    if needs_frame and "first_frame_image" not in body:
        return "first_frame_image"
    if "last_frame_image" in body and model != "MiniMax-Hailuo-02":
        return "last_frame_image"
    if model == "S2V-01":
        return _subject_complaint(body.get("subject_reference"), "image")
    prompted = body.get("prompt") or "first_frame_image" in body
    return None if prompted else "prompt"


def _subject_complaint(value: object, member: str) -> str | None:
    if not isinstance(value, list) or len(value) != 1 or value[0].get("type") != "character":
        return "subject_reference"
    given = value[0].get(member)
    url = given[0] if isinstance(given, list) and len(given) == 1 else given
    return None if _is_url(url) else f"subject_reference.{member}"


def image_complaint(body: Mapping[str, object]) -> str | None:
    """The first thing wrong with images of the first version."""
    if unknown := sorted(set(body) - IMAGE_MEMBERS):
        return f"unknown field {unknown[0]}"
    if not body.get("prompt"):
        return "prompt"
    count = body.get("n", 1)
    if type(count) is not int or not 1 <= count <= 9:
        return "n"
    live = body.get("model") == "image-01-live"
    if body.get("aspect_ratio", "1:1") not in (IMAGE_RATIOS[:-1] if live else IMAGE_RATIOS):
        return "aspect_ratio"
    if live and {"width", "height"} & set(body):
        return "width"
    for name, other in (("width", "height"), ("height", "width")):
        side = body.get(name, 512)
        if (
            type(side) is not int
            or side % 8
            or not 512 <= side <= 2048
            or (name in body and other not in body)
        ):
            return name
    if "subject_reference" in body:
        return _subject_complaint(body["subject_reference"], "image_file")
    return None
