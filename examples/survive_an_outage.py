"""Lets a second provider take over from one that is down, and says what was billed: `python examples/survive_an_outage.py`."""

from __future__ import annotations

from tarash.tarash_gateway import (
    FallbackExhaustedError,
    MockConfig,
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_video,
)

CONFIG = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    # the outage: nobody listens at this address. Leave out both lines, and set FAL_KEY
    base_url="http://127.0.0.1:9",
    api_key="none",
    timeout=300,
    on_unknown_submission="raise",  # never risk a second bill: if the answer to a submission is lost, ask nobody else
    fallback_configs=[
        # without `mock=`, this one is real, too, and needs REPLICATE_API_TOKEN
        VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast", mock=MockConfig())
    ],
)
REQUEST = VideoGenerationRequest(prompt="a paper boat on a rainy street", duration_seconds=8)


def main() -> None:
    """Generate, and print every attempt."""
    try:
        response = generate_video(CONFIG, REQUEST)
    except FallbackExhaustedError as error:
        raise SystemExit(f"every provider failed: {error}") from error
    for attempt in response.execution_metadata.attempts:
        outcome = attempt.error_type or attempt.status
        print(f"{attempt.attempt_number}. {attempt.provider}: {outcome}, billed: {attempt.billed}")
    print("saved", response.save("output/boat.mp4"))


if __name__ == "__main__":
    main()
