"""The content of a journal's files: a job without its inline media, and a code that tells who wrote it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from ..exceptions import ValidationError
from ..job import Job

SHORTEST_MEDIA = 4096
"""Characters from which a `data:` URL has a file of its own."""

Data: TypeAlias = dict[str, object]
ReadMedia: TypeAlias = Callable[[str], str]
"""Returns the `data:` URL with a hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job as a file of the journal holds it.

    Attributes:
        data: the job's JSON data with its checksum, each large `data:` URL replaced by a text that names its hash.
        media: where the replaced texts belong, each with its hash.
        is_own: whether the journal itself wrote it, going by its code.
    """

    data: Data
    media: tuple[tuple[tuple[str | int, ...], str], ...] = ()
    is_own: bool = False

    def job(self, read_media: ReadMedia | None = None) -> Job:
        """Return the job.

        Args:
            read_media: returns the `data:` URL with a hash; None leaves texts that name the hashes in their place.

        Raises:
            ValidationError: it is not a job, was edited, or its media are gone.
        """
        data = self.data
        if self.media and read_media is None:
            # its checksum counts the media
            data = {name: value for name, value in data.items() if name != "checksum"}
        elif self.media and read_media is not None:
            data = cast("Data", json.loads(json.dumps(data)))
            for place, digest in self.media:
                _put(data, place, read_media(digest))
        return Job.from_data(data)


def packed(job: Job) -> tuple[Entry, dict[str, str]]:
    """Return the entry of a job, and its large `data:` URLs by their hashes."""
    texts: dict[str, str] = {}
    media: list[tuple[tuple[str | int, ...], str]] = []

    def pack(value: object, place: tuple[str | int, ...]) -> object:
        if isinstance(value, str) and len(value) >= SHORTEST_MEDIA and value.startswith("data:"):
            digest = hashlib.sha256(value.encode()).hexdigest()
            texts[digest] = value
            media.append((place, digest))
            return placeholder(digest)
        if isinstance(value, dict):
            return {name: pack(item, (*place, name)) for name, item in cast("Data", value).items()}
        if isinstance(value, list):
            return [pack(item, (*place, index)) for index, item in enumerate(value)]
        return value

    data = cast("Data", pack(job.model_dump(mode="json"), ()))
    data["checksum"] = job.checksum()
    return Entry(data, tuple(media)), texts


def placeholder(digest: str) -> str:
    """Return what stands for inline media in a file of the journal; an ended job keeps nothing else of them."""
    return f"inline-media://sha256/{digest}"


def to_bytes(entry: Entry, key: bytes) -> bytes:
    """Return the file content of an entry, signed with the journal's key."""
    content: Data = {"job": entry.data, "media": [[list(place), digest] for place, digest in entry.media]}
    return json.dumps({**content, "code": _code(content, key)}, ensure_ascii=False).encode(
        errors="surrogatepass"
    )


def from_bytes(text: bytes, key: bytes | None) -> Entry:
    """Read the file content of an entry.

    Args:
        text: the content.
        key: the journal's key; None where it has none yet.

    Raises:
        ValidationError: it is not an entry.
    """
    try:
        content = json.loads(text)
        if "generation_id" in content:
            # the JSON of a job, put here by somebody
            return Entry(cast("Data", content))
        code = content.pop("code", "")
        media = tuple((tuple(place), digest) for place, digest in content["media"])
        is_own = key is not None and hmac.compare_digest(code, _code(content, key))
        if not isinstance(content["job"], dict) or not all(_is_digest(digest) for _, digest in media):
            raise TypeError("a member has the wrong type")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValidationError("not a saved job: torn, or of another program") from error
    return Entry(cast("Data", content["job"]), media, is_own)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and not value.strip("0123456789abcdef")


def _code(content: Data, key: bytes) -> str:
    return hmac.new(key, json.dumps(content, sort_keys=True).encode(), "sha256").hexdigest()


def _put(data: Data, place: tuple[str | int, ...], text: str) -> None:
    holder: object = data
    try:
        for step in place[:-1]:
            holder = cast("Data", holder)[cast("str", step)]
        cast("Data", holder)[cast("str", place[-1])] = text
    except (LookupError, TypeError) as error:
        raise ValidationError("not a saved job: its media belong nowhere") from error
