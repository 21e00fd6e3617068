"""Where calls go and how they authenticate: OpenAI, a compatible server, or one of Azure's two styles of URL.

Source of Azure's URLs and headers: Azure OpenAI REST reference, read 2026-11-22; openai 3.54.0, lib/azure.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from tarash.tarash_gateway.plugin import AuthScheme, Call, HttpCall, Part, ValidationError, wrong_field

from .settings import OpenAISettings

AZURE_HOST = re.compile(
    r"https?://[^/?#]+\.(openai\.azure|services\.ai\.azure|cognitiveservices\.azure)\.com(?=[:/?#]|$)",
    re.IGNORECASE,
)
AZURE_PATH = re.compile(r"/openai(/v1)?(/deployments/(?P<deployment>[^/]+))?$")
# "v1" and "preview" belong to the undated URLs; a date belongs to those with the deployment in the path
DATED_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Server:
    """The server of one call.

    Attributes:
        call: the call, with the base URL, authentication and headers of that server.
        settings: what the configuration sets.
        model: the name to send: Azure knows models by the name of their deployment.
        query: added to every URL.
        image_prefix: precedes the paths of images.
    """

    call: Call
    settings: OpenAISettings
    model: str
    query: Mapping[str, str] = field(default_factory=dict)
    image_prefix: str = ""

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: object = None,
        multipart: tuple[Part, ...] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> HttpCall:
        """Return an authenticated call of `path`, which begins below the API's root: "/videos"."""
        return self.call.request(
            method,
            path,
            query={**(query or {}), **self.query},
            json=json,
            multipart=multipart,
            headers=headers,
            timeout_seconds=timeout_seconds,
            accept_statuses=accept_statuses,
        )

    def image_request(
        self, action: str, *, json: object = None, multipart: tuple[Part, ...] | None = None
    ) -> HttpCall:
        """Return the call that generates images; the server holds the connection until they are done."""
        return self.request(
            "POST",
            f"{self.image_prefix}/images/{action}",
            json=json,
            multipart=multipart,
            timeout_seconds=self.call.timeout_seconds,
        )


def server_of(call: Call) -> Server:
    """Return the server of a call.

    Raises:
        ValidationError: the call goes to Azure, but the address of the resource is missing.
    """
    settings = call.settings_as(OpenAISettings)
    if not is_azure(call, settings):
        named = {"OpenAI-Organization": settings.organization, "OpenAI-Project": settings.project}
        headers = {name: value for name, value in named.items() if value is not None}
        return Server(call.with_headers(headers), settings, model=call.model)
    if call.is_default_server:
        raise ValidationError(
            "every Azure OpenAI resource has its own address; give "
            + wrong_field("base_url", "https://<resource>.openai.azure.com")
        )
    return _azure(call, settings)


def is_azure(call: Call, settings: OpenAISettings) -> bool:
    """Return whether the call goes to Azure: as set, else by the provider or the host name."""
    if settings.azure is not None:
        return settings.azure
    return call.provider.id == "azure_openai" or AZURE_HOST.match(call.base_url) is not None


def model_name(call: Call) -> str:
    """Return the model's name on the wire."""
    settings = call.settings_as(OpenAISettings)
    return settings.deployment or call.model if is_azure(call, settings) else call.model


def _azure(call: Call, settings: OpenAISettings) -> Server:
    path = AZURE_PATH.search(call.base_url)
    resource = call.base_url if path is None else call.base_url[: path.start()]
    in_path = path["deployment"] if path is not None else None
    model = settings.deployment or in_path or call.model
    dated = DATED_VERSION.match(call.api_version or "") is not None
    auth = AuthScheme(header="api-key", prefix="") if settings.azure_auth == "api-key" else AuthScheme()
    return Server(
        replace(
            call,
            base_url=f"{resource}/openai" if dated else f"{resource}/openai/v1",
            provider=replace(call.provider, auth=auth),
        ),
        settings,
        model=model,
        query={"api-version": call.api_version} if call.api_version else {},
        image_prefix=f"/deployments/{quote(model, safe='')}" if dated else "",
    )
