"""OAuth tokens for Vertex AI: where they come from, and how long they are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Flow,
    HTTPConnectionError,
    Phrase,
    TarashException,
    read_clock,
    run_blocking,
    wire,
    wrong_field,
)

from .settings import GoogleSettings
from .token_transport import StandardLibraryTransport

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport import Request

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
RENEW_BEFORE_END = timedelta(minutes=5)
HOW_TO_SIGN_IN = Phrase(
    "; give ",
    wrong_field("provider_config", key="credentials_path"),
    " or ",
    wrong_field("provider_config", key="access_token"),
    ", set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and what its credentials say about themselves.

    Attributes:
        value: follows "Bearer " in the header.
        ends_at: aware UTC; None for a ready token, whose end is unknown.
        project: the credentials' own project, if they have one.
        quota_project: project to bill, if it is another one.
    """

    value: str = field(repr=False)
    ends_at: datetime | None = None
    project: str | None = None
    quota_project: str | None = None


class TokenCache:
    """Tokens per credentials, for every call of the process; safe from any thread."""

    def __init__(self) -> None:
        # without a lock, which a fork could leave locked: each access is a single operation of the dictionary
        self._tokens: dict[str, Token] = {}

    def obtain(self, settings: GoogleSettings) -> Flow[Token]:
        """Return a token that is valid for some more minutes; mint one if there is none.

        Raises:
            AuthenticationError: there are no credentials, or Google refuses them.
            HTTPConnectionError: the token endpoint does not answer.
        """
        source = _source(settings)
        kept = self._tokens.get(source)
        now = (yield from read_clock()).wall
        if kept is not None and kept.ends_at is not None and kept.ends_at - now > RENEW_BEFORE_END:
            return kept
        # google-auth reads files, asks the metadata server and signs, which must not block the event loop
        minted = yield from run_blocking(partial(mint, settings))
        self._tokens[source] = minted
        return minted

    def forget(self, settings: GoogleSettings) -> None:
        """Drop the token of these credentials, because the server refused it."""
        self._tokens.pop(_source(settings), None)


CACHE = TokenCache()
"""The process's tokens: a job's submit, polls and download share one."""


def _source(settings: GoogleSettings) -> str:
    """Return what tells credentials apart, without holding a secret."""
    if settings.credentials is not None:
        return f"content:{hashlib.sha256(settings.credentials.reveal().encode()).hexdigest()}"
    return f"file:{settings.credentials_path}" if settings.credentials_path else "default"


def mint(settings: GoogleSettings) -> Token:
    """Ask Google for a token. Blocking.

    Raises:
        AuthenticationError: there are no credentials, or Google refuses them.
        HTTPConnectionError: the token endpoint does not answer.
    """
    try:
        credentials, project = _load(settings)
        credentials.refresh(StandardLibraryTransport())  # type: ignore[no-untyped-call] # google-auth has no annotations
    except TarashException:
        raise
    except Exception as error:
        # an odd key file makes google-auth and its parsers raise anything: KeyError, TypeError, OSError
        raise sign_in_error(error) from error
    value, expiry = cast("str | None", credentials.token), cast("datetime | None", credentials.expiry)
    if not value:
        raise AuthenticationError("Google answered without an access token" + HOW_TO_SIGN_IN)
    return Token(
        value=value,
        # google-auth keeps naive times in UTC
        ends_at=None if expiry is None else expiry.replace(tzinfo=UTC),
        project=project,
        quota_project=cast("str | None", getattr(credentials, "quota_project_id", None)),
    )


def sign_in_error(error: Exception) -> TarashException:
    """Return what an exception of google-auth means: the endpoint failed for now, or the credentials are of no use."""
    from google.auth.exceptions import GoogleAuthError, TransportError

    if isinstance(error, TransportError) or (isinstance(error, GoogleAuthError) and error.retryable):
        return HTTPConnectionError(f"the token endpoint of Google does not answer: {_words(error)}")
    words = _words(error)
    if not isinstance(error, GoogleAuthError | ValueError):
        words = f"the credentials cannot be read ({type(error).__name__}: {words})"
    return AuthenticationError(f"no access token for Vertex AI: {words}" + HOW_TO_SIGN_IN)


def _load(settings: GoogleSettings) -> tuple[Credentials, str | None]:
    if settings.credentials is not None:
        return _from_content(
            _parsed(settings.credentials.reveal(), wrong_field("provider_config", key="credentials"))
        )
    if settings.credentials_path is not None:
        path = Path(settings.credentials_path)
        return _from_content(_parsed(_read(path), f"credentials file {str(path)!r}"))
    import google.auth

    # google-auth accepts any object with the call signature of its transport
    transport = cast("Request", StandardLibraryTransport())
    return google.auth.default(scopes=[SCOPE], request=transport)


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text("utf-8")
    except (OSError, ValueError, RuntimeError) as error:
        # besides what the file system says: a NUL in the path, bytes that are not text, a home that is unknown
        raise AuthenticationError(f"credentials file {str(path)!r} cannot be read: {error}") from error


def _parsed(text: str, where: str) -> Mapping[str, object]:
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        # not chained: the parser's error holds the text, and with it the private key
        problem = type(error).__name__
    else:
        return wire.mapping(content)
    raise AuthenticationError(Phrase(where, f" is not JSON ({problem}); download the key file again"))


def _from_content(content: Mapping[str, object]) -> tuple[Credentials, str | None]:
    kind = wire.text(content, "type")
    if kind == "service_account":
        from google.oauth2 import service_account

        account = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            dict(content), scopes=[SCOPE]
        )
        return cast("Credentials", account), wire.text(content, "project_id")
    if kind == "authorized_user":
        from google.oauth2 import credentials as user

        person = user.Credentials.from_authorized_user_info(dict(content), scopes=[SCOPE])  # type: ignore[no-untyped-call]
        return cast("Credentials", person), None
    raise AuthenticationError(
        f"credentials of type {kind!r} cannot be given here; use 'service_account' or 'authorized_user',"
        " or name the file in GOOGLE_APPLICATION_CREDENTIALS"
    )


def _words(error: Exception) -> str:
    """Return google-auth's sentence without the answer it quotes."""
    return str(error.args[0])[:300] if error.args else type(error).__name__
