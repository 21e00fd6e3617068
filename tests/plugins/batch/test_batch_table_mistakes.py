"""What people get wrong in a table is named once, with its place and what to do; nothing is ignored without a word."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest

from plugins.batch.conftest import RunWith
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import (
    BadRow,
    BadRowsError,
    BatchOptions,
    BatchProgress,
    BatchRow,
    BatchRunner,
    Table,
    read_table,
)
from tarash_gateway_batch.checking import checked, examined
from tarash_gateway_batch.columns import warnings_of
from tarash_gateway_batch.templates import filled, placeholders

CONFIG = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1")


class Reads:
    """Reads a text as a table."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(
        self, text: str, *, name: str = "t.csv", template: str | None = None, key: str | None = None
    ) -> Table:
        path = self._folder / name
        path.write_text(text, "utf-8")
        return read_table(path, CONFIG, prompt_template=template, key_column=key)


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    return Reads(tmp_path)


def test_misspelt_columns_are_named_with_what_was_meant(read: Reads) -> None:
    table = read("Prompt,duraton,resolution\na boat,8,720p\na kite,8,720p\n")
    assert table.rows == ()
    reason, same = (bad.reason for bad in table.bad_rows)
    assert reason == same
    assert "the columns 'Prompt', 'duraton' are not fields of a request" in reason
    assert "did you mean 'prompt' and 'duration'?" in reason
    assert "'a clip for {Prompt}'" in reason
    assert "duration_seconds" in reason


def test_a_table_that_does_not_exist_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"boats\.csv cannot be read: No such file or directory; check"):
        read_table(tmp_path / "boats.csv", CONFIG)


def test_a_column_of_any_name_suggests_nothing(read: Reads) -> None:
    (bad,) = read("prompt,camera operator\na boat,Ada\n").bad_rows
    assert "the column 'camera operator' is not a field of a request; use it in the prompts" in bad.reason


@pytest.mark.parametrize(
    ("column", "meant"), [("seconds", "duration_seconds"), ("Aspect Ratio", "aspect_ratio")]
)
def test_other_spellings_are_known(read: Reads, column: str, meant: str) -> None:
    (bad,) = read(f"prompt,{column}\na boat,8\n").bad_rows
    assert f"did you mean {meant!r}?" in bad.reason


def test_a_reason_of_many_rows_is_told_once(read: Reads) -> None:
    table = read("prompt,duraton\n" + "a boat,8\n" * 30 + ",\n")
    message = str(BadRowsError(table.bad_rows))
    assert message.startswith("31 bad rows, so nothing was sent: lines 2, 3, 4, 5, 6 and 25 more: the column")
    assert message.count("'duraton'") == 1
    assert "line 32: it has no prompt" in message


def test_the_first_reasons_are_told(read: Reads) -> None:
    table = read("prompt,duration_seconds\n" + "".join(f"a boat,n{number}\n" for number in range(25)))
    message = str(BadRowsError(table.bad_rows))
    assert "line 21: " in message
    assert "line 22: " not in message
    assert "and 5 more reasons" in message


