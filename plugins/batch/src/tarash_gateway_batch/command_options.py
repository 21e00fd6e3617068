"""The options of `tarash batch run`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tarash.tarash_gateway.exceptions import ValidationError

from .names import check_name
from .templates import DEFAULT_NAME

if TYPE_CHECKING:
    from .options import BatchOptions

ROWS, PROVIDERS, LIMITS, OUTPUT = "Rows", "Providers", "Limits", "Output"
DEFAULT_DATABASE = "tarash-batches.sqlite"

Database = Annotated[
    str,
    typer.Option(
        envvar="TARASH_BATCH_DATABASE",
        help="SQLite file for everything that must survive, or postgresql://… for many machines.",
        rich_help_panel=OUTPUT,
    ),
]
BatchName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the batch.")]
AsJson = Annotated[
    bool, typer.Option("--json", "-j", help="Print only JSON on standard output.", rich_help_panel=OUTPUT)
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.", rich_help_panel=OUTPUT)]


@dataclass(frozen=True, kw_only=True)
class RowOptions:
    """What the rows are."""

    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="CSV, JSON lines (.jsonl) or Parquet; each row is a request."),
    ]
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the batch; by default, that of the table, with -mock for a rehearsal.",
            rich_help_panel=ROWS,
        ),
    ] = None
    template: Annotated[
        str | None,
        typer.Option(help="Prompt with {column} placeholders; {{ and }} are braces.", rich_help_panel=ROWS),
    ] = None
    key_column: Annotated[
        str | None,
        typer.Option(
            help="Column that identifies a row; by default, its content does.", rich_help_panel=ROWS
        ),
    ] = None
    seed_from: Annotated[
        Literal["row"] | None, typer.Option(help="Take the number of the row as seed.", rich_help_panel=ROWS)
    ] = None
    skip_bad: Annotated[
        bool,
        typer.Option(
            "--skip-bad",
            help="Leave bad rows out, and name them, instead of refusing the table.",
            rich_help_panel=ROWS,
        ),
    ] = False
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed",
            help="Try the failed rows of an earlier run again. Outputs that failed their checks are paid for again; a row whose job is "
            "known, or may exist, only asks for that job.",
            rich_help_panel=ROWS,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class ChainOptions:
    """Who makes the outputs."""

    modality: Annotated[
        Literal["video", "image"], typer.Option(help="What to generate.", rich_help_panel=PROVIDERS)
    ] = "video"
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="PROVIDER/MODEL",
            help="By default, drawn on this machine.",
            rich_help_panel=PROVIDERS,
        ),
    ] = None
    fallback: Annotated[
        list[str] | None,
        typer.Option(
            "--fallback",
            "-f",
            metavar="PROVIDER/MODEL",
            help="Tried next; repeat for more.",
            rich_help_panel=PROVIDERS,
        ),
    ] = None
    base_url: Annotated[
        str | None,
        typer.Option(help="Another server with the API of the model's provider.", rich_help_panel=PROVIDERS),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", "-t", help="Longest time for an attempt, in seconds.", rich_help_panel=PROVIDERS
        ),
    ] = 600.0
    mock: Annotated[
        bool,
        typer.Option(
            "--mock",
            help="Rehearse: generate small, real clips or images without calling a provider.",
            rich_help_panel=PROVIDERS,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class LimitOptions:
    """How much may run, and cost."""

    concurrency: Annotated[
        list[str] | None,
        typer.Option(help="Rows at once: 20, or fal=20; repeat for more.", rich_help_panel=LIMITS),
    ] = None
    rate: Annotated[
        list[str] | None,
        typer.Option(help="Rows in a period: fal=60/min; repeat for more.", rich_help_panel=LIMITS),
    ] = None
    budget: Annotated[
        float | None,
        typer.Option(min=0, help="Most that all attempts may cost, in US dollars.", rich_help_panel=LIMITS),
    ] = None
    allow_unknown_cost: Annotated[
        bool,
        typer.Option(
            "--allow-unknown-cost",
            help="Use models without a known price under a budget.",
            rich_help_panel=LIMITS,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """Where the outputs go, and what is shown."""

    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the outputs and the manifest, or its URL of fsspec; by default, a folder with the name of the batch.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    file_name: Annotated[
        str, typer.Option(help="Name of the outputs, with placeholders.", rich_help_panel=OUTPUT)
    ] = DEFAULT_NAME
    check: Annotated[
        bool | None,
        typer.Option(
            "--check/--no-check",
            help="Decode the outputs and compare them with what was asked for; by default, if PyAV is installed.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    on_bad_media: Annotated[
        Literal["keep", "retry", "fallback"],
        typer.Option(
            help="What to do with an output that fails: keep it, retry the same model, or go on to the fallback. The last two pay again.",
            rich_help_panel=OUTPUT,
        ),
    ] = "keep"
    bad_media_retries: Annotated[
        int,
        typer.Option(min=1, help="How often a model may generate a row again.", rich_help_panel=OUTPUT),
    ] = 1
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Show what would be sent and cost; send nothing.", rich_help_panel=OUTPUT
        ),
    ] = False
    database: Database = DEFAULT_DATABASE
    detach: Annotated[
        bool,
        typer.Option(
            "--detach",
            help="With PostgreSQL: queue the rows for workers, and return.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    as_json: AsJson = False
    quiet: Quiet = False

    def folder(self, batch: str) -> str:
        """Return the folder of a batch: the one that is given, or one with its name."""
        return batch if self.out is None else self.out


def batch_name(rows: RowOptions, *, is_mock: bool) -> str:
    """Return the name of the batch: the one that is given, or that of the table. A rehearsal must not stand for the batch itself.

    Raises:
        ValidationError: it is not a name of a batch.
    """
    if rows.name is not None:
        check_name(rows.name)
        return rows.name
    name = f"{rows.table.stem}-mock" if is_mock else rows.table.stem
    try:
        check_name(name)
    except ValidationError as error:
        usable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:100] or "batch"
        raise ValidationError(
            f"the name of the table, {rows.table.stem!r}, cannot be that of the batch; give one with --name, such as --name {usable}"
        ) from error
    return name


def batch_options(rows: RowOptions, limits: LimitOptions, output: OutputOptions) -> BatchOptions:
    """Return the options of the library.

    Raises:
        ValidationError: a limit cannot be read.
    """
    from .limits_given import read_concurrency, read_rates
    from .options import BatchOptions

    return BatchOptions(
        budget_usd=limits.budget,
        allow_unknown_cost=limits.allow_unknown_cost,
        concurrency=read_concurrency(limits.concurrency or []),
        rates=read_rates(limits.rate or []),
        file_name=output.file_name,
        skip_bad=rows.skip_bad,
        retry_failed=rows.retry_failed,
        check_media=output.check,
        on_bad_media=output.on_bad_media,
        bad_media_retries=output.bad_media_retries,
    )


def changed_limits(options: BatchOptions, limits: LimitOptions) -> BatchOptions:
    """Return the options of a stored batch with the limits that are given; the others stay.

    Raises:
        ValidationError: a limit cannot be read.
    """
    from .limits_given import read_concurrency, read_rates

    given: dict[str, Any] = {
        "budget_usd": limits.budget,
        "allow_unknown_cost": limits.allow_unknown_cost or None,
        "concurrency": read_concurrency(limits.concurrency) if limits.concurrency else None,
        "rates": read_rates(limits.rate) if limits.rate else None,
    }
    return replace(options, **{name: value for name, value in given.items() if value is not None})


__all__ = [
    "DEFAULT_DATABASE",
    "AsJson",
    "BatchName",
    "ChainOptions",
    "Database",
    "LimitOptions",
    "OutputOptions",
    "Quiet",
    "RowOptions",
    "batch_name",
    "batch_options",
    "changed_limits",
]
