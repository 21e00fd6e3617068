"""Where calls go and how they are signed: OpenAI, a compatible server, or one of Azure's two styles of URL.

Source of Azure's URLs and headers: Azure OpenAI REST reference, read 2026-11-22; openai 3.54.0, lib/azure.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode, urlsplit

from tarash.tarash_gateway.plugin import AuthScheme, Call, HttpCall, Part, ValidationError

from .settings import Settings, read_settings

AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
AZURE_PATH = re.compile(r"/openai(/v1)?(/deployments/(?P<deployment>[^/]+))?$")
# "v1" and "preview" belong to the undated URLs; a date belongs to those with the deployment in the path
DATED_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Server:
    """The server of one call.

    Attributes:
        call: the call with the base URL and the authentication of that server.
        settings: what the configuration sets.
        is_azure: whether it is Azure OpenAI.
        model: the name to send: Azure knows models by the name of their deployment.
        headers: sent with every request.
        query: appended to every URL.
        image_prefix: what stands before the paths of images.
    """

    call: Call
    settings: Settings
    is_azure: bool
    model: str
    headers: Mapping[str, str] = field(default_factory=dict)
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
        repeatable: bool | None = None,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> HttpCall:
        """Return a signed call of `path`, which begins below the API's root: "/videos"."""
        asked = {**(query or {}), **self.query}
        return self.call.request(
            method,
            f"{path}?{urlencode(asked)}" if asked else path,
            json=json,
            multipart=multipart,
            headers={**self.headers, **(headers or {})},
            timeout_seconds=timeout_seconds,
            repeatable=repeatable,
            accept_statuses=accept_statuses,
        )

    def image_request(
        self, action: str, *, json: object = None, multipart: tuple[Part, ...] | None = None
    ) -> HttpCall:
        """Return the call that renders images; the connection is held until they are done."""
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
        ValidationError: a setting is wrong, or Azure is asked for without the address of its resource.
    """
    settings = read_settings(call)
    if not is_azure(call, settings):
        named = {"OpenAI-Organization": settings.organization, "OpenAI-Project": settings.project}
        headers = {name: value for name, value in named.items() if value}
        return Server(call, settings, is_azure=False, model=call.model, headers=headers)
    if call.is_default_server:
        raise ValidationError(
            "Azure OpenAI has an address per resource; give base_url='https://<resource>.openai.azure.com'"
        )
    return _azure(call, settings)


def is_azure(call: Call, settings: Settings) -> bool:
    """Return whether the call goes to Azure: as set, else by the provider or the host name."""
    if settings.azure is not None:
        return settings.azure
    host = urlsplit(call.base_url).hostname or ""
    return call.provider.id == "azure_openai" or host.endswith(AZURE_HOSTS)


def model_name(call: Call) -> str:
    """Return the model's name on the wire."""
    settings = read_settings(call)
    return settings.deployment or call.model if is_azure(call, settings) else call.model


def _azure(call: Call, settings: Settings) -> Server:
    path = AZURE_PATH.search(call.base_url)
    resource = call.base_url if path is None else call.base_url[: path.start()]
    in_path = path["deployment"] if path is not None else None
    model = settings.deployment or in_path or call.model
    dated = DATED_VERSION.match(call.api_version or "") is not None
    auth = AuthScheme("api-key", "") if settings.azure_auth == "api-key" else AuthScheme()
    return Server(
        replace(
            call,
            base_url=f"{resource}/openai" if dated else f"{resource}/openai/v1",
            provider=replace(call.provider, auth=auth),
        ),
        settings,
        is_azure=True,
        model=model,
        query={"api-version": call.api_version} if call.api_version else {},
        image_prefix=f"/deployments/{quote(model, safe='')}" if dated else "",
    )
