"""Certificates that cannot be read are reported by name, and nobody believes that a request was sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio, sys
from tarash.tarash_gateway import Gateway, ValidationError, VideoGenerationConfig, VideoGenerationRequest

config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="a-key-123456", base_url="https://127.0.0.1:9")
request = VideoGenerationRequest(prompt="a kite")

async def generate(gateway):
    return await gateway.generate_video_async(config, request)

gateway = Gateway(environ={}, output_dir=sys.argv[1])
for run in (lambda: gateway.generate_video(config, request), lambda: asyncio.run(generate(gateway))):
    try:
        run()
    except ValidationError as error:
        assert [entry.submitted for entry in error.attempts] == ["no"], error.attempts
        assert gateway.unsettled() == ()
        print(error.message)
"""
"""In a process of its own: a process reads its certificates once."""


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "not-pem"])
def test_certificates_that_cannot_be_read_are_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "out")],
        env={**os.environ, "SSL_CERT_FILE": str(file)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(f"cannot read the certificates of SSL_CERT_FILE={str(file)!r}: ")
