"""Fills in the templates of a provider plugin.

Lines that begin with `%%` choose parts of a template: `%% if stream and not image`, `%% end`. A template that is empty then is left
out. The rest is a `string.Template`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from .. import __version__
from ..exceptions import ValidationError

TEMPLATES = "templates"
PACKAGE_FOLDER = "PACKAGE"
"""Placeholder for the plugin's package in the paths of the templates."""
DOT = "dot-"
"""Stands for the dot at the beginning of a name."""
ALWAYS_EMPTY = "py.typed"
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_MARK = "%%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What kind of provider the plugin is for.

    Attributes:
        image: images instead of videos.
        sync: the submission is answered with the result.
        stream: the provider pushes its status as server-sent events.
        webhook: the provider sends signed webhooks.

    Raises:
        ValidationError: the answers contradict each other.
    """

    image: bool = False
    sync: bool = False
    stream: bool = False
    webhook: bool = False

    def __post_init__(self) -> None:
        if self.sync and (self.stream or self.webhook):
            raise ValidationError(
                "--sync is for providers that answer with the result, so there is no job to stream or to report; "
                "leave out --stream and --webhook, or --sync"
            )

    def holds(self, condition: str) -> bool:
        """Return whether a condition such as "stream and not image" is true."""
        for term in condition.split(" and "):
            name = term.strip().removeprefix("not ")
            if bool(getattr(self, name)) == term.strip().startswith("not "):
                return False
        return True


def scaffold(
    name: str, folder: Path, *, title: str | None = None, variant: Variant | None = None
) -> tuple[Path, ...]:
    """Create the files of a provider plugin.

    Args:
        name: provider id.
        folder: folder to create; it must not exist or must be empty.
        title: the provider's name for people; None makes one from `name`.
        variant: what kind of provider it is; None is one that generates videos in jobs that are polled.

    Returns:
        The files written.

    Raises:
        ValidationError: `name` is not a valid id, `title` has special characters, or the folder is not empty.
    """
    if _NAME.fullmatch(name) is None:
        raise ValidationError(
            f"{name!r} is not a valid provider id; use lower-case letters, digits, and single hyphens or underscores, "
            "such as 'acme-video'"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValidationError(f"{folder} already exists; choose another folder with --into")
    variant = variant or Variant()
    values = _values(name, title, variant)
    written: list[Path] = []
    for relative, text in _templates(files(__package__).joinpath(TEMPLATES, "provider")):
        chosen = _chosen(text, variant)
        if not chosen and not relative.endswith(ALWAYS_EMPTY):
            continue
        target = folder / relative.replace(PACKAGE_FOLDER, values["package"])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(string.Template(chosen).substitute(values), encoding="utf-8")
        written.append(target)
    return tuple(written)


def _as_name(word: str) -> str:
    """Return a word of an id as people write it; one without a vowel is an abbreviation: BFL."""
    return word.capitalize() if set(word) & set("aeiouy") else word.upper()


def _values(name: str, title: str | None, variant: Variant) -> dict[str, str]:
    words = re.split("[-_]", name)
    shown = title or " ".join(map(_as_name, words))
    if not shown.isprintable() or any(letter in shown for letter in '"\\{}$'):
        raise ValidationError(
            f"title {shown!r} has quotes, braces, dollar signs, backslashes or line breaks; use plain words"
        )
    modality = "image" if variant.image else "video"
    today = datetime.now(UTC).date()
    return {
        "name": name,
        "dashed": "-".join(words),
        "host": "-".join(words),
        "title": shown,
        "package": f"tarash_gateway_{'_'.join(words)}",
        "class_name": "".join(map(_as_name, words)),
        "env": f"{'_'.join(words).upper()}_API_KEY",
        "model": f"{name}-{modality}-1",
        "modality": modality,
        "files": f"{modality}s",
        "suffix": "png" if variant.image else "mp4",
        "content_type": "image/png" if variant.image else "video/mp4",
        "routes": ", ".join(_routes(variant)),
        "core_version": __version__,
        "today": today.isoformat(),
        "year": str(today.year),
    }


def _routes(variant: Variant) -> tuple[str, ...]:
    if variant.sync:
        return ("submit",)
    return ("submit", "stream", "status", "cancel") if variant.stream else ("submit", "status", "cancel")


def _chosen(text: str, variant: Variant) -> str:
    """Return the lines of a template whose conditions hold."""
    kept: list[str] = []
    conditions: list[bool] = []
    for line in text.splitlines(keepends=True):
        if not line.startswith(_MARK):
            if all(conditions):
                kept.append(line)
            continue
        word, _, condition = line.removeprefix(_MARK).strip().partition(" ")
        if word == "if":
            conditions.append(variant.holds(condition))
        else:
            conditions.pop()
    return "".join(kept)


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every template; the path is without the suffix .tmpl."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f".{entry.name.removeprefix(DOT)}" if entry.name.startswith(DOT) else entry.name
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{name}/")
        elif name.endswith(".tmpl"):
            yield prefix + name.removesuffix(".tmpl"), entry.read_text(encoding="utf-8")


__all__ = ["Variant", "scaffold"]
