"""Where the files of a batch lie, seen from its report."""

from __future__ import annotations

import os
from urllib.parse import quote

from ..stores import local_path


class Links:
    """Makes relative links to the files of a batch, so that its folder can be moved or served.

    Args:
        folder: where the report lies: a path, or a URL of fsspec.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder.rstrip("/")
        self._local = local_path(folder)

    def to(self, place: str) -> str | None:
        """Return the relative URL of a file, or None if it lies in another store, or on another drive."""
        path = local_path(place)
        if path is not None and self._local is not None:
            # "./" keeps a name such as "javascript:…" from being taken for a scheme
            try:
                relative = os.path.relpath(path, self._local)
            except ValueError:
                # on another drive of Windows
                return None
            return "./" + quote(os.fsencode(relative.replace(os.sep, "/")))
        if not place.startswith(f"{self._folder}/"):
            return None
        return "./" + quote(place[len(self._folder) + 1 :])


__all__ = ["Links"]
