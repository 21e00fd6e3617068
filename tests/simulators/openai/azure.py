"""Owns a simulator of Azure OpenAI: OpenAI's endpoints behind Azure's two styles of URL, keys and deployments.

Source: Azure OpenAI REST reference, read 2026-11-22; Azure OpenAI webhook guide of 2026-01-31, read 2026-11-26;
openai 3.54.0, lib/azure.py. Use `url` as AZURE_OPENAI_ENDPOINT.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    ModelNotFoundError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.plugin import Delivery
from tarash.tarash_gateway.testing import ErrorCase
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Refusal,
    Route,
    Status,
    json_answer,
)

from .azure_failures import BLOCKED, FILTERED, NO_DEPLOYMENT, NO_RESOURCE, TOO_MANY_REQUESTS, WRONG_KEY
from .failures import MODERATED_PROMPT, SERVER_ERROR, invalid
from .simulator import OpenAISimulator

DATED_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


class AzureOpenAISimulator(OpenAISimulator):
    """Azure OpenAI on loopback: a resource whose deployments are called by any name, or by those of `deployments`.

    The undated URLs begin with /openai/v1. The dated ones begin with /openai, want an `api-version`, and name the
    deployment in the path where images are rendered.
    """

    api_key: ClassVar[str] = "0123456789abcdef-simulated-azure"
    entra_token: ClassVar[str] = "eyJ0eXAi.simulated.entra"
    request_id_header: ClassVar[str] = "apim-request-id"
    cases = replace(
        OpenAISimulator.cases,
        base_path="",
        errors=(
            ErrorCase(
                "invalid value",
                "bad_request",
                invalid("Invalid value: '7'.", "size").fault(),
                ValidationError,
            ),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("blocked resource", "authentication", BLOCKED, AuthenticationError),
            ErrorCase("content filter", "content_moderation", FILTERED, ContentModerationError),
            ErrorCase(
                "moderated prompt", "content_moderation", MODERATED_PROMPT.fault(), ContentModerationError
            ),
            ErrorCase("rate limit", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=20.0),
            ErrorCase("unknown deployment", "model_not_found", NO_DEPLOYMENT, ModelNotFoundError),
            ErrorCase("server error", "server_error", SERVER_ERROR.fault(), HTTPError),
        ),
    )

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.deployments: set[str] | None = None
        """The deployments that there are; None stands for every name."""
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        """OpenAI's endpoints by both styles of URL."""
        return [
            *self.image_routes("/openai/deployments/{deployment}"),
            *self.image_routes("/openai/v1"),
            *self.other_routes("/{root:openai/v1|openai}"),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Want the header `api-key`, or a bearer token of Entra; under /openai/v1 the key is one too."""
        dated = not request.path.startswith("/openai/v1/")
        tokens = (self.entra_token,) if dated else (self.entra_token, self.api_key)
        signed = self.has_header(request, "api-key", self.api_key) or any(
            self.has_header(request, "Authorization", f"Bearer {token}") for token in tokens
        )
        if not signed:
            return _answer(WRONG_KEY)
        if dated and DATED_VERSION.fullmatch(request.query.get("api-version", "")) is None:
            return _answer(NO_RESOURCE)
        return None

    def not_found(self, request: RecordedRequest) -> Answer:
        """The error object of a path that does not exist."""
        return _answer(NO_RESOURCE)

    def image_model_of(self, request: RecordedRequest, inputs: Mapping[str, object]) -> str:
        """The deployment: of the path, or of the body where the path has none."""
        return request.parameters.get("deployment") or super().image_model_of(request, inputs)

    def check_model(self, model: str) -> None:
        """Refuse a name that no deployment has."""
        super().check_model(model)
        if self.deployments is not None and model not in self.deployments:
            raise Refusal(_answer(NO_DEPLOYMENT))

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A delivery about a response: Azure has no event for videos."""
        if not request_id.startswith("resp_"):
            raise LookupError("Azure OpenAI sends webhooks about responses only")
        return super().signed_delivery(request_id, state=state)


def _answer(told: Status) -> Answer:
    return json_answer(told.json, status=told.status)
