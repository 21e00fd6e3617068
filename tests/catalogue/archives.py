"""Owns how the tests make small packages: wheels, and tarballs as npm has them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, files: dict[str, str]) -> None:
    """Write a wheel with these files."""
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def tarball(folder: Path, name: str, files: dict[str, str]) -> None:
    """Write a tarball with these files."""
    with tarfile.open(folder / name, "w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
