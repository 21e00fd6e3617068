"""Turns the library's exceptions and warnings into messages, ledgers and exit codes."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

import typer

from ..exceptions import (
    JournalError,
    ModelLifecycleWarning,
    TarashException,
    UnknownModelWarning,
)
from ..media.redaction import redact
from ..models.metadata import ExecutionMetadata
from .exit_codes import ExitCode, exit_code_of
from .interruption import Abandonment, Terminated, terminating_as_interrupt, way_to_result
from .option_words import message_of, one_line, told
from .output import print_json, print_ledger

DEBUG: ContextVar[bool] = ContextVar("tarash_debug", default=False)
"""Whether `--debug` was given: exceptions then show their traceback."""


@contextmanager
def reported(*, as_json: bool = False, by_option: bool = False) -> Iterator[Abandonment]:
    """Report an exception of the library and exit with its code; yield the record of a job abandoned by Ctrl-C.

    Pass the record's `note` to the gateway as `on_event`.

    Args:
        as_json: whether the exception is printed as JSON.
        by_option: whether the command has an option for each field, which the message then names.
    """
    abandonment = Abandonment()
    with _plain_warnings():
        try:
            with terminating_as_interrupt():
                yield abandonment
        except TarashException as error:
            if DEBUG.get():
                typer.echo("".join(traceback.format_exception(error)), err=True, nl=False)
            code = exit_code_of(error)
            if as_json:
                urls = list(abandonment.unsaved_urls)
                message = message_of(error, by_option=by_option)
                print_json({"error": {**describe(error, code), "message": message, "result_urls": urls}})
            else:
                _print_failure(error, by_option=by_option)
                _tell_way_to_result(abandonment, goes_on=_may_have_result(error.execution_metadata))
            raise typer.Exit(code) from None
        except KeyboardInterrupt as interrupt:
            code = ExitCode.TERMINATED if isinstance(interrupt, Terminated) else ExitCode.INTERRUPTED
            if as_json:
                print_json({"error": _describe_interruption(abandonment, code)})
            else:
                typer.echo(f"{code.name.lower()}: {abandonment.sentence()}", err=True)
                _tell_way_to_result(abandonment, goes_on=abandonment.cancelled in ("no", "unconfirmed"))
            raise typer.Exit(code) from None


def _may_have_result(metadata: ExecutionMetadata | None) -> bool:
    """Return whether the job of the last attempt goes on although it was given up."""
    last = () if metadata is None else metadata.attempts[-1:]
    return any(attempt.cancelled in ("no", "unconfirmed") for attempt in last)


def _tell_way_to_result(abandonment: Abandonment, *, goes_on: bool) -> None:
    # a command of a plugin may store its jobs elsewhere, and then notes no generation
    if goes_on and abandonment.generation_id is not None:
        typer.echo(way_to_result(abandonment.generation_id), err=True)


def describe(error: TarashException, code: ExitCode) -> dict[str, object]:
    """Return an exception as JSON data, including the ledger."""
    metadata = error.execution_metadata
    return {
        "code": error.code,
        "type": type(error).__name__,
        "message": error.message,
        "exit_code": int(code),
        "provider": error.provider,
        "model": error.model,
        "request_id": error.request_id,
        "status_code": error.status_code,
        "is_retryable": error.is_retryable,
        "submitted": error.submitted,
        "raw_response": redact(error.raw_response),
        "execution_metadata": None if metadata is None else metadata.model_dump(mode="json"),
    }


def _print_failure(error: TarashException, *, by_option: bool) -> None:
    # an extension's own kind of journal is not in that folder
    where = (
        "; choose another folder for jobs with --jobs-dir or TARASH_JOBS_DIR"
        if type(error) is JournalError
        else ""
    )
    typer.echo(f"error: {told(error, by_option=by_option)}{where}", err=True)
    # the ledger of a single failed attempt adds nothing to the message, unless money may be involved
    if error.execution_metadata is not None and (len(error.attempts) > 1 or error.submitted != "no"):
        print_ledger(error.execution_metadata, on_error=True)


def _describe_interruption(abandonment: Abandonment, code: ExitCode) -> dict[str, object]:
    return {
        "code": code.name.lower(),
        "message": abandonment.sentence(),
        "exit_code": int(code),
        "provider": abandonment.provider,
        "request_id": abandonment.request_id,
        "cancelled": abandonment.cancelled,
        "result_urls": list(abandonment.unsaved_urls),
    }


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Print warnings about retired models as one line on standard error, without a file name and line number."""
    usual = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, ModelLifecycleWarning | UnknownModelWarning):
            typer.echo(f"warning: {one_line(str(message))}", err=True)
        else:
            usual(message, category, filename, lineno, file, line)

    with warnings.catch_warnings():
        warnings.simplefilter("always", ModelLifecycleWarning)
        warnings.simplefilter("always", UnknownModelWarning)
        warnings.showwarning = show
        yield
