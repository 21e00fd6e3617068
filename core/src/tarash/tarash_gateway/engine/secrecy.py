"""What nothing that is kept, shown or raised may hold: the secrets of one attempt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..exceptions import TarashException
from ..media.redaction import SHORTEST_SECRET, redact_text
from .foreign_errors import clean, hide_in_causes, hide_secrets

MAX_ID_LENGTH = 500
"""Longest id of a job that is shown, in characters."""


@dataclass(slots=True)
class Secrecy:
    """The secrets of one attempt.

    Attributes:
        secrets: the keys of the call, past and present, and the secrets in its settings.
        derived: what the plugin has derived from them for the last call, such as a signature.
        headers: values of the user's own headers. They are hidden, but not searched for in what is sent: unlike a key, one may be an
            ordinary word.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)
    derived: tuple[str, ...] = field(default=(), repr=False)
    headers: tuple[str, ...] = field(default=(), repr=False)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Every text that must not be shown."""
        return (*self.secrets, *self.derived, *self.headers)

    def add(self, secrets: Iterable[str]) -> None:
        """Remember further secrets, such as those of a renewed key; the earlier ones stay hidden."""
        self.secrets = (*self.secrets, *(text for text in secrets if text not in self.secrets))

    def is_in(self, value: object) -> bool:
        """Return whether a value that is saved or shown holds a secret."""
        if not self.secrets:
            return False
        shown = repr(value)
        return any(secret in shown for secret in self.secrets if len(secret) >= SHORTEST_SECRET)

    def redacted(self, text: str) -> str:
        """Return a text without secrets."""
        return redact_text(text, secrets=self.hidden)

    def printable(self, text: str | None) -> str | None:
        """Return an id from an answer as it can be shown: without secrets, and on one line."""
        shown = None if text is None else self.redacted(text[:MAX_ID_LENGTH])
        # nearly every id is printable, and need not be held twice by a job that waits
        return shown if shown is None or shown.isprintable() else "".join(filter(str.isprintable, shown))

    def describe(self, failure: Exception) -> str:
        """Return what went wrong, without secrets; the failure itself loses them, too."""
        clean(failure, self.hidden)
        return self.redacted(str(failure))

    def remove_from(self, error: TarashException) -> None:
        """Remove the secrets from an error that will be raised."""
        hide_secrets(error, self.hidden)

    def remove_from_causes(self, error: BaseException) -> None:
        """Remove the secrets from what an interruption came in the middle of: a traceback shows that, too."""
        hide_in_causes(error, self.hidden)


__all__ = ["Secrecy"]
