"""The content of a journal's files: a job without its inline media, and a code that proves that the journal wrote it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

from ..exceptions import ValidationError
from ..job import Job
from ..job.checksum import HASHED_APART, checksum_of, digest_of

SHORTEST_MEDIA = HASHED_APART
"""Length in characters from which a `data:` URL is stored in its own file."""
MOST_DIGESTS = 1000
"""Most strings whose hashes are remembered."""

Data: TypeAlias = dict[str, object]
ReadMedia: TypeAlias = Callable[[str], str]
"""Returns the `data:` URL that has a hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job in the form of the journal's files.

    Attributes:
        data: the job as JSON data with its checksum; each large `data:` URL is replaced with a string that contains its hash.
        media: the places of the replaced strings in `data`, each with its hash.
        is_own: whether the code proves that the journal wrote the file.
        is_over: whether the file belongs among those of the ended jobs, wherever it is.
    """

    data: Data
    media: tuple[tuple[tuple[str | int, ...], str], ...] = ()
    is_own: bool = False
    is_over: bool = False

    def job(self, read_media: ReadMedia | None = None) -> Job:
        """Return the job.

        Args:
            read_media: returns the `data:` URL that has a hash; None leaves the strings with the hashes in place.

        Raises:
            ValidationError: it is not a job, was edited, or its media were deleted.
        """
        data = self.data
        if self.media and read_media is None:
            # its checksum includes the media
            data = {name: value for name, value in data.items() if name != "checksum"}
        elif self.media and read_media is not None:
            data = cast("Data", json.loads(json.dumps(data)))
            for place, digest in self.media:
                _put(data, place, read_media(digest))
        return Job.from_data(data)

    def without_media(self) -> Job:
        """Return the job with the hashes in place of its inputs, and without a result that contains the output itself."""
        lost = {"response": None} if any(place[0] == "response" for place, _ in self.media) else {}
        return Job.from_data({**self.data, **lost, "checksum": None})


class Digests:
    """Hashes of long texts, remembered so that the media of a job are hashed once, not for each of its states.

    The strings are not kept: a string is recognised by its length and its own hash, which Python computes once per object. Two strings that
    agree in both are improbable, and harmless: the checksum of the job would not match. Thread-safe.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}

    def __call__(self, text: str) -> str:
        """Return the SHA-256 of a string in hexadecimal digits."""
        key = (len(text), hash(text))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MOST_DIGESTS:
                self._known.clear()
            found = self._known[key] = digest_of(text)
        return found


def packed(job: Job, digest: Callable[[str], str] = digest_of) -> tuple[Entry, dict[str, str]]:
    """Return the entry of a job, and its large `data:` URLs by their hashes.

    Args:
        job: the job.
        digest: returns the SHA-256 of a long text.
    """
    texts: dict[str, str] = {}
    media: list[tuple[tuple[str | int, ...], str]] = []

    def pack(value: object, place: tuple[str | int, ...]) -> object:
        if isinstance(value, str) and len(value) >= SHORTEST_MEDIA and value.startswith("data:"):
            name = digest(value)
            texts[name] = value
            media.append((place, name))
            return placeholder(name)
        if isinstance(value, dict):
            return {name: pack(item, (*place, name)) for name, item in cast("Data", value).items()}
        if isinstance(value, list):
            return [pack(item, (*place, index)) for index, item in enumerate(value)]
        return value

    whole = job.model_dump(mode="json")
    data = cast("Data", pack(whole, ()))
    data["checksum"] = checksum_of(whole, digest)
    return Entry(data, tuple(media)), texts


def placeholder(digest: str) -> str:
    """Return the text that replaces inline media in a file of the journal; of an ended job's media, only that is kept."""
    return f"inline-media://sha256/{digest}"


def to_bytes(entry: Entry, key: bytes) -> bytes:
    """Return the content of an entry's file, signed with the journal's key."""
    content: Data = {"job": entry.data, "media": [[list(place), digest] for place, digest in entry.media]}
    if entry.is_over:
        content["over"] = True
    return json.dumps({**content, "code": _code(content, key)}, ensure_ascii=False).encode(
        errors="surrogatepass"
    )


def from_bytes(text: bytes, key: bytes | None) -> Entry:
    """Read the content of an entry's file.

    Args:
        text: the content.
        key: the journal's key; None if it has none yet.

    Raises:
        ValidationError: it is not an entry.
    """
    try:
        content = json.loads(text)
        if "generation_id" in content:
            # the JSON of a job that a user put here
            return Entry(cast("Data", content))
        code = content.pop("code", "")
        media = tuple((tuple(place), digest) for place, digest in content["media"])
        is_own = key is not None and hmac.compare_digest(code, _code(content, key))
        if not isinstance(content["job"], dict) or not all(_is_digest(digest) for _, digest in media):
            raise TypeError("a member has the wrong type")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValidationError("not a saved job: it is incomplete, or another program wrote it") from error
    return Entry(cast("Data", content["job"]), media, is_own, content.get("over") is True)


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
        raise ValidationError("not a saved job: it has no place for its media") from error
