"""Defines the settings of `provider_config`, and the request headers they become.

Source: Stability API reference (stability-client-* headers), read 2026-11-22.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tarash.tarash_gateway.plugin import Call

LONGEST_TEXT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class StabilitySettings:
    """What names your application and its user to Stability's support; each at most 256 printable ASCII characters.

    Attributes:
        client_id: your application's name.
        client_user_id: your user, under a name that tells Stability nothing about the person.
        client_version: your application's version.
    """

    client_id: str | None = None
    client_user_id: str | None = None
    client_version: str | None = None

    def __post_init__(self) -> None:
        for name, text in given_in(self).items():
            if len(text) > LONGEST_TEXT:
                raise ValueError(f"{name} has {len(text)} characters; use at most {LONGEST_TEXT}")
            # each becomes a header, which carries nothing else
            if not (text.isascii() and text.isprintable()):
                raise ValueError(f"{name} is not printable ASCII; use Latin letters, digits and punctuation")


def given_in(settings: StabilitySettings) -> dict[str, str]:
    """Return the settings that are set, by name."""
    return {name: text for name, text in asdict(settings).items() if text is not None}


def with_client_headers(call: Call) -> Call:
    """Return the call with a header for each setting in every request to Stability's own server."""
    given = given_in(call.settings_as(StabilitySettings))
    return call.with_headers({f"stability-{name.replace('_', '-')}": text for name, text in given.items()})
