"""Where the batches are stored: a SQLite file for one process, or a PostgreSQL server for many machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

_SERVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class Location:
    """Where the batches are stored.

    Attributes:
        url: address for SQLAlchemy and the engine; it may have a password, which its text masks.
        path: the SQLite file, or None for a server.
    """

    url: sa.URL
    path: Path | None

    @classmethod
    def of(cls, database: str | Path) -> Location:
        """Return the location that a user names: a path, `sqlite:///…` or `postgresql://…`.

        Raises:
            ValidationError: it is another kind of database, or cannot be read.
        """
        if database == "":
            raise ValidationError("database='' is not a file; name one, or a server such as postgresql://…")
        scheme, slashes, _ = str(database).partition("://")
        if not slashes:
            path = Path(database).expanduser().absolute()
            return cls(sa.URL.create("sqlite", database=str(path)), path)
        try:
            url = sa.make_url(str(database))
        except (sa.exc.ArgumentError, ValueError) as error:
            # the text is not repeated, as it may have a password
            raise ValidationError(
                "the address of the database cannot be read; write postgresql://user@host:5432/name"
            ) from error
        if scheme == "sqlite" and url.database:
            return cls.of(url.database)
        if scheme not in _SERVERS:
            raise ValidationError(
                f"a database of the kind {scheme[:30]!r} cannot be used; name a SQLite file or postgresql://…"
            )
        return cls(url.set(drivername="postgresql+psycopg"), None)

    @property
    def is_server(self) -> bool:
        """Whether many processes and machines may use it at once."""
        return self.path is None

    @property
    def connection(self) -> str:
        """The address with its password: for the engine alone, never to be shown."""
        return self.url.render_as_string(hide_password=False)

    def __str__(self) -> str:
        return (
            str(self.path)
            if self.path is not None
            else self.url.set(drivername="postgresql").render_as_string()
        )


__all__ = ["Location"]
