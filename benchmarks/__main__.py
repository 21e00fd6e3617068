"""Runs the benchmarks: all of them with `python -m benchmarks`, some with `python -m benchmarks import cpu`."""

from __future__ import annotations

import argparse
import pkgutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from benchmarks.findings import Benchmark, Finding, markdown, table

# by name, since every process that a benchmark spawns imports this module first
BENCHMARKS = {
    "cpu": "cpu:measure",
    "providers": "by_provider:measure",
    "transports": "transports:measure",
    "libraries": "libraries:measure",
    "notice": "notice:measure",
    "when": "when_to_ask:measure",
    "import": "import_time:measure",
    "concurrency": "concurrency:measure",
    "stalled": "stalled:measure",
    "mock": "mock:measure",
    "batch": "batch:measure",
}
ON_REQUEST = {"large-batch": "batch:measure_large"}
"""Takes many minutes, and runs only if it is named."""
KNOWN = BENCHMARKS | ON_REQUEST

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "performance.md"
BEGIN, END = "<!-- written by `make bench` -->", "<!-- end of what `make bench` writes -->"


def main() -> None:
    """Run the chosen benchmarks, and print each finding and whether it meets its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help=f"one of {', '.join(BENCHMARKS)}; default: all. On request only, for 10 minutes or more: {', '.join(ON_REQUEST)}",
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a few short jobs, to check that the benchmarks run"
    )
    parser.add_argument(
        "--write", action="store_true", help=f"write the table of {PAGE.name}, out of all benchmarks"
    )
    options = parser.parse_args()
    if options.write and (options.names or options.tiny):
        parser.error("--write takes all benchmarks at their full size; leave the names and --tiny out")
    unknown = sorted(set(options.names) - set(KNOWN))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; use {', '.join(KNOWN)}")
    every: list[Finding] = []
    for name in options.names or BENCHMARKS:
        began = time.monotonic()
        measure = cast("Benchmark", pkgutil.resolve_name(f"benchmarks.{KNOWN[name]}"))
        findings = list(measure(options.tiny))
        print(f"\n{name}  ({time.monotonic() - began:.0f} s)")
        print(table(findings), flush=True)
        every += findings
    if options.write:
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), every), encoding="utf-8")


def with_table(page: str, findings: Iterable[Finding]) -> str:
    """Return a page with these findings in place of the earlier ones."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} needs the lines {BEGIN} and {END}")
    return f"{before}{begin}\n\n{markdown(findings)}\n\n{end}{after}"


if __name__ == "__main__":
    main()
