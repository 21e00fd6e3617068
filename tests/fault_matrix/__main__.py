"""The command behind `make matrix`: runs every cell, and writes what happened into a page."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

from loopback_only import loopback_only
from tarash.tarash_gateway import ModelLifecycleWarning

from .cells import Facts
from .outcomes import behaviour_of, violations
from .page import all_cells, generated_part, key_of, with_generated_part


def main() -> int:
    """Run the cells, print what breaks a promise, and write the page unless something does."""
    parser = argparse.ArgumentParser(prog="python -m fault_matrix", description=__doc__)
    parser.add_argument(
        "page", type=Path, help="page with the markers, such as docs/explanation/reliability.md"
    )
    page: Path = parser.parse_args().page
    warnings.simplefilter("ignore", ModelLifecycleWarning)
    began = time.monotonic()
    outcomes: dict[tuple[str, str, str, bool], Facts] = {}
    broken = 0
    with loopback_only():
        for cell in all_cells():
            if not cell.applies:
                continue
            try:
                facts = outcomes[key_of(cell)] = cell.run()
                problems = violations(facts)
            except AssertionError as error:
                facts, problems = None, [str(error)]
            if problems:
                broken += 1
                sys.stderr.write(f"{cell.name}: {'; '.join(problems)}\n    {facts}\n")
    letters = Counter(behaviour.code for facts in outcomes.values() if (behaviour := behaviour_of(facts)))
    told = ", ".join(f"{code} {count}" for code, count in sorted(letters.items()))
    sys.stdout.write(f"{len(outcomes)} cells in {time.monotonic() - began:.0f} s: {told}\n")
    if broken:
        sys.stderr.write(f"{broken} cells break a promise, so the page is unchanged\n")
        return 1
    old = page.read_text(encoding="utf-8")
    new = with_generated_part(old, generated_part(outcomes))
    if new != old:
        page.write_text(new, encoding="utf-8")
        sys.stdout.write(f"written: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
