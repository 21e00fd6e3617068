"""Owns OpenAI's error bodies: how requests are refused, and how accepted jobs end badly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer


@dataclass(frozen=True)
class OpenAIFailure:
    """One error object: in band of a failed video or response, or as the answer of a synchronous endpoint."""

    status: int
    code: str | None
    kind: str | None
    message: str
    param: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def error(self) -> dict[str, object]:
        """The error object."""
        return {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
            **self.details,
        }

    def answer(self) -> Answer:
        """The error as an HTTP answer."""
        return json_answer({"error": self.error()}, status=self.status, headers=self.headers)

    def fault(self) -> Status:
        """The error for `inject`."""
        return Status(self.status, json={"error": self.error()}, headers=self.headers)


def invalid(message: str, param: str | None, code: str | None = "invalid_value") -> OpenAIFailure:
    """A refusal of one parameter."""
    return OpenAIFailure(400, code, "invalid_request_error", message, param)


def unknown_model(model: str) -> OpenAIFailure:
    """The refusal of a model name."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return OpenAIFailure(404, "model_not_found", "invalid_request_error", message)


UNAUTHORIZED = OpenAIFailure(
    401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided: te***ey."
)
SERVER_ERROR = OpenAIFailure(
    500, "server_error", "server_error", "The server had an error while processing your request."
)
OVERLOADED = OpenAIFailure(
    503, "server_is_overloaded", "service_unavailable_error", "The server is currently overloaded."
)
RATE_LIMITED = OpenAIFailure(
    429,
    "rate_limit_exceeded",
    "requests",
    "Rate limit reached for gpt-image-2.",
    headers={"retry-after": "7", "x-request-id": "req_limited"},
)
OUT_OF_CREDIT = OpenAIFailure(
    429, "credit_balance_exhausted", "insufficient_quota", "You have no credit left."
)
MODERATED_PROMPT = OpenAIFailure(
    400,
    "moderation_blocked",
    "image_generation_user_error",
    "Your request was rejected by the safety system. safety_violations=[sexual].",
    details={"moderation_details": {"moderation_stage": "input", "categories": ["sexual"]}},
)
FAILURES: Mapping[str, OpenAIFailure] = {
    "moderation_blocked": OpenAIFailure(
        400,
        "moderation_blocked",
        "image_generation_user_error",
        "The output was rejected by the safety system.",
        details={"moderation_details": {"moderation_stage": "output", "categories": ["violence"]}},
    ),
    "server_error": SERVER_ERROR,
}
