"""The command behind `make reference`: writes the pages to a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import reference_pages


def main() -> None:
    """Write the pages, and print the names of those that changed."""
    parser = argparse.ArgumentParser(prog="python -m reference_generator", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder for the pages, such as docs/reference")
    parser.add_argument(
        "--provider", action="append", metavar="ID", help="describe only this provider; repeatable"
    )
    arguments = parser.parse_args()
    for name, text in reference_pages(arguments.provider).items():
        if (
            arguments.provider
            and name.removeprefix("providers/").removesuffix(".md") not in arguments.provider
        ):
            continue
        page: Path = arguments.folder / name
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: {page}\n")


if __name__ == "__main__":
    main()
