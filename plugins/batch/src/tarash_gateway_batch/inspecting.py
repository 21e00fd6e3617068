"""Looks at stored outputs: their hash and size and, if PyAV checks them, what they are and what is wrong with them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from pathlib import Path, PurePosixPath

from tarash.tarash_gateway.exceptions import DownloadError

from .media_checks import Expected
from .media_facts import MediaFacts, UndecodableError, read_media
from .results import OutputFile
from .stores import local_copy, write_whole

AT_ONCE = min(os.cpu_count() or 1, 4)
"""How many outputs are decoded at the same time: the database needs threads, too."""
POSTERS = "posters"
"""Folder of the posters, beside the videos."""
_DECODED = {"video": "video", "image": "image", "thumbnail": "image", "audio": "audio"}


class Inspector:
    """Looks at the outputs of one response.

    Args:
        expected: what was asked for; None decodes nothing.
        turns: lets only so many outputs be decoded at once.
    """

    def __init__(self, expected: Expected | None, turns: asyncio.Semaphore) -> None:
        self._expected = expected
        self._turns = turns

    async def inspect(self, place: str, kind: str) -> OutputFile:
        """Return what a stored output is, read from where it was stored.

        Raises:
            DownloadError: it cannot be read back, or its poster cannot be stored.
        """
        async with self._turns:
            return await asyncio.to_thread(self._look, place, kind)

    def _look(self, place: str, kind: str) -> OutputFile:
        with local_copy(place) as path:
            try:
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                size = path.stat().st_size
            except OSError as error:
                raise DownloadError(f"{place} cannot be read back: {error}") from error
            found = OutputFile(path=place, sha256=digest, size_bytes=size, kind=kind)
            if self._expected is None or kind not in _DECODED:
                return found
            return self._checked(found, path, self._expected)

    def _checked(self, found: OutputFile, path: Path, expected: Expected) -> OutputFile:
        with tempfile.TemporaryDirectory(prefix="tarash-gateway-") as folder:
            still = Path(folder) / "poster.jpg" if found.kind == "video" else None
            try:
                facts = read_media(path, _DECODED[found.kind], still)
            except UndecodableError as error:
                return found.model_copy(update={"problems": (str(error),)})
            poster = _stored_poster(found.path, still) if still is not None and still.exists() else None
        return found.model_copy(update=_told(facts, expected.problems(facts, found.kind), poster))


def _told(facts: MediaFacts, problems: tuple[str, ...], poster: str | None) -> dict[str, object]:
    return {"media": facts, "problems": problems, "poster": poster}


def poster_of(video: str) -> str:
    """Return where the poster of a video lies."""
    folder, _, name = video.rpartition("/")
    return f"{folder}/{POSTERS}/{PurePosixPath(name).stem}.jpg"


def _stored_poster(video: str, still: Path) -> str:
    poster = poster_of(video)
    write_whole(poster, still.read_bytes())
    return poster


__all__ = ["AT_ONCE", "Inspector", "poster_of"]
