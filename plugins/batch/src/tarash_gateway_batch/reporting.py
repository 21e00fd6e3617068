"""`tarash batch report`: write the report of a batch again, also while the batch runs."""

from __future__ import annotations

import typer

from tarash.tarash_gateway.cli.output import print_json

from .command_options import DEFAULT_DATABASE, AsJson, BatchName, Database


def report(name: BatchName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Write a page with the outputs, the costs and the failures beside the outputs, also while the batch runs, and print its path."""
    from .manifest import in_order
    from .report import write_report
    from .running import progress_data, stored

    with stored(database) as store:
        _, out = store.settings(name)
        found = store.progress(name)
        results = in_order(result for _, result in store.results(name))
    place = write_report(name, results, found, out)
    if as_json:
        print_json({**progress_data(name, found), "report": place})
        return
    typer.echo(place)


__all__ = ["report"]
