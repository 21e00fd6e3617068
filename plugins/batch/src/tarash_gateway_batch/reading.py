"""Reads a table (CSV, JSON lines or Parquet) into rows: columns named as the fields of a request, prompts from a template."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tarash.tarash_gateway.exceptions import TarashException, ValidationError
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest, modality_of

from .chains import with_model
from .parquet import SUFFIXES, parquet_records
from .rows import BadRow, BatchRow, Keys

_TEXT_FIELDS = frozenset(
    {"prompt", "negative_prompt", "aspect_ratio", "resolution", "size", "style", "quality"}
)
"""Fields whose cells are texts, even if they look like numbers."""
_ROLES = {"first_frame": "first_frame", "last_frame": "last_frame", "reference": "reference"}
"""Columns with an input image of a fixed role; `reference_2` and so on are further ones."""
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_MODEL_COLUMNS = ("model", "fallback")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table.

    Attributes:
        rows: the good rows, in the order of the file.
        bad_rows: the others, each with its line and reason.
    """

    rows: tuple[BatchRow, ...]
    bad_rows: tuple[BadRow, ...]


def read_table(
    path: str | Path,
    config: GenerationConfig,
    *,
    prompt_template: str | None = None,
    key_column: str | None = None,
    seed_from_row: bool = False,
) -> Table:
    """Read a table, and check every row of it; nothing is sent.

    Each column is named as a field of the request, such as `prompt` or `duration_seconds`. Further columns are `model` and
    `fallback` ("provider/model"), `image`, `first_frame`, `last_frame` and `reference` (URL, or path relative to the table), and
    with a template any columns that it uses. An empty cell is an absent field.

    Args:
        path: a file that ends with `.csv` or `.jsonl`, in UTF-8; or with `.parquet`, if pyarrow is installed (extra `parquet`).
        config: the model of the rows that name none, with its fallbacks; its class decides whether videos or images are made.
        prompt_template: prompt with placeholders, such as "a card for {name}"; each is replaced with the row's cell.
        key_column: column that identifies a row; None takes the content, so that an edited row counts as another one.
        seed_from_row: whether a row without a seed takes its number as seed, so that it can be repeated.

    Raises:
        ValidationError: the file is missing, has another format, or has no rows.
    """
    file = Path(path).expanduser()
    reader = _Reader(file.parent, config, prompt_template, key_column, seed_from_row)
    rows: list[BatchRow] = []
    bad_rows: list[BadRow] = []
    try:
        for line, record in _records(file):
            try:
                rows.append(reader.row(line, record, len(rows) + len(bad_rows) + 1))
            except TarashException as error:
                bad_rows.append(BadRow(line, error.message))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValidationError(
            f"{file} cannot be read: {error}; pass a CSV or JSON lines file in UTF-8"
        ) from error
    if not rows and not bad_rows:
        raise ValidationError(f"{file} has no rows; put one request in each line below the header")
    return Table(tuple(rows), tuple(bad_rows))


def _records(file: Path) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    """Yield each row with its line; a row that cannot be read is a text that says why."""
    if file.suffix.lower() == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from _csv_records(csv.DictReader(stream, strict=True))
    elif file.suffix.lower() in {".jsonl", ".ndjson"}:
        with file.open(encoding="utf-8-sig") as stream:
            yield from _json_records(stream)
    elif file.suffix.lower() in SUFFIXES:
        yield from parquet_records(file)
    else:
        raise ValidationError(
            f"{file.name!r} is not a table; use a file that ends with .csv, .jsonl or .parquet"
        )


def _csv_records(reader: csv.DictReader[str]) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    names = reader.fieldnames or ()
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValidationError(f"the column {doubled[0]!r} occurs twice; give each column a name of its own")
    for record in reader:
        if None in record:
            yield (
                reader.line_num,
                f"it has more cells than the header's {len(names)}; put texts with commas in quotes",
            )
        elif None in record.values():
            yield reader.line_num, f"it has fewer cells than the header's {len(names)}"
        else:
            yield reader.line_num, record


