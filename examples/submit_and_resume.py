"""Submits in one process and collects in another: `submit_and_resume.py submit "a prompt"`, later `submit_and_resume.py resume`."""

from __future__ import annotations

import sys
from pathlib import Path

from tarash.tarash_gateway import (
    Gateway,
    Job,
    JournalFolder,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

FOLDER = Path("output/jobs")
CONFIG = VideoGenerationConfig(provider="local", model="animatic")


def submit(gateway: Gateway, prompt: str) -> None:
    """Submit, and keep the job on disk. It is JSON and holds no key."""
    request = VideoGenerationRequest(prompt=prompt, duration_seconds=2, resolution="320x180")
    job = gateway.submit_video(CONFIG, request)
    (FOLDER / f"{job.generation_id}.json").write_text(job.to_json(), encoding="utf-8")
    print("submitted", job.generation_id)


def resume(gateway: Gateway) -> None:
    """Wait for every job that is not collected yet. Nothing is submitted twice."""
    for file in sorted(FOLDER.glob("*.json")):
        response = gateway.resume(Job.from_json(file.read_text(encoding="utf-8")))
        print("saved", response.save(f"output/{file.stem}.mp4"))
        file.unlink()


def main() -> None:
    """Read the command."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    # the journal closes the gap between paying and writing the file: it notes a job before it can be billed
    with Gateway(journal=JournalFolder("output/journal")) as gateway:
        match sys.argv[1:]:
            case ["submit", prompt]:
                submit(gateway, prompt)
            case ["resume"]:
                resume(gateway)
            case _:
                raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
