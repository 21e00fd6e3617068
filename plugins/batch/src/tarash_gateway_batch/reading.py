"""Reads a table (CSV, JSON lines or Parquet) into rows: columns named as the fields of a request, prompts from a template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tarash.tarash_gateway.exceptions import TarashException, ValidationError
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest, modality_of

from .chains import with_model
from .columns import MODEL_COLUMNS, check_column, is_known, refuse_unknown, role_of, unused_columns
from .records import Record, records
from .rows import BadRow, BatchRow, Keys
from .templates import filled, placeholders

_TEXT_FIELDS = frozenset(
    {"prompt", "negative_prompt", "aspect_ratio", "resolution", "size", "style", "quality"}
)
"""Fields whose cells are texts, even if they look like numbers."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table.

    Attributes:
        rows: the good rows, in the order of the file.
        bad_rows: the others, each with its line and reason.
        columns: the names of all columns.
        unused_columns: with a template, the columns that are neither a field besides the prompt, nor in the template, nor the key, each
            with the field that was probably meant, or None. They may still be in the names of the files.
    """

    rows: tuple[BatchRow, ...]
    bad_rows: tuple[BadRow, ...]
    columns: tuple[str, ...] = ()
    unused_columns: Mapping[str, str | None] = field(default_factory=dict)


def read_table(
    path: str | Path,
    config: GenerationConfig,
    *,
    prompt_template: str | None = None,
    key_column: str | None = None,
    seed_from_row: bool = False,
) -> Table:
    """Read a table, and check every row of it; nothing is sent.

    Each column is named as a field of the request, such as `prompt` or `duration_seconds`. Further columns are `model` and `fallback`
    ("provider/model", or "local"), `image`, `first_frame`, `last_frame` and `reference` (URL, or path relative to the table), and with a
    template any columns that it uses. An empty cell, or one of only white space, is an absent field. The cells of a CSV are separated by
    commas, or by semicolons or tabs if the header is.

    Args:
        path: a file that ends with `.csv` or `.jsonl`, in UTF-8; or with `.parquet`, if pyarrow is installed (extra `parquet`).
        config: the model of the rows that name none, with its fallbacks; its class decides whether videos or images are made.
        prompt_template: prompt with placeholders, such as "a card for {name}"; each is replaced with the row's cell. "{{" and "}}" are
            braces themselves.
        key_column: column that identifies a row; None takes the content, so that an edited row counts as another one.
        seed_from_row: whether a row without a seed takes its number as seed, so that it can be repeated.

    Raises:
        ValidationError: the file is missing, has another format, or has no rows; or it lacks a column that the template or the key
            needs.
    """
    named = placeholders(prompt_template or "")
    file = Path(path).expanduser()
    reader = _Reader(file.parent, config, prompt_template, key_column, seed_from_row)
    rows: list[BatchRow] = []
    bad_rows: list[BadRow] = []
    for line, record in records(file):
        try:
            rows.append(reader.row(line, record, len(rows) + len(bad_rows) + 1))
        except TarashException as error:
            bad_rows.append(BadRow(line, error.message))
    if not rows and not bad_rows:
        raise ValidationError(f"{file} has no rows; put one request in each line below the header")
    columns = tuple(reader.columns)
    # in a table of which no row can be read, no column is known
    if columns and key_column is not None:
        check_column(key_column, columns, "the key")
    for name in named if columns else ():
        check_column(name, columns, f"{{{name}}} in the template")
    used = {*named, key_column or ""}
    unused = {} if prompt_template is None else unused_columns(columns, used, modality_of(config).request)
    return Table(tuple(rows), tuple(bad_rows), columns, unused)


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
        self.columns: dict[str, None] = {}
        """The names of all columns that were read, in their order."""

    def row(self, line: int, record: Record, number: int) -> BatchRow:
        """Return one row.

        Raises:
            ValidationError: it cannot be read, or is not a request.
        """
        if isinstance(record, str):
            raise ValidationError(record)
        named = {name.strip(): value for name, value in record.items()}
        self.columns.update(dict.fromkeys(named))
        cells = {name: value for name, value in named.items() if not _is_empty(value)}
        values = {name: _as_text(value) for name, value in cells.items() if not isinstance(value, bytes)}
        key = self._key(values, cells)
        config = with_model(self._config, *(values.get(name) for name in MODEL_COLUMNS))
        fields = self._fields(cells, values)
        if self._seed_from_row and "seed" in self._request.model_fields:
            fields.setdefault("seed", number)
        return BatchRow(key, line, self._request(**fields), config, values)  # type: ignore[arg-type] # checked by the model

    def _key(self, values: Mapping[str, str], cells: Mapping[str, object]) -> str:
        if self._key_column is None:
            return self._keys.of_content([self._template, cells])
        return self._keys.of_column(self._key_column, values.get(self._key_column, ""))

    def _fields(self, cells: Mapping[str, object], values: Mapping[str, str]) -> dict[str, object]:
        """Return the fields of the request; with a template, a column that is not a field only fills it."""
        fields: dict[str, object] = {}
        images: list[dict[str, object]] = []
        unknown: list[str] = []
        for name, value in cells.items():
            role = role_of(name)
            if name in MODEL_COLUMNS or name == self._key_column:
                continue
            if role is not None:
                images.append({"image": self._media(value), "type": role})
            elif name in {"image", "video"}:
                fields[name] = self._media(value)
            elif is_known(name, self._request):
                fields[name] = _typed(name, value)
            else:
                unknown.append(name)
        if self._template is None:
            refuse_unknown(unknown, self._request)
        if images:
            fields["image_list"] = (*_listed(fields.pop("image", None)), *images)
        if self._template is not None:
            fields["prompt"] = filled(self._template, values)
        elif "prompt" not in fields:
            raise ValidationError("it has no prompt; fill in the cell, or write the prompts with a template")
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


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _typed(name: str, value: object) -> object:
    """Return a cell of a CSV as what it says: a number, true or false, JSON, or a string."""
    if not isinstance(value, str) or name in _TEXT_FIELDS:
        return value
    text = value.strip()
    try:
        return json.loads(text.lower() if text.lower() in {"true", "false"} else text)
    except ValueError:
        return text


__all__ = ["Table", "read_table"]
