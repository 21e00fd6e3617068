"""What `save` leaves in a store with buckets: the file with its media type, and no bucket that nobody created."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from execution import Run
from tarash.tarash_gateway import DownloadError, MockConfig, VideoGenerationResponse, generate_video

boto3 = pytest.importorskip("boto3")
moto_server = pytest.importorskip("moto.server")
s3fs = pytest.importorskip("s3fs")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A real S3 server on loopback, with the bucket `clips`, as a client of it; the environment leads s3fs there."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address, port = server.get_host_and_port()
    settings = {
        "AWS_ACCESS_KEY_ID": "boats",
        "AWS_SECRET_ACCESS_KEY": "boats",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in {**settings, "AWS_ENDPOINT_URL": f"http://{address}:{port}"}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    client.create_bucket(Bucket="clips")
    try:
        yield client
    finally:
        client.close()
        server.stop()


@pytest.fixture
def clip() -> VideoGenerationResponse:
    return generate_video("fal/fal-ai/veo3.1", prompt="a paper boat", mock=MockConfig())


def test_a_stored_clip_has_its_media_type(run: Run, s3: Any, clip: VideoGenerationResponse) -> None:
    # the servers of moto in one process share what they store
    key = f"{run.mode}/boat.mp4"
    assert run(clip, "save", f"s3://clips/{key}") == Path("clips") / key
    stored = s3.head_object(Bucket="clips", Key=key)
    assert (stored["ContentType"], stored["ContentLength"] > 500) == ("video/mp4", True)


def test_a_misspelt_bucket_is_an_error_and_not_a_new_bucket(
    run: Run, s3: Any, clip: VideoGenerationResponse
) -> None:
    with pytest.raises(DownloadError, match=r"cannot write clisp/boat\.mp4"):
        run(clip, "save", "s3://clisp/boat.mp4")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["clips"]
