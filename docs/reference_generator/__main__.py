"""The command behind `make reference`: writes the pages to a folder, our entries in the directory of plugins, and the READMEs' facts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tarash.tarash_gateway.discovery import Registry

from . import reference_pages
from .directory_file import FILE, directory_text
from .readme_facts import readmes


def main() -> None:
    """Write the pages and the directory, and print the names of those that changed."""
    parser = argparse.ArgumentParser(prog="python -m reference_generator", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder for the pages, such as docs/reference")
    parser.add_argument(
        "--provider", action="append", metavar="ID", help="describe only this provider; repeatable"
    )
    arguments = parser.parse_args()
    for name, text in reference_pages(arguments.provider).items():
        # the other pages compare every provider that is installed
        if arguments.provider and (not name.startswith("providers/") or name == "providers/index.md"):
            continue
        page: Path = arguments.folder / name
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: {page}\n")
    if not arguments.provider:
        _write_directory()
        _write_readmes()


def _write_directory() -> None:
    current = FILE.read_text(encoding="utf-8")
    text = directory_text(current, Registry())
    if text != current:
        FILE.write_text(text, encoding="utf-8")
        sys.stdout.write(f"written: {FILE}\n")


def _write_readmes() -> None:
    registry = Registry()
    for path, text in readmes([registry.get(name) for name in sorted(registry.ids())]).items():
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"written: {path}\n")


if __name__ == "__main__":
    main()
