"""Where a row that is read from the database may send a key: whoever can write to the database must not have it sent to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig


def check_addresses(config: GenerationConfig, allowed: Collection[str]) -> None:
    """Check that a stored chain names no server but those of the providers, and those that are allowed.

    Args:
        config: the chain as stored.
        allowed: base URLs, without a slash at the end.

    Raises:
        ValidationError: it names another one.
    """
    for link in config.chain():
        named = [] if link.base_url is None else [link.base_url]
        for address in (*named, *_addresses(link.provider_config)):
            if address.rstrip("/") not in allowed:
                raise ValidationError(
                    f"the stored row sends its key for {link.provider} to {address[:200]!r}, which only the database names; allow "
                    "that server with --base-url (base_urls=[…] in a program) if it is yours",
                    provider=link.provider,
                    model=link.model,
                )


def _addresses(value: object) -> Iterator[str]:
    """Yield the strings in settings that name a server."""
    if isinstance(value, str):
        if "://" in value:
            yield value
    elif isinstance(value, Mapping):
        for item in cast("Mapping[str, object]", value).values():
            yield from _addresses(item)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[object]", value):
            yield from _addresses(item)


__all__ = ["check_addresses"]
