"""Finds downloaded packages in a folder, and reads their files."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_ARCHIVE = re.compile(r"(?P<name>.+?)-(?P<version>\d+(?:\.\d+)*)(?:-.*)?\.(?:whl|tgz)")


class PackageMissingError(Exception):
    """A package was not downloaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A downloaded package.

    Attributes:
        name: name of the distribution, as its archive spells it.
        version: such as "1.10.1".
        files: text by path, of the files that were asked for.
    """

    name: str
    version: str
    files: Mapping[str, str] = field(repr=False)

    def file(self, ending: str) -> str:
        """Return the text of the one file whose path ends like this.

        Raises:
            PackageMissingError: there is none, or more than one.
        """
        found = [text for path, text in self.files.items() if path.endswith(ending)]
        if len(found) != 1:
            raise PackageMissingError(f"{self.name} {self.version} has {len(found)} files named …{ending}")
        return found[0]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def open_package(folder: Path, name: str, wanted: Callable[[str], bool]) -> Package:
    """Open the newest archive of a package, a wheel or an npm tarball.

    Args:
        folder: where the packages were downloaded to.
        name: distribution name; hyphens and underscores are the same.
        wanted: which files to read, by path.

    Raises:
        PackageMissingError: the folder has no such archive.
    """
    found: list[tuple[tuple[int, ...], str, Path]] = []
    for path in folder.glob("*") if folder.is_dir() else ():
        match = _ARCHIVE.fullmatch(path.name)
        if match and _plain(match["name"]) == _plain(name):
            found.append((tuple(map(int, match["version"].split("."))), match["version"], path))
    if not found:
        raise PackageMissingError(f"{folder} has no package {name}; run: make clients")
    _, version, newest = max(found)
    return Package(name=name, version=version, files=dict(sorted(_read(newest, wanted).items())))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(archive: Path, wanted: Callable[[str], bool]) -> dict[str, str]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name).decode() for name in wheel.namelist() if wanted(name)}
    texts: dict[str, str] = {}
    with tarfile.open(archive) as ball:
        for member in ball.getmembers():
            stream = ball.extractfile(member) if member.isfile() and wanted(member.name) else None
            if stream is not None:
                texts[member.name] = stream.read().decode()
    return texts
