"""`tarash batch status|list`: show how batches stand, also while they run."""

from __future__ import annotations

import typer

from tarash.tarash_gateway.cli.output import print_columns, print_json

from .command_options import DEFAULT_DATABASE, AsJson, BatchName, Database

REHEARSAL = "rehearsal (mock)"


def status(name: BatchName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Show how a batch stands, also while it runs."""
    from .display import money
    from .endings import warn_of_missing
    from .manifest import missing_outputs
    from .running import progress_data, stored
    from .workers import names_of_workers

    with stored(database) as store:
        found = store.progress(name)
        alive = names_of_workers(store.engine)
        missing = len(missing_outputs(result for _, result in store.results(name)))
        is_mock = store.is_mock(name)
    if as_json:
        print_json({**progress_data(name, found), "is_mock": is_mock, "workers": alive, "missing": missing})
        return
    if is_mock:
        typer.echo(REHEARSAL)
    for state, count in sorted(found.counts.items()):
        typer.echo(f"{state.replace('_', ' ')}: {count}")
    typer.echo(f"spent: {money(found)}")
    warn_of_missing(missing)
    if alive:
        typer.echo(f"workers: {', '.join(alive)}")


def list_batches(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the batches of the database."""
    from .display import money
    from .running import progress_data, stored

    with stored(database) as store:
        found = {name: store.progress(name) for name in store.names()}
        mocks = {name for name in found if store.is_mock(name)}
    if as_json:
        print_json([{**progress_data(name, found[name]), "is_mock": name in mocks} for name in found])
        return
    lines = [
        (
            name,
            str(sum(progress.counts.values())),
            str(progress.counts.get("waiting", 0)),
            money(progress),
            REHEARSAL if name in mocks else "",
        )
        for name, progress in found.items()
    ]
    print_columns(("name", "rows", "waiting", "spent", "note"), lines)


__all__ = ["list_batches", "status"]
