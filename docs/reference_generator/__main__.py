"""The command behind `make reference`: writes the pages to a folder, and our entries in the directory of plugins."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tarash.tarash_gateway.discovery import Registry

from . import reference_pages
from .directory_file import FILE, directory_text


def main() -> None:
    """Write the pages and the directory, and print the names of those that changed."""
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
    if not arguments.provider:
        _write_directory()


def _write_directory() -> None:
    current = FILE.read_text(encoding="utf-8")
    text = directory_text(current, Registry())
    if text != current:
        FILE.write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: {FILE}\n")


if __name__ == "__main__":
    main()
