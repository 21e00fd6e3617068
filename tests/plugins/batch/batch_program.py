"""Owns a program that runs a batch until it is done, or until the test kills it.

Arguments: a file of JSON with the folder, the number of rows, and Kling's and Replicate's URL and key.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import BatchOptions, BatchRow, BatchRunner


def rows_of(settings: dict[str, str], count: int) -> list[BatchRow]:
    """Return rows for two providers by turns, each the other's fallback."""
    limits = {"timeout": 30.0, "poll_interval": 0.0}
    kling = VideoGenerationConfig.model_validate(
        {
            "provider": "kling",
            "model": "kling-3.0",
            "base_url": settings["kling_url"],
            "api_key": settings["kling_key"],
            **limits,
        }
    )
    replicate = VideoGenerationConfig.model_validate(
        {
            "provider": "replicate",
            "model": "alibaba/happyhorse-1.1",
            "base_url": f"{settings['replicate_url']}/v1",
            "api_key": settings["replicate_key"],
            **limits,
        }
    )
    chains = (
        kling.model_copy(update={"fallback_configs": (replicate,)}),
        replicate.model_copy(update={"fallback_configs": (kling,)}),
    )
    return [
        BatchRow(
            key=f"row-{number}",
            line=number,
            request=VideoGenerationRequest(
                prompt=f"boat number {number}.", duration_seconds=5, resolution="720p"
            ),
            config=chains[number % 2],
        )
        for number in range(1, count + 1)
    ]


async def main(settings: dict[str, str]) -> None:
    """Run the batch, and print what it cost."""
    folder = Path(settings["folder"])

    def make_gateway(journal: Journal) -> Gateway:
        return Gateway(journal=journal, environ={}, output_dir=folder / "outputs", allow_private_hosts=True)

    async with BatchRunner(database=folder / "batches.sqlite", make_gateway=make_gateway) as runner:
        summary = await runner.run(
            rows_of(settings, int(settings["rows"])),
            name="boats",
            out=folder / "videos",
            options=BatchOptions(concurrency=8, budget_usd=1000.0, on_bad_media="retry"),
        )
    print(json.dumps({"counts": dict(summary.counts), "spent_usd": summary.spent_usd}))  # noqa: T201 - it is a program


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
