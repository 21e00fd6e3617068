"""Keyframes of Ray 3.2: images pinned to positions of the clip, on a grid of 24 frames per second.

Source: luma-agents 0.5.0 (VideoOptionsParam). Clips of 5 seconds in standard range take a start and an end frame. Only resellers say
that clips of 10 seconds refuse them (unverified); that keyframes take their place there is in the client.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Phrase, ValidationError, wire, wrong_field

LAST_INDEX = {"5s": 120, "10s": 240}
MAX_ANCHORS = 64


def with_anchors(settings: Mapping[str, object]) -> dict[str, object]:
    """Return the members of `video`, with start and end frame written as keyframes where Luma takes only those."""
    frames = [name for name in ("start_frame", "end_frame") if settings.get(name) is not None]
    duration = str(settings.get("duration", "5s"))
    if not frames or not (duration == "10s" or settings.get("hdr")):
        return dict(settings)
    if any(wire.text(settings, name, "generation_id") for name in frames):
        raise ValidationError(
            Phrase(
                "extending a clip gives 5 seconds in standard range; leave out ",
                wrong_field("duration_seconds"),
                " and hdr",
            )
        )
    if settings.get("keyframes") is not None:
        raise ValidationError("video.keyframes excludes a first and a last frame; give them as keyframes too")
    positions = {"start_frame": 0, "end_frame": LAST_INDEX.get(duration, 0)}
    kept = {name: value for name, value in settings.items() if name not in frames}
    return {
        **kept,
        "keyframes": [settings[name] for name in frames],
        "keyframe_indexes": [positions[name] for name in frames],
    }


def check_anchors(
    place: str, holder: Mapping[str, object], *, excluded: tuple[str, ...], on_grid: bool
) -> None:
    """Check keyframes: one index for each, every index once.

    Args:
        place: where they are, for messages.
        holder: the object that has `keyframes` and `keyframe_indexes`.
        excluded: members it must not have then.
        on_grid: whether the indexes count the frames of the clip to be made, whose length is known.
    """
    if holder.get("keyframes") is None and holder.get("keyframe_indexes") is None:
        return
    frames, indexes = wire.items(holder, "keyframes"), wire.items(holder, "keyframe_indexes")
    if len(frames) != len(indexes) or not 1 <= len(frames) <= MAX_ANCHORS:
        raise ValidationError(
            f"{place} has {len(frames)} keyframes and {len(indexes)} keyframe_indexes; "
            f"give 1 to {MAX_ANCHORS}, as many of one as of the other"
        )
    last = LAST_INDEX.get(str(holder.get("duration", "5s"))) if on_grid else None
    for index in indexes:
        if not isinstance(index, int) or index < 0 or (last is not None and index > last):
            span = f"0 to {last}" if last is not None else "0 or more"
            raise ValidationError(f"{place}.keyframe_indexes has {index!r}; use {span} (24 per second)")
    if len(set(indexes)) != len(indexes):
        raise ValidationError(f"{place}.keyframe_indexes has an index twice; pin one keyframe to each")
    if present := [name for name in excluded if holder.get(name)]:
        raise ValidationError(f"{place}.keyframes excludes {' and '.join(present)}; leave one of them out")
