"""Outputs go to S3 as to a folder, and a store that cannot be used is noticed before anything is paid for."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import sqlalchemy
from moto.server import ThreadedMotoServer

from plugins.batch.batch_command import Tarash, installed
from plugins.batch.simulators_with_clips import KlingWithClips, clip
from tarash.tarash_gateway import Gateway, MockConfig, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import DownloadError, ValidationError
from tarash_gateway_batch import BatchOptions, BatchRow, RowResult
from tarash_gateway_batch.inspecting import Inspector
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.media_checks import Expected
from tarash_gateway_batch.opened import OpenBatches
from tarash_gateway_batch.outputs import save_outputs
from tarash_gateway_batch.results import OutputFile
from tarash_gateway_batch.store import RowRun, Store, Turn
from tarash_gateway_batch.stores import check_store, local_copy, write_whole
from tarash_gateway_batch.tables import open_database

KEY = "boats"


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A real S3 server on loopback, with the bucket `clips`, as a client of it; its address is `s3.meta.endpoint_url`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{address}:{port}",
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
    client.create_bucket(Bucket="clips")
    try:
        yield client
    finally:
        client.close()
        server.stop()


def environ_of(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }


@pytest.fixture
def tarash(tmp_path: Path) -> Tarash:
    (tmp_path / "boats.csv").write_text("name,duration_seconds\nAda,5\nGrace,5\n", "utf-8")
    return installed(tmp_path)


def test_outputs_of_a_row_that_belongs_to_another_worker_replace_nothing(tmp_path: Path) -> None:
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MockConfig(enabled=True))
    out = tmp_path / "videos"
    out.mkdir()
    there = out / "boat.mp4"
    there.write_bytes(b"that of the other worker")
    request = VideoGenerationRequest(prompt="a boat", duration_seconds=4)

    async def store(*, may_replace: bool) -> tuple[OutputFile, ...] | None:
        inspector = Inspector(Expected.of("video", request, (), is_mock=True), asyncio.Semaphore(1))
        async with Gateway() as gateway:
            response = await gateway.generate_video_async(config, request)
        return await save_outputs(response, str(out / "boat"), inspector, lambda: may_replace)

    assert asyncio.run(store(may_replace=False)) is None
    assert there.read_bytes() == b"that of the other worker"
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["boat.mp4"]
    (stored,) = asyncio.run(store(may_replace=True)) or ()
    assert stored.sha256 == hashlib.sha256(there.read_bytes()).hexdigest()
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert files == {"boat.mp4", "posters/boat.jpg"}
    assert (stored.path, stored.poster) == (str(there), str(out / "posters" / "boat.jpg"))


def at_kling(kling: KlingWithClips) -> list[str]:
    return ["--template", "a boat for {name}", "--model", "kling/kling-3.0", "--base-url", kling.url]


def test_outputs_posters_and_manifest_go_to_s3(tarash: Tarash, kling: KlingWithClips, s3: Any) -> None:
    kling.clips = {1: clip(3.0)}
    out = ("--out", "s3://clips/night", "--file-name", "{name}/{line}", "--on-bad-media", "retry")
    report = "night/report.html"
    environ = {**environ_of(s3.meta.endpoint_url), "KLING_API_KEY": kling.api_key}
    done = tarash("batch", "run", "boats.csv", *at_kling(kling), *out, **environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"s3://clips/{report}"
    s3.delete_object(Bucket="clips", Key=report)
    again = tarash("batch", "report", "boats", "--json", **environ)
    assert json.loads(again.stdout)["report"] == f"s3://clips/{report}", again.stderr
    stored = {
        item["Key"]: s3.get_object(Bucket="clips", Key=item["Key"])["Body"].read()
        for item in s3.list_objects_v2(Bucket="clips")["Contents"]
    }
    assert {"night/Ada/2.mp4", "night/Ada/posters/2.jpg", "night/Grace/3.mp4"} <= stored.keys()
    assert stored["night/Ada/2.mp4"] == clip()
    assert b'poster="./Ada/posters/2.jpg" src="./Ada/2.mp4"' in stored[report]
    assert s3.head_object(Bucket="clips", Key=report)["ContentType"] == "text/html"
    lines = stored["night/manifest.jsonl"].decode().splitlines()
    results = [RowResult.model_validate_json(line) for line in lines]
    assert [item.path for item in results] == ["s3://clips/night/Ada/2.mp4", "s3://clips/night/Grace/3.mp4"]
    assert sum(len(item.rejections) for item in results) == 1
    assert len(kling.jobs) == 3


def test_a_missing_bucket_is_noticed_before_anything_is_paid_for(
    tarash: Tarash, kling: KlingWithClips, s3: Any
) -> None:
    environ = {**environ_of(s3.meta.endpoint_url), "KLING_API_KEY": kling.api_key}
    done = tarash("batch", "run", "boats.csv", *at_kling(kling), "--out", "s3://typo/night", **environ)
    assert done.returncode == 2
    assert "cannot write s3://typo/night/" in done.stderr
    assert "Traceback" not in done.stderr
    assert kling.count("submit") == 0
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["clips"]


def test_a_store_that_nobody_knows_is_refused_with_what_to_do() -> None:
    check_store("/tmp/videos")  # noqa: S108 - nothing is written
    check_store("file:///tmp/videos")
    with pytest.raises(ValidationError, match="Protocol not known: boats"):
        check_store("boats://videos")


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "a" / "report.html"
    write_whole(str(place), b"old")
    write_whole(f"file://{place}", b"new")
    assert [path.read_bytes() for path in (tmp_path / "a").iterdir()] == [b"new"]
    with local_copy(str(place)) as path:
        assert path == place
    place.unlink()
    place.mkdir()
    with pytest.raises(DownloadError, match="cannot write"):
        write_whole(str(place), b"newer")
    assert list((tmp_path / "a").iterdir()) == [place]


def test_a_manifest_that_cannot_be_written_meanwhile_does_not_end_the_batch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "videos").write_text("a file in place of the folder", "utf-8")
    opened = OpenBatches(Location.of(tmp_path / "batches.sqlite"), None)
    opened.store.add("boats", [], {}, BatchOptions(), tmp_path / "videos")
    try:
        asyncio.run(opened._write_meanwhile("boats", tmp_path / "videos"))
        with pytest.raises(DownloadError, match="cannot write"):
            opened.write_manifest("boats", tmp_path / "videos")
    finally:
        opened.close()
    assert [record.message for record in caplog.records] == ["manifest not written"]


def test_rows_that_end_while_the_manifest_is_written_are_in_it(
    tmp_path: Path, mocked: VideoGenerationConfig
) -> None:
    out, database = tmp_path / "videos", Location.of(tmp_path / "batches.sqlite")
    found = [
        BatchRow(key, line, VideoGenerationRequest(prompt=f"boat {key}"), mocked)
        for line, key in enumerate("ab")
    ]
    opened = OpenBatches(database, None)
    other = Store(open_database(database))
    late = ["b"]

    def end(key: str) -> None:
        turn = Turn(RowRun("boats", key, 1), f"worker of {key}")
        other.begin(turn)
        failed = RowResult(batch="boats", key=key, line=ord(key), state="failed", prompt="")
        assert other.end(turn, failed) is not None

    def end_another(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "tarash_rows.result" in statement and late:
            end(late.pop())

    try:
        opened.store.add("boats", found, {"a": "a", "b": "b"}, BatchOptions(), out)
        end("a")
        sqlalchemy.event.listen(opened.store.engine, "after_cursor_execute", end_another)
        manifest = Path(opened.write_manifest("boats", out))
    finally:
        opened.close()
        other.engine.dispose()
    assert [json.loads(line)["key"] for line in manifest.read_text("utf-8").splitlines()] == ["a", "b"]
