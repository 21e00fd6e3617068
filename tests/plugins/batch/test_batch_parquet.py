"""Tables are read from Parquet, and the manifest is written as Parquet, with types that other programs understand."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pydantic
import pytest
from pyarrow import parquet

from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import Adjustment, AttemptMetadata
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_batch import MediaFacts, OutputFile, Rejection, RowResult, read_table
from tarash_gateway_batch.manifest import write_manifest, write_parquet
from tarash_gateway_batch.parquet import manifest_schema

CONFIG = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1")


def written(path: Path, columns: dict[str, Any]) -> Path:
    parquet.write_table(pa.table(columns), path)
    return path


def test_a_table_keeps_its_types(tmp_path: Path) -> None:
    """Among them what pandas makes of missing numbers, and of an index."""
    nan = float("nan")
    columns = {
        "prompt": ["a boat", "a kite"],
        "duration_seconds": [8.0, nan],
        "seed": [7.0, nan],
        "generate_audio": [True, None],
        "resolution": pa.array(["720p", None]).dictionary_encode(),
        "extra_params": [{"cfg": 0.5}, None],
        "image": [tiny_png(), None],
        "__index_level_0__": [1, 2],
    }
    table = read_table(written(tmp_path / "boats.parquet", columns), CONFIG)
    assert table.bad_rows == ()
    first, second = (row.request for row in table.rows)
    assert isinstance(first, VideoGenerationRequest)
    assert (first.duration_seconds, first.seed, first.generate_audio, first.resolution) == (
        8,
        7,
        True,
        "720p",
    )
    assert (first.extra_params, len(first.image_list)) == ({"cfg": 0.5}, 1)
    assert second == VideoGenerationRequest(prompt="a kite")
    assert [row.line for row in table.rows] == [1, 2]


def test_a_template_is_filled_from_a_table(tmp_path: Path) -> None:
    columns = {"name": ["Ada"], "born": [dt.date(1815, 12, 10)], "image": [tiny_png()]}
    path = written(tmp_path / "people.parquet", columns)
    table = read_table(path, CONFIG, prompt_template="{name}, born {born}")
    assert [row.request.prompt for row in table.rows] == ["Ada, born 1815-12-10"]


def test_bad_rows_and_bad_files_are_named(tmp_path: Path) -> None:
    table = read_table(
        written(tmp_path / "boats.parquet", {"prompt": ["a boat", ""], "seed": [1, 2]}), CONFIG
    )
    assert [(row.line, len(table.rows)) for row in table.bad_rows] == [(2, 1)]
    (tmp_path / "text.parquet").write_text("prompt\na boat\n", "utf-8")
    with pytest.raises(ValidationError, match=r"text\.parquet cannot be read.*pass a Parquet file"):
        read_table(tmp_path / "text.parquet", CONFIG)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "boats.parquet", {"prompt": ["a boat"]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValidationError, match="install the extra parquet"):
        read_table(path, CONFIG)
    assert write_parquet(tmp_path, []) is None


RESULT = RowResult(
    batch="boats",
    key="a",
    line=2,
    state="completed",
    prompt="a boat",
    provider="kling",
    model="kling-3.0",
    request_id="job-2",
    files=(
        OutputFile(
            path="videos/a.mp4",
            sha256="00",
            size_bytes=7,
            kind="video",
            media=MediaFacts(width=1280, height=720, duration_seconds=5.0, video_codec="h264"),
        ),
        OutputFile(path="videos/a-2.png", sha256="01", size_bytes=3, kind="thumbnail", problems=("it is blue",)),
    ),
    attempts=(AttemptMetadata(provider="kling", model="kling-3.0", billed="yes", estimated_cost_usd=0.42),),
    adjustments=(Adjustment(field="duration_seconds", requested=6, used=5, provider="kling"),),
    rejections=(Rejection(provider="fal", model="m", link=0, next_link=1, problems=("it has no sound",)),),
    total_cost_usd=0.84,
    warnings=("the model is retired soon",),
)  # fmt: skip
FAILED = RowResult(batch="boats", key="b", line=3, state="failed", prompt="a kite", error_code="timeout")


def test_both_manifests_say_the_same(tmp_path: Path) -> None:
    text = Path(write_manifest(tmp_path, [RESULT, FAILED])).read_text("utf-8")
    assert [RowResult.model_validate_json(line) for line in text.splitlines()] == [RESULT, FAILED]
    table = parquet.read_table(write_parquet(tmp_path, [RESULT, FAILED]))
    first, second = table.to_pylist()
    for name in (
        "key",
        "line",
        "state",
        "prompt",
        "provider",
        "model",
        "request_id",
        "total_cost_usd",
        "elapsed_seconds",
    ):
        assert first[name] == getattr(RESULT, name)
        assert second[name] == getattr(FAILED, name)
    assert (first["path"], first["sha256"], first["width"], first["duration_seconds"]) == (
        "videos/a.mp4", "00", 1280, 5.0,
    )  # fmt: skip
    assert [item["path"] for item in first["files"]] == ["videos/a.mp4", "videos/a-2.png"]
    assert first["files"][1]["problems"] == ["it is blue"]
    assert first["attempts"][0]["billed"] == "yes"
    assert first["attempts"][0]["started_at"] == RESULT.attempts[0].started_at
    assert first["rejections"][0]["problems"] == ["it has no sound"]
    assert (first["adjustments"][0]["requested"], first["adjustments"][0]["used"]) == ("6", "5")
    assert (second["path"], second["files"], second["attempts"]) == (None, [], [])


def test_no_field_of_a_result_is_missing() -> None:
    """A column without a value in any row would not be noticed otherwise."""
    schema = manifest_schema()
    assert set(RowResult.model_fields) <= set(schema.names)
    assert set(MediaFacts.model_fields) <= set(schema.names)
    kinds: dict[str, type[pydantic.BaseModel]] = {
        "files": OutputFile,
        "attempts": AttemptMetadata,
        "rejections": Rejection,
        "adjustments": Adjustment,
    }
    for name, kind in kinds.items():
        members = {field.name for field in schema.field(name).type.value_type}
        assert members == set(kind.model_fields), name
