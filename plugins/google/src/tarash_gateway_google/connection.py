"""Where a call goes, and how it is signed in: the Gemini API, or Vertex AI with a token or with a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.plugin import AuthenticationError, Call, Flow, HttpCall, HttpReply, send

from .settings import Settings, holds_token, read_settings, uses_express_mode, uses_vertex
from .tokens import CACHE, Token

MULTI_REGIONS = ("us", "eu")
DEFAULT_LOCATION = "global"
VEO_LOCATION = "us-central1"
NO_KEY = (
    "no API key for the Gemini API; set GEMINI_API_KEY or GOOGLE_API_KEY, give api_key, or use Vertex AI with"
    " provider_config={'vertex': True, 'project': ...}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One platform, addressed and signed in.

    Attributes:
        call: the hook's call.
        settings: its provider_config.
        base_url: address of the platform, without a slash at the end.
        headers: what signs a request in; only for the platform itself and Cloud Storage.
        vertex: whether it is Vertex AI.
        place: "/projects/…/locations/…" on Vertex AI, else "".
        location: as resolved, "" on the Gemini API.
    """

    call: Call
    settings: Settings
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    vertex: bool = False
    place: str = ""
    location: str = ""

    def request(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        repeatable: bool | None = None,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> HttpCall:
        """Return a call to a path of the platform."""
        return self.call.request(
            method,
            f"{self.base_url}{path}",
            json=json,
            content=content,
            headers={**self.headers, **(headers or {})},
            timeout_seconds=timeout_seconds,
            repeatable=repeatable,
            accept_statuses=accept_statuses,
            auth=False,
        )

    @property
    def google_url(self) -> str:
        """Google's own address, which answers name even when a server in between was asked."""
        return f"{self.call.provider.base_url}/"

    def model_path(self, model: str, method: str) -> str:
        """Return the path of a model's method, such as ":generateContent"."""
        version = self.call.api_version or ("v1" if self.vertex else "v1beta")
        publisher = "/publishers/google" if self.vertex else ""
        return f"/{version}{self.place}{publisher}/models/{model}:{method}"

    @property
    def version_path(self) -> str:
        """The beginning of the paths of interactions and files: version, and place on Vertex AI."""
        version = self.call.api_version or ("v1beta1" if self.vertex else "v1beta")
        return f"/{version}{self.place}"


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
    """Choose the platform and sign in.

    Args:
        call: the hook's call.
        job_location: where a job runs already, if it is about one; it counts before the settings.
        default_location: Vertex AI's, where the settings name none.

    Raises:
        AuthenticationError: there is neither a key nor credentials, or Google refuses the credentials.
    """
    settings = read_settings(call)
    if not uses_vertex(call):
        if not call.api_key:
            raise AuthenticationError(NO_KEY)
        return Connection(call=call, settings=settings, base_url=call.base_url, headers=call.auth_headers())
    location = job_location or settings.location or default_location
    base_url = vertex_host(location) if call.is_default_server else call.base_url
    if uses_express_mode(call):
        base_url = vertex_host(DEFAULT_LOCATION) if call.is_default_server else call.base_url
        return Connection(
            call=call, settings=settings, base_url=base_url, headers=call.auth_headers(), vertex=True
        )
    token = yield from _token(call, settings)
    project = settings.project or token.project
    if not project:
        raise AuthenticationError(
            "the credentials name no Google Cloud project; give provider_config['project']"
        )
    headers = {"Authorization": f"Bearer {token.value}"}
    if quota_project := settings.quota_project or token.quota_project:
        headers["x-goog-user-project"] = quota_project
    return Connection(
        call=call,
        settings=settings,
        base_url=base_url,
        headers=headers,
        vertex=True,
        place=f"/projects/{project}/locations/{location}",
        location=location,
    )


def _token(call: Call, settings: Settings) -> Flow[Token]:
    if settings.access_token:
        return Token(value=settings.access_token)
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
    """Connect, send what `build` makes, and return the answer with the connection that got it.

    A minted token that is refused with 401 is minted anew, once: the server did nothing with the first call.
    """
    connection = yield from connect(call, job_location=job_location, default_location=default_location)
    try:
        return connection, (yield from send(build(connection)))
    except AuthenticationError as error:
        ready = connection.settings.access_token or holds_token(call)
        if error.status_code != 401 or not connection.place or ready:
            raise
    CACHE.forget(connection.settings)
    connection = yield from connect(call, job_location=job_location, default_location=default_location)
    return connection, (yield from send(build(connection)))
