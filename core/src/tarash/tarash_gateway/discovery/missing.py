"""Says what to do about a provider that is not installed: which package to install, or which id was meant."""

from __future__ import annotations

import difflib

from ..directory import directory


def closest(name: str, installed: tuple[str, ...]) -> str | None:
    """Return the id of the provider, installed or known, that a name is or resembles; None if it resembles none."""
    names = sorted({*installed, *(plugin.id for plugin in directory().plugins if plugin.makes)})
    if name in names:
        return name
    # "fal-ai" begins like "fal", however long the rest is
    close = [known for known in names if name.startswith(f"{known}-")]
    return next(iter(close or difflib.get_close_matches(name, names, n=1, cutoff=0.7)), None)


def how_to_get(provider_id: str, installed: tuple[str, ...]) -> str:
    """Return why there is no provider of this id among those `installed`, and what to do."""
    listed, has = directory(), f"installed: {', '.join(installed) or 'none'}"
    known = listed.find(provider_id)
    if known is not None and known.makes:
        return f"provider {provider_id!r} is not installed; {known.advice}; {has}"
    close = closest(provider_id, installed)
    guess = f"; did you mean {close!r}?" if close else ""
    if provider_id == "mock":
        guess = "; to mock a provider, name it and set mock=MockConfig(), or pass --mock;"
    # the first three words are those of 0.1.0, capital and all: programs match them
    return (
        f"Unsupported provider: {provider_id}; it is neither installed nor known{guess or ';'} {has}; `tarash providers "
        f"--available` lists what was known on {listed.as_of}; to use another, install its distribution"
    )