def _json_records(lines: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            record: object = json.loads(text)
        except ValueError as error:
            yield line, f"it is not JSON: {error}"
            continue
        yield (
            line,
            cast("dict[str, object]", record) if isinstance(record, dict) else "it is not a JSON object",
        )


class _Reader:
    def __init__(
        self,
        folder: Path,
        config: GenerationConfig,
        template: str | None,
        key_column: str | None,
        seed_from_row: bool,
    ) -> None:
        self._folder = folder
        self._config = config
        self._request: type[GenerationRequest] = modality_of(config).request
        self._template = template
        self._key_column = key_column
        self._seed_from_row = seed_from_row
        self._keys = Keys()

    def row(self, line: int, record: Mapping[str, object] | str, number: int) -> BatchRow:
        """Return one row.

        Raises:
            ValidationError: it cannot be read, or is not a request.
        """
        if isinstance(record, str):
            raise ValidationError(record)
        cells = {name.strip(): value for name, value in record.items() if value is not None and value != ""}
        values = {name: _as_text(value) for name, value in cells.items() if not isinstance(value, bytes)}
        key = self._key(values, cells)
        config = with_model(self._config, *(values.get(name) for name in _MODEL_COLUMNS))
        fields = self._fields(cells, values)
        if self._seed_from_row and "seed" in self._request.model_fields:
            fields.setdefault("seed", number)
        return BatchRow(key, line, self._request(**fields), config, values)  # type: ignore[arg-type] # checked by the model

    def _key(self, values: Mapping[str, str], cells: Mapping[str, object]) -> str:
        if self._key_column is None:
            return self._keys.of_content([self._template, cells])
        return self._keys.of_column(self._key_column, values.get(self._key_column, ""))

    def _fields(self, cells: Mapping[str, object], values: Mapping[str, str]) -> dict[str, object]:
        """Return the fields of the request; with a template, a column that is no field only fills it."""
        known = {*self._request.model_fields, *self._request.accepted_names}
        fields: dict[str, object] = {}
        images: list[dict[str, object]] = []
        for name, value in cells.items():
            role = _ROLES.get(re.sub(r"_\d+$", "", name))
            if name in _MODEL_COLUMNS or name == self._key_column:
                continue
            if role is not None:
                images.append({"image": self._media(value), "type": role})
            elif name in {"image", "video"}:
                fields[name] = self._media(value)
            elif name in known:
                fields[name] = _typed(name, value)
            elif self._template is None:
                raise ValidationError(
                    f"the column {name!r} is no field of a request; use it in the prompts with a template, such as "
                    f"'a clip for {{{name}}}', or remove it (fields: {', '.join(self._request.model_fields)})"
                )
        if images:
            fields["image_list"] = (*_listed(fields.pop("image", None)), *images)
        if self._template is not None:
            fields["prompt"] = filled(self._template, values)
        return fields

    def _media(self, value: object) -> object:
        """Return an input; a path is relative to the table, not to wherever the program was started."""
        if not isinstance(value, str) or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+:", value):
            return value
        path = self._folder / Path(value).expanduser()
        if not path.is_file():
            raise ValidationError(f"the file {value!r} is missing; paths are relative to the table")
        return path.resolve()


def _listed(image: object) -> Sequence[dict[str, object]]:
    return () if image is None else ({"image": image, "type": "auto"},)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _typed(name: str, value: object) -> object:
    """Return a cell of a CSV as what it says: a number, true or false, JSON, or a text."""
    if not isinstance(value, str) or name in _TEXT_FIELDS:
        return value
    text = value.strip()
    try:
        return json.loads(text.lower() if text.lower() in {"true", "false"} else text)
    except ValueError:
        return text


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with every `{column}` replaced with the value of the row.

    Raises:
        ValidationError: the row has no such value.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name not in values:
            raise ValidationError(
                f"the template needs {{{name}}}, and the row has no {name!r}; fill in the cell"
            )
        return values[name]

    return _PLACEHOLDER.sub(value_of, template)


__all__ = ["Table", "filled", "read_table"]