def test_rows_that_were_examined_are_neither_planned_nor_told_again(
    read: Reads, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table, options = read("prompt,duration_seconds\na boat,8\na kite,xx\n"), BatchOptions(skip_bad=True)
    with Gateway(environ={}) as gateway:
        found = asyncio.run(examined(gateway, table, out=tmp_path, options=options))
    assert [bad.line for bad in found.left_out] == [3]
    unable = cast("Gateway", None)
    rows, places = asyncio.run(checked(unable, found, None, out=tmp_path, options=options))
    assert (rows, places) == (found.rows, found.places)
    assert caplog.records == []


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_a_key_column_that_does_not_exist_is_told_once(read: Reads, name: str) -> None:
    text = (
        "id,prompt\n1,a\n2,b\n" if name == "t.csv" else '{"id": 1, "prompt": "a"}\n{"id": 2, "prompt": "b"}\n'
    )
    words = r"^the table has no column 'idd' for the key; its columns are id, prompt; did you mean 'id'\?$"
    with pytest.raises(ValidationError, match=words):
        read(text, name=name, key="idd")


def test_a_placeholder_without_a_column_is_told_once(read: Reads) -> None:
    words = r"no column 'nme' for \{nme\} in the template; its columns are name, city; did you mean 'name'\?"
    with pytest.raises(ValidationError, match=words):
        read("name,city\nAda,London\n", template="hi {nme}")


def test_a_member_that_some_lines_lack_is_an_empty_cell(read: Reads) -> None:
    table = read('{"name": "Ada"}\n{"name": "Grace", "city": "Paris"}\n', name="t.jsonl", template="{city}")
    assert [row.request.prompt for row in table.rows] == ["Paris"]
    assert [(bad.line, "fill in the cell" in bad.reason) for bad in table.bad_rows] == [(1, True)]


@pytest.mark.parametrize("header", ["prompt,duration_seconds,,", ",prompt, ,duration_seconds"])
@pytest.mark.parametrize("template", [None, "{prompt}"])
def test_columns_without_a_name_and_a_value_are_left_out(
    read: Reads, header: str, template: str | None
) -> None:
    row = header.replace("prompt", "a boat").replace("duration_seconds", "8")
    table = read(f"{header}\n{row}\n", template=template)
    assert [(row.request.prompt, row.values) for row in table.rows] == [
        ("a boat", {"prompt": "a boat", "duration_seconds": "8"})
    ]
    assert table.columns == ("prompt", "duration_seconds")


@pytest.mark.parametrize("template", [None, "{prompt}"])
def test_a_value_in_a_column_without_a_name_is_told_with_its_number(
    read: Reads, template: str | None
) -> None:
    table = read("prompt,,\na boat,,\na kite,,8\n", template=template)
    assert [row.line for row in table.rows] == [2]
    (bad,) = table.bad_rows
    assert bad.line == 3
    assert bad.reason.startswith("column 3 has a value, and no name in the header")


def test_a_column_that_occurs_twice_is_refused_whatever_its_spaces(read: Reads) -> None:
    with pytest.raises(ValidationError, match="the column 'prompt' occurs twice"):
        read("prompt, prompt\na boat,a kite\n")


def test_columns_that_nothing_uses_are_told(read: Reads) -> None:
    table = read(
        "id,name,duraton_seconds,seed,notes,reference_2,\n1,Ada,8,7,x,https://x.test/b.png,\n",
        template="hi { name }",
        key="id",
    )
    assert table.unused_columns == {"duraton_seconds": "duration_seconds", "notes": None}
    assert warnings_of(table.unused_columns) == [
        "the column 'duraton_seconds' is not used; did you mean 'duration_seconds'?",
        "the column 'notes' is not used: neither a field of a request, nor in the template, the file name or the key",
    ]
    assert len(table.rows) == 1


def test_prompts_that_a_template_replaces_are_told(read: Reads) -> None:
    table = read("name,prompt\nAda,a boat\n", template="hi {name}")
    (warning,) = warnings_of(table.unused_columns)
    assert warning.startswith("the column 'prompt' is not used, since the template writes the prompts")
    assert read("name,prompt\nAda,a boat\n", template="{name}: {prompt}").unused_columns == {}


def test_without_a_template_an_empty_column_is_no_mistake(read: Reads) -> None:
    table = read("prompt,notes\na boat,\n")
    assert (len(table.rows), table.columns, table.unused_columns) == (1, ("prompt", "notes"), {})


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("hi {name", r"'\{' that is never closed \(character 4\)"),
        ("{ {name}", r"'\{' that is never closed \(character 1\)"),
        ("hi name}", r"'\}' that is never opened \(character 8\)"),
        ("hi {}", r"empty placeholder \(character 4\)"),
        ("hi { }", "empty placeholder"),
    ],
)
def test_a_brace_that_makes_no_placeholder_is_refused(read: Reads, template: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words + r".*write \{column\}.*\{\{ or \}\}"):
        read("name\nAda\n", template=template)


def test_a_doubled_brace_is_a_brace() -> None:
    template = '{{"scene": "{name}"}} {{name}} {{{name}}}'
    assert filled(template, {"name": "a {boat}"}) == '{"scene": "a {boat}"} {name} {a {boat}}'
    assert placeholders(template) == ("name",)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_separate_cells_as_well(read: Reads, separator: str) -> None:
    text = '\ufeffprompt;duration_seconds\r\n"a boat; at sea, slowly";8\r\na kite;8;8\r\n'.replace(
        ";", separator
    )
    table = read(text)
    (row,) = table.rows
    prompt = "a boat; at sea, slowly".replace(";", separator)
    assert row.request == VideoGenerationRequest(prompt=prompt, duration_seconds=8)
    (bad,) = table.bad_rows
    assert f"put texts with {'semicolons' if separator == ';' else 'tabs'} in quotes" in bad.reason


@pytest.mark.parametrize(
    ("header", "row"), [("prompt,a;b", "x,y;z"), ("prompt;a\tb", "x;y\tz"), ("prompt", "x;y\tz")]
)
def test_otherwise_commas_do(read: Reads, header: str, row: str) -> None:
    assert read(f"{header}\n{row}\n").columns == tuple(header.split(","))


