"""How a long-running operation (Veo) is read, on Vertex AI and in the Gemini API's old form."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import ContentModerationError, GenerationFailedError, JobStatus, wire

from .errors import job_failure


def read_operation(body: Mapping[str, object]) -> JobStatus:
    """Read an operation; it is `done` or it is not, and tells no progress."""
    if body.get("done") is not True:
        return JobStatus(state="processing", raw=body)
    error = wire.mapping(body, "error")
    if error:
        return JobStatus(state="failed", raw=body, error=job_failure(error, body))
    if output_videos(body):
        return JobStatus(state="completed", raw=body)
    result = _result(body)
    reasons = "; ".join(
        reason for reason in wire.items(result, "raiMediaFilteredReasons") if isinstance(reason, str)
    )
    if reasons or wire.integer(result, "raiMediaFilteredCount"):
        # filtered videos are not billed (Google's documentation of Veo)
        refused = ContentModerationError(
            f"every video was filtered: {reasons or 'no reason given'}",
            stage="output",
            billed="no",
            raw_response=body,
        )
        return JobStatus(state="failed", raw=body, error=refused)
    return JobStatus(
        state="failed",
        raw=body,
        error=GenerationFailedError("the operation ended without a video", raw_response=body),
    )


def output_videos(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the videos; the old form holds each of them in a sample."""
    result = _result(body)
    videos = [wire.mapping(item) for item in wire.items(result, "videos")]
    videos += [wire.mapping(item, "video") for item in wire.items(result, "generatedSamples")]
    return [
        video for video in videos if any(video.get(name) for name in ("gcsUri", "uri", "bytesBase64Encoded"))
    ]


def _result(body: Mapping[str, object]) -> dict[str, object]:
    return wire.mapping(body, "response", "generateVideoResponse") or wire.mapping(body, "response")
