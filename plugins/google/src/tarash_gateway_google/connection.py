"""Where a call goes, and how it authenticates: the Gemini API, or Vertex AI with a token or with a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Flow,
    HttpCall,
    HttpReply,
    Phrase,
    mention,
    python_words,
    send,
    wrong_field,
)

from .settings import GoogleSettings, holds_token, uses_express_mode, uses_vertex
from .tokens import CACHE, Token

VERTEX_ORIGINS = (
    "https://aiplatform.googleapis.com",
    "https://*-aiplatform.googleapis.com",
    "https://aiplatform.*.rep.googleapis.com",
)
"""Every address that `vertex_host` can return (google-genai 3.4.0, client set-up)."""
MULTI_REGIONS = ("us", "eu")
DEFAULT_LOCATION = "global"
VEO_LOCATION = "us-central1"
DOWNLOAD_TIMEOUT_SECONDS = 600.0
NO_KEY = Phrase(
    "no API key for the Gemini API; set GEMINI_API_KEY or GOOGLE_API_KEY, ",
    python_words("give " + wrong_field("api_key"), "pass_key"),
    ", or use Vertex AI with ",
    mention("provider_config", {"vertex": True, "project": ...}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One platform, with its address and what authenticates a request there.

    Attributes:
        call: the hook's call.
        settings: its provider_config.
        base_url: address of the platform, without a slash at the end.
        headers: what authenticates a request; only for the platform itself and Cloud Storage.
        secrets: the token, which the core does not know if it was minted here.
        vertex: whether it is Vertex AI.
        parent: "/projects/…/locations/…" on Vertex AI, else "".
        location: as resolved, "" on the Gemini API.
    """

    call: Call
    settings: GoogleSettings
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    vertex: bool = False
    parent: str = ""
    location: str = ""

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        repeatable: bool | None = None,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> HttpCall:
        """Return a call to a path of the platform."""
        http = self.call.request(
            method,
            f"{self.base_url}{path}",
            json=json,
            headers={**self.headers, **(headers or {})},
            timeout_seconds=timeout_seconds,
            repeatable=repeatable,
            accept_statuses=accept_statuses,
            auth=False,
        )
        return replace(http, secrets=self.secrets)

    def download(self, url: str) -> HttpCall:
        """Return the call that reads a file of the platform or of Cloud Storage."""
        return HttpCall(
            method="GET",
            url=url,
            headers=self.headers,
            timeout_seconds=DOWNLOAD_TIMEOUT_SECONDS,
            secrets=self.secrets,
        )

    @property
    def google_url(self) -> str:
        """Google's own address, which answers name even if a server in between was asked."""
        return f"{self.call.provider.base_url}/"

    def model_path(self, model: str, method: str) -> str:
        """Return the path of a model's method, such as ":generateContent"."""
        version = self.call.api_version or ("v1" if self.vertex else "v1beta")
        publisher = "/publishers/google" if self.vertex else ""
        return f"/{version}{self.parent}{publisher}/models/{model}:{method}"

    @property
    def version_path(self) -> str:
        """The beginning of the paths of interactions and files: the version, and on Vertex AI the parent."""
        version = self.call.api_version or ("v1beta1" if self.vertex else "v1beta")
        return f"/{version}{self.parent}"


def vertex_host(location: str) -> str:
    """Return the address of Vertex AI in a location (google-genai 3.4.0, client set-up)."""
    if location == DEFAULT_LOCATION:
        return "https://aiplatform.googleapis.com"
    if location in MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def connect(
    call: Call, *, job_location: str = "", default_location: str = DEFAULT_LOCATION
) -> Flow[Connection]:
    """Choose the platform and authenticate.

    Args:
        call: the hook's call.
        job_location: where the job runs, if there is one already; it overrides the settings.
        default_location: Vertex AI's, if the settings name none.

    Raises:
        AuthenticationError: there is neither a key nor credentials, or Google refuses the credentials.
        HTTPConnectionError: the token endpoint does not answer.
    """
    settings = call.settings_as(GoogleSettings)
    if not uses_vertex(call):
        if not call.api_key:
            raise AuthenticationError(NO_KEY)
        return Connection(call=call, settings=settings, base_url=call.base_url, headers=call.auth_headers())
    if uses_express_mode(call):
        base_url = vertex_host(DEFAULT_LOCATION) if call.is_default_server else call.base_url
        return Connection(
            call=call, settings=settings, base_url=base_url, headers=call.auth_headers(), vertex=True
        )
    location = job_location or settings.location or default_location
    token = yield from _token(call, settings)
    project = settings.project or token.project
    if not project:
        raise AuthenticationError(
            "the credentials name no Google Cloud project; give "
            + wrong_field("provider_config", key="project")
        )
    headers = {"Authorization": f"Bearer {token.value}"}
    if quota_project := settings.quota_project or token.quota_project:
        headers["x-goog-user-project"] = quota_project
    return Connection(
        call=call,
        settings=settings,
        base_url=vertex_host(location) if call.is_default_server else call.base_url,
        headers=headers,
        secrets=(token.value,),
        vertex=True,
        parent=f"/projects/{project}/locations/{location}",
        location=location,
    )


def _token(call: Call, settings: GoogleSettings) -> Flow[Token]:
    if settings.access_token is not None:
        return Token(value=settings.access_token.reveal())
    if not settings.names_credentials and holds_token(call):
        return Token(value=call.api_key.reveal())
    return (yield from CACHE.obtain(settings))


def ask(
    call: Call,
    build: Callable[[Connection], HttpCall],
    *,
    job_location: str = "",
    default_location: str = DEFAULT_LOCATION,
) -> Flow[tuple[Connection, HttpReply]]:
    """Connect, send what `build` returns, and return the answer with the connection that got it.

    If Google refuses a minted token with 401, mint another one and send again, once: nothing was done with the first call.
    """
    connection = yield from connect(call, job_location=job_location, default_location=default_location)
    try:
        return connection, (yield from send(build(connection)))
    except AuthenticationError as error:
        is_given = connection.settings.access_token is not None or holds_token(call)
        if error.status_code != 401 or not connection.parent or is_given:
            raise
    CACHE.forget(connection.settings)
    connection = yield from connect(call, job_location=job_location, default_location=default_location)
    return connection, (yield from send(build(connection)))