def test_the_row_with_an_open_quote_is_named(read: Reads) -> None:
    text = 'prompt,seed\na,1\n"two\nlines",2\n"b,3\nc,4\n'
    words = r"t\.csv cannot be read: a quote .* is opened and never closed, in the row that begins in line 5"
    with pytest.raises(ValidationError, match=words):
        read(text)
    with pytest.raises(ValidationError, match=words):
        read(text + "a cell that never ends\n" * 10_000)


def test_the_row_with_a_quote_too_many_is_named(read: Reads) -> None:
    with pytest.raises(
        ValidationError, match=r"expected after .* line 2; .* write \"\" for a quote within it"
    ):
        read('prompt\n"a "boat" at sea"\n')


@pytest.mark.parametrize(
    ("name", "text"),
    [("t.csv", "prompt,seed\n   ,1\nb,2\n"), ("t.jsonl", '{"prompt": " \\n"}\n{"prompt": "b"}')],
)
def test_a_prompt_of_white_space_is_none(read: Reads, name: str, text: str) -> None:
    table = read(text, name=name)
    assert [row.request.prompt for row in table.rows] == ["b"]
    assert [bad.reason for bad in table.bad_rows] == [
        "it has no prompt; fill in the cell, or write the prompts with a template"
    ]


def test_an_image_has_fields_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("prompt,qualty\na boat,high\n", "utf-8")
    (bad,) = read_table(path, ImageGenerationConfig(provider="fal", model="m")).bad_rows
    assert "did you mean 'quality'?" in bad.reason


def test_rows_that_a_program_leaves_out_are_logged(
    run_with: RunWith[BatchProgress], out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [
        VideoGenerationRequest(prompt="a boat"),
        VideoGenerationRequest(prompt="long", duration_seconds=600),
    ]

    async def add(runner: BatchRunner) -> BatchProgress:
        return await runner.add(rows, CONFIG, name="boats", out=out, options=BatchOptions(skip_bad=True))

    assert run_with(add).counts == {"waiting": 1}
    (record,) = (item for item in caplog.records if item.getMessage() == "bad rows left out")
    assert record.__dict__["count"] == 1
    assert record.__dict__["reasons"].startswith("line 2: ")
    assert "duration_seconds" in record.__dict__["reasons"]


def test_the_names_of_the_files_need_columns_of_the_table(
    run_with: RunWith[BatchProgress], read: Reads, out: Path
) -> None:
    table = read("prompt\na boat\n")

    async def add(runner: BatchRunner) -> BatchProgress:
        options = BatchOptions(file_name="{propmt}", skip_bad=True)
        return await runner.add(table, name="boats", out=out, options=options)

    words = r"no column 'propmt' for \{propmt\} in the names of the files; its columns are prompt, and key, line, .* mean 'prompt'"
    with pytest.raises(ValidationError, match=words):
        run_with(add)


@pytest.mark.parametrize("key", ["a\0b", "a\ud800", "夜" * 700], ids=["NUL", "surrogate", "long"])
def test_a_key_that_a_server_cannot_store_is_a_bad_row(
    mocked: VideoGenerationConfig, out: Path, key: str
) -> None:
    row = BatchRow(key, 7, VideoGenerationRequest(prompt="a boat"), mocked)
    assert [bad.line for bad in bad_of([row], out)] == [7]


def test_two_rows_with_one_key_are_told(mocked: VideoGenerationConfig, out: Path) -> None:
    rows = [BatchRow("a", line, VideoGenerationRequest(prompt=f"boat {line}"), mocked) for line in (1, 2)]
    (bad,) = bad_of(rows, out)
    assert (bad.line, bad.reason) == (2, "its key 'a' is that of line 1; give it another")


def bad_of(rows: list[BatchRow], out: Path) -> tuple[BadRow, ...]:
    async def use() -> None:
        async with Gateway(environ={}) as gateway:
            await checked(gateway, rows, None, out=out, options=BatchOptions(file_name="{line}"))

    with pytest.raises(BadRowsError) as caught:
        asyncio.run(use())
    return caught.value.bad_rows


def test_json_that_is_nested_too_deeply_is_a_bad_row(read: Reads) -> None:
    text = '{"prompt": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + '}\n{"prompt": "b"}\n'
    table = read(text, name="t.jsonl")
    assert [row.line for row in table.rows] == [2]
    assert [bad.line for bad in table.bad_rows] == [1]


def test_a_cell_that_is_too_long_for_csv_is_told_as_such(read: Reads) -> None:
    with pytest.raises(ValidationError, match="line 2 has a cell of more than 131072 characters"):
        read("prompt\n" + "x" * 200_000 + "\n")
