"""Runs the benchmarks: all of them with `python -m benchmarks`, some with `python -m benchmarks import cpu`."""

from __future__ import annotations

import argparse
import time

from benchmarks import concurrency, cpu, import_time, mock, notice, when_to_ask
from benchmarks.findings import Benchmark, table

BENCHMARKS: dict[str, Benchmark] = {
    "cpu": cpu.measure,
    "notice": notice.measure,
    "when": when_to_ask.measure,
    "import": import_time.measure,
    "concurrency": concurrency.measure,
    "mock": mock.measure,
}


def main() -> None:
    """Run the chosen benchmarks, and print each finding and whether it meets its target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"one of {', '.join(BENCHMARKS)}; default: all"
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a few short jobs, to check that the benchmarks run"
    )
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; use {', '.join(BENCHMARKS)}")
    for name in options.names or BENCHMARKS:
        began = time.monotonic()
        findings = list(BENCHMARKS[name](options.tiny))
        print(f"\n{name}  ({time.monotonic() - began:.0f} s)")
        print(table(findings), flush=True)


if __name__ == "__main__":
    main()
