"""A table becomes requests, or a list of every bad row with its line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tarash.tarash_gateway import ImageGenerationConfig, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_batch import read_table

CONFIG = VideoGenerationConfig(
    provider="fal",
    model="fal-ai/veo3.1",
    api_key="a-key-of-fal",
    fallback_configs=(VideoGenerationConfig(provider="kling", model="kling-3.0"),),
)


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_columns_are_the_fields_of_a_request(tmp_path: Path) -> None:
    path = written(
        tmp_path / "prompts.csv",
        "prompt,duration_seconds,seed,generate_audio,resolution,negative_prompt\n"
        '"a boat, at sea",8,7,true,720p,\n'
        "42,6,,False,,rain\n",
    )
    table = read_table(path, CONFIG)
    assert table.bad_rows == ()
    assert [row.request for row in table.rows] == [
        VideoGenerationRequest(
            prompt="a boat, at sea", duration_seconds=8, seed=7, generate_audio=True, resolution="720p"
        ),
        VideoGenerationRequest(prompt="42", duration_seconds=6, generate_audio=False, negative_prompt="rain"),
    ]
    assert [row.line for row in table.rows] == [2, 3]


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    path = written(
        tmp_path / "prompts.jsonl",
        '{"prompt": "a boat", "duration_seconds": 8, "extra_params": {"cfg": 0.5}}\n\n{"prompt": "a kite"}\n',
    )
    table = read_table(path, CONFIG)
    assert [row.request for row in table.rows] == [
        VideoGenerationRequest(prompt="a boat", duration_seconds=8, extra_params={"cfg": 0.5}),
        VideoGenerationRequest(prompt="a kite"),
    ]
    assert [row.line for row in table.rows] == [1, 3]


def test_a_template_takes_the_columns_that_it_names(tmp_path: Path) -> None:
    path = written(tmp_path / "people.csv", "name,city,email,seed\nAda,London,a@x,5\nGrace,,g@x,6\n")
    table = read_table(path, CONFIG, prompt_template="a card for {name} in {city}")
    assert [row.request for row in table.rows] == [
        VideoGenerationRequest(prompt="a card for Ada in London", seed=5)
    ]
    (bad,) = table.bad_rows
    assert bad.line == 3
    assert "{city}" in bad.reason


def test_every_bad_row_is_listed_with_line_and_reason(tmp_path: Path) -> None:
    path = written(
        tmp_path / "prompts.csv",
        "prompt,duration_seconds,model,image\n"
        "fine,8,,\n"
        ",8,,\n"
        "too long,soon,,\n"
        "no model,8,veo,\n"
        "no picture,8,,missing.png\n"
        "too,many,cells,in,this,row\n"
        "also fine,8,,\n",
    )
    table = read_table(path, CONFIG)
    assert [row.line for row in table.rows] == [2, 8]
    reasons = {bad.line: bad.reason for bad in table.bad_rows}
    assert list(reasons) == [3, 4, 5, 6, 7]
    for line, words in {
        3: "prompt",
        4: "duration_seconds",
        5: "provider/model",
        6: "missing.png",
        7: "more cells",
    }.items():
        assert words in reasons[line]


def test_a_row_may_name_its_model_and_its_fallback(tmp_path: Path) -> None:
    path = written(
        tmp_path / "prompts.csv",
        "prompt,model,fallback\na,fal/fal-ai/veo3.1-fast,\nb,replicate/google/veo-3.1-fast,runway/gen4\nc,,\n",
    )
    first, second, third = (row.config for row in read_table(path, CONFIG).rows)
    assert [(item.provider, item.model) for item in first.chain()] == [
        ("fal", "fal-ai/veo3.1-fast"),
        ("kling", "kling-3.0"),
    ]
    assert first.api_key == CONFIG.api_key
    assert [(item.provider, item.model) for item in second.chain()] == [
        ("replicate", "google/veo-3.1-fast"),
        ("runway", "gen4"),
    ]
    # the key of one provider is never sent to another
    assert second.api_key is None
    assert third == CONFIG


@pytest.mark.parametrize(
    ("config", "local"),
    [
        (CONFIG, ("local", "animatic")),
        (ImageGenerationConfig(provider="fal", model="fal-ai/nano-banana-2"), ("local", "still")),
    ],
)
def test_local_alone_is_a_model_as_on_the_command_line(
    tmp_path: Path, config: GenerationConfig, local: tuple[str, str]
) -> None:
    path = written(tmp_path / "prompts.csv", "prompt,model,fallback\na, Local,\nb,,local\nc,fal,\n")
    table = read_table(path, config)
    first, second = ([(item.provider, item.model) for item in row.config.chain()] for row in table.rows)
    assert (first[0], second[1]) == (local, local)
    (bad,) = table.bad_rows
    assert "'fal' is not \"provider/model\"" in bad.reason


def test_images_are_relative_to_the_table(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ada.png").write_bytes(tiny_png())
    path = written(
        tmp_path / "in" / "prompts.csv",
        "prompt,first_frame,reference,reference_2\na,ada.png,ada.png,https://x.test/b.png\n",
    )
    (row,) = read_table(path, CONFIG).rows
    assert [item.type for item in row.request.image_list] == ["first_frame", "reference", "reference"]


def test_the_identity_of_a_row_is_its_content_or_its_key_column(tmp_path: Path) -> None:
    path = written(tmp_path / "prompts.csv", "id,prompt\n1,a\n2,a\n2,b\n")
    by_key = read_table(path, CONFIG, key_column="id")
    assert [row.key for row in by_key.rows] == ["1", "2"]
    assert by_key.bad_rows[0].line == 4
    same = written(tmp_path / "same.csv", "prompt\na\nb\na\n")
    first, second, third = (row.key for row in read_table(same, CONFIG).rows)
    assert (len({first, second, third}), third) == (3, f"{first}-2")
    assert first == read_table(written(tmp_path / "more.csv", "prompt\nb\na\n"), CONFIG).rows[1].key


def test_seeds_come_from_the_row_if_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "prompts.csv", "prompt,seed\na,\nb,99\nc,\n")
    assert [row.request.seed for row in read_table(path, CONFIG, seed_from_row=True).rows] == [1, 99, 3]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("prompts.xlsx", "", ".csv, .jsonl or .parquet"),
        ("prompts.csv", "prompt\n", "no rows"),
        ("prompts.csv", "prompt,prompt\na,b\n", "twice"),
        ("prompts.csv", '"never closed\n', "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        read_table(written(tmp_path / name, text), CONFIG)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"absent\.csv"):
        read_table(tmp_path / "absent.csv", CONFIG)
