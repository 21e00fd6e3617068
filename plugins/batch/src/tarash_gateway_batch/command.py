"""`tarash batch`: its commands and their options. What a command needs is imported when it runs: help must not wait for it."""

from __future__ import annotations

import typer

from tarash.tarash_gateway.cli.option_groups import with_option_groups

from . import help_examples
from .command_options import ChainOptions, LimitOptions, OutputOptions, RowOptions
from .reporting import report
from .standing import list_batches, status
from .steering import cancel, resume, retry
from .worker_command import worker

app = typer.Typer(
    no_args_is_help=True, help="Generate a table of prompts, and carry on after a crash without paying twice."
)


@app.command(epilog=help_examples.RUN)
@with_option_groups
def run(rows: RowOptions, chain: ChainOptions, limits: LimitOptions, output: OutputOptions) -> None:
    """Generate a table. Run the same command again after Ctrl-C, a crash or a power cut: it carries on."""
    from .run_command import run_table

    run_table(rows, chain, limits, output)


app.command(epilog=help_examples.STATUS)(status)
app.command("list", epilog=help_examples.LIST)(list_batches)
app.command(epilog=help_examples.WORKER)(worker)
app.command(epilog=help_examples.RESUME)(resume)
app.command(epilog=help_examples.RETRY)(retry)
app.command(epilog=help_examples.CANCEL)(cancel)
app.command(epilog=help_examples.REPORT)(report)
