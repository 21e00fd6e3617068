"""The call: what a hook knows about its attempt, with methods that build HTTP calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from ..exceptions import PluginError
from ..mapping.table import Model
from ..mapping.values import Adjustments
from ..messages import http_url
from ..models.config import Unsupported
from ..models.metadata import Adjustment
from ..steps import HttpCall, Part
from .info import ProviderInfo

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

SettingsT = TypeVar("SettingsT")


class Secret:
    """A key in memory; its repr never shows the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value; use it only to build a request."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Allow fields of this type in a settings dataclass: a string becomes a `Secret`."""
        from pydantic_core import core_schema

        of_text = core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=1))
        # JSON has only the text, and one kind of value gives one error message
        return core_schema.json_or_python_schema(
            json_schema=of_text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), of_text]),
        )


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key, with its further parts if it has several.

    Attributes:
        api_key: the key, or its main part; falsy if there is none.
        parts: further parts by name, as `ProviderInfo.key_parts` declares them.
        expires_at: when they expire, aware, in UTC; the core then calls `tarash_credentials` again before it sends. None never
            expires.
    """

    api_key: Secret = NO_SECRET
    parts: Mapping[str, Secret] = field(default_factory=dict)
    expires_at: datetime | None = None

    def secrets(self) -> tuple[str, ...]:
        """Return every text that must not be shown."""
        return tuple(secret.reveal() for secret in (self.api_key, *self.parts.values()) if secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a hook knows about its attempt.

    Attributes:
        provider: the plugin's own `ProviderInfo`.
        model: model name, as configured.
        modality: what is generated: "video" or "image".
        row: the row that serves the model.
        base_url: base URL in use, without a trailing slash.
        credentials: the key, with its further parts if it has several.
        api_version: API version, as configured, or None.
        settings: `provider_config`, checked, as an instance of `ProviderInfo.settings`; read it with `settings_as`.
        headers: sent with every call to the provider that `request` builds.
        values: the request's values after mapping, by unified field name; empty during mapping.
        idempotency_key: 32 hexadecimal digits, the same for the whole attempt, also after a resume.
        webhook_url: URL that the provider should call when the job ends, or None.
        timeout_seconds: longest time for the attempt, in seconds, for providers that take a limit.
        request_timeout_seconds: longest time for a single HTTP request, in seconds, as the user has set it, or None. The core applies it:
            it takes the place of the default, and raises a shorter `HttpCall.timeout_seconds`.
        unsupported: how to treat values that the model does not take: "nearest", "error" or "adjust"; `adjustments` applies it. The
            core passes on what the configuration says; a call made by hand refuses every change.
        is_fallback: whether this attempt stands in for another model; it is then skipped rather than refused if it would lose an
            input.
        allow_private_hosts: whether servers on private networks and on this machine may be called, besides the provider's own.
        local_files: which files a string of the configuration, such as the model name, may name: any, none, or those in a folder;
            `read_local_file` applies it. None in a saved job whose configuration was not passed to `resume`.
        output_dir: folder of the gateway for outputs without a URL; None during mapping. Read it with `output_path`.
    """

    provider: ProviderInfo
    model: str
    modality: str
    row: Model
    base_url: str
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    api_version: str | None = None
    settings: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    idempotency_key: str = ""
    webhook_url: str | None = None
    timeout_seconds: float = 600.0
    request_timeout_seconds: float | None = None
    unsupported: Unsupported = "error"
    is_fallback: bool = False
    allow_private_hosts: bool = False
    local_files: bool | Path = True
    output_dir: Path | None = None

    @property
    def api_key(self) -> Secret:
        """The key; falsy if there is none."""
        return self.credentials.api_key

    @property
    def is_default_server(self) -> bool:
        """Whether the base URL is the provider's own, not that of a proxy, a compatible server or a simulator."""
        return self.base_url == self.provider.base_url

    def settings_as(self, kind: type[SettingsT]) -> SettingsT:
        """Return the settings with their type, the dataclass in `ProviderInfo.settings`.

        Raises:
            PluginError: `kind` is not that dataclass.
        """
        if self.settings is None:
            return kind()
        if not isinstance(self.settings, kind):
            raise PluginError(
                f"the {self.provider.id} plugin reads its settings as {kind.__name__}, "
                f"but declares {type(self.settings).__name__}"
            )
        return self.settings

    def auth_headers(self) -> dict[str, str]:
        """Return the header that carries the key; empty if there is no key, or if it is sent in the query."""
        auth = self.provider.auth
        if not self.api_key or auth.query:
            return {}
        return {auth.header: f"{auth.prefix}{self.api_key.reveal()}"}

    def request(
        self,
        method: str,
        path_or_url: str,
        *,
        query: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        multipart: tuple[Part, ...] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        repeatable: bool | None = None,
        idempotent: bool = False,
        accept_statuses: frozenset[int] = frozenset(),
        auth: bool = True,
    ) -> HttpCall:
        """Return an `HttpCall` to the provider, with the key and the headers of this call.

        Args:
            method: HTTP method in capitals.
            path_or_url: path below the base URL, beginning with "/", or an absolute URL. Only the origin of the base URL receives
                the key and the headers; a call to another origin, such as a signed upload URL, is sent without them. A ws or wss
                URL becomes the http or https URL of its handshake.
            query: parameters to add to the URL; the values are percent-encoded.
            auth: False leaves out the key.

        The other arguments are those of `HttpCall`.
        """
        path_or_url = http_url(path_or_url)
        absolute = path_or_url.startswith(("http://", "https://"))
        url = path_or_url if absolute else self.base_url + path_or_url
        own = not absolute or self.is_own_origin(url)
        sent = self.auth_headers() if auth and own else {}
        sent.update(self.headers if own else {})
        sent.update(headers or {})
        return HttpCall(
            method=method,
            url=self._with_query(url, query, with_key=auth and own)
            if query or self.provider.auth.query
            else url,
            headers=sent,
            json=json,
            content=content,
            form=form,
            multipart=multipart,
            timeout_seconds=timeout_seconds,
            repeatable=repeatable,
            idempotent=idempotent,
            accept_statuses=accept_statuses,
            secrets=self._hidden_key() if auth and own else (),
        )

    def _hidden_key(self) -> tuple[str, ...]:
        """Return what an error must not show: the core knows the key, but not a token that the plugin has exchanged it for."""
        return (self.api_key.reveal(),) if self.api_key else ()

    def _with_query(self, url: str, query: Mapping[str, str] | None, *, with_key: bool) -> str:
        named = dict(query or {})
        if with_key and self.provider.auth.query and self.api_key:
            named[self.provider.auth.query] = self.api_key.reveal()
        if not named:
            return url
        return f"{url}{'&' if '?' in url else '?'}{urlencode(named)}"

    def output_path(self, name: str) -> Path:
        """Return where a plugin that renders locally writes an output, to return it as `Asset.path`.

        The folder is private to the user and was checked before anything was submitted.

        Args:
            name: file name, unique to the job.

        Raises:
            PluginError: the hook must not write files, or `name` is not a plain file name.
        """
        if self.output_dir is None:
            raise PluginError(
                f"the {self.provider.id} plugin asks for the output folder while mapping; write in a flow"
            )
        if Path(name).name != name:
            raise PluginError(
                f"the {self.provider.id} plugin names an output {name!r}; use a plain file name"
            )
        return self.output_dir / name

    def is_own_origin(self, url: str) -> bool:
        """Return whether `url` has the scheme, host and port of the base URL, which may see the key."""
        if url.startswith(f"{self.base_url}/"):
            # nearly every poll: nothing to take apart
            return True
        try:
            mine, other = urlsplit(self.base_url), urlsplit(url)
        except ValueError:
            # a URL from an answer may be invalid
            return False
        return (mine.scheme, mine.netloc) == (other.scheme, other.netloc)

    def adjustments(self, made: Iterable[Adjustment] = ()) -> Adjustments:
        """Return the record of changes for a `tarash_map` that makes some itself.

        Args:
            made: the changes so far, such as those of `default_map`.
        """
        return Adjustments(self.unsupported, self.provider.id, self.model, list(made), self.is_fallback)

    def with_row(self, row: Model) -> Call:
        """Return the call with another row."""
        return replace(self, row=row)

    def with_headers(self, headers: Mapping[str, str]) -> Call:
        """Return the call with further headers for everything it sends to the provider."""
        # plugins ask for every request, and most have nothing to add
        return replace(self, headers={**self.headers, **headers}) if headers else self

    def at_server(self, url: str) -> Call:
        """Return the call at another of the provider's servers, such as that of a region in the settings.

        A base URL that the user has set stays: it is a proxy, a compatible server or a simulator.

        Args:
            url: its base URL, without a trailing slash; its origin must be the provider's own or in `ProviderInfo.origins`.
        """
        return replace(self, base_url=url) if self.is_default_server else self

    def with_credentials(self, credentials: Credentials) -> Call:
        """Return the call with other credentials, such as a token that the key was exchanged for.

        The calls that `request` then builds name the new key in `HttpCall.secrets`, so that no error and no log shows it.
        """
        return replace(self, credentials=credentials)


__all__ = ["Call", "Credentials", "Secret"]
