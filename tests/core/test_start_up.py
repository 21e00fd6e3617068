"""A service pays for imports, plugins and certificates at its start, not during its first request."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from core.chains import fal_settings, fal_video
from core.test_event_loops_and_threads import CountingTransports
from simulators.fal import FalSimulator
from tarash.tarash_gateway import Gateway, ProviderNotInstalledError, VideoGenerationConfig

PROGRAM = """
import asyncio, json, sys
import tarash.tarash_gateway as t

replicate = t.VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast", api_key="key")
config = t.VideoGenerationConfig(**json.loads(sys.argv[1]), fallbacks=[replicate])
request = t.VideoGenerationRequest(prompt="a boat")

async def in_a_loop() -> None:
    async with t.Gateway(environ={}) as gateway:
        await gateway.prepare_async(config)
        known = set(sys.modules)
        await gateway.generate_video_async(config, request)
        report(known)

def in_a_thread() -> None:
    with t.Gateway(environ={}) as gateway:
        gateway.prepare(config)
        known = set(sys.modules)
        gateway.generate_video(config, request)
        report(known)

def report(known: set[str]) -> None:
    assert "tarash_gateway_replicate" in known
    # Python's own few modules load in no time, and some only where a name is looked up
    later = {name for name in sys.modules if name.partition(".")[0] not in sys.stdlib_module_names} - known
    print(sorted(later))

asyncio.run(in_a_loop()) if sys.argv[2] == "async" else in_a_thread()
"""


@pytest.mark.parametrize("way", ["async", "blocking"])
def test_the_first_call_imports_nothing_after_preparing(fal: FalSimulator, way: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(fal_settings(fal)), way],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.anyio
async def test_preparing_opens_the_transport_once_and_sends_nothing(fal: FalSimulator) -> None:
    transports = CountingTransports()
    async with Gateway(environ={}, transport=transports) as gateway:
        await gateway.prepare_async(fal_video(fal))
        await gateway.prepare_async(fal_video(fal))
        assert transports.opened == ["asynchronous"]
        assert not fal.requests
        await gateway.generate_video_async(fal_video(fal), prompt="a boat")
    assert transports.opened == ["asynchronous"]


def test_preparing_tells_of_a_missing_plugin_before_the_first_request() -> None:
    lost = VideoGenerationConfig(provider="elsewhere", model="one")
    with Gateway(environ={}) as gateway, pytest.raises(ProviderNotInstalledError):
        gateway.prepare(VideoGenerationConfig(provider="local", model="animatic", fallbacks=[lost]))


def test_preparing_tells_of_certificates_that_cannot_be_read() -> None:
    program = "import tarash.tarash_gateway as t; t.Gateway().prepare()"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"SSL_CERT_FILE": "/nowhere.pem", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "cannot read the certificates of SSL_CERT_FILE='/nowhere.pem'" in done.stderr
