"""Names of attributes and metrics: OpenTelemetry's where it has one, else below `tarash.`.

They are those of opentelemetry-semantic-conventions 0.66b2, read on 2026-11-27; the `gen_ai` names are experimental. The package is
not installed with the plugin, but a test compares the names.
"""

from __future__ import annotations

ERROR_TYPE = "error.type"
GEN_AI_INPUT_MESSAGES = "gen_ai.input.messages"
GEN_AI_OPERATION_NAME = "gen_ai.operation.name"
GEN_AI_OUTPUT_TYPE = "gen_ai.output.type"
GEN_AI_PROVIDER_NAME = "gen_ai.provider.name"
GEN_AI_REQUEST_CHOICE_COUNT = "gen_ai.request.choice.count"
GEN_AI_REQUEST_MODEL = "gen_ai.request.model"
GEN_AI_REQUEST_SEED = "gen_ai.request.seed"
GEN_AI_RESPONSE_ID = "gen_ai.response.id"
HTTP_REQUEST_METHOD = "http.request.method"
HTTP_REQUEST_RESEND_COUNT = "http.request.resend_count"
HTTP_RESPONSE_STATUS_CODE = "http.response.status_code"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
URL_FULL = "url.full"

GENERATE_CONTENT = "generate_content"
"""The operation `gen_ai.operation.name` for content that is not only text."""
PROVIDER_NAMES = {
    "azure_openai": "azure.ai.openai",
    "google": "gcp.gen_ai",
    "xai": "x_ai",
}
"""`gen_ai.provider.name` where the convention has a name of its own; any other provider has its provider id."""

TARASH_ATTEMPT_NUMBER = "tarash.attempt.number"
TARASH_BILLED = "tarash.billed"
TARASH_CANCELLED = "tarash.cancelled"
TARASH_COST_USD = "tarash.cost_usd"
TARASH_ESTIMATED_COST_USD = "tarash.estimated_cost_usd"
TARASH_FALLBACK = "tarash.fallback"
TARASH_GENERATION_ID = "tarash.generation.id"
TARASH_OUTCOME = "tarash.outcome"
TARASH_PROVIDER = "tarash.provider"
TARASH_SUBMITTED = "tarash.submitted"
TARASH_TOTAL_COST_USD = "tarash.total_cost_usd"

GEN_AI_CLIENT_OPERATION_DURATION = "gen_ai.client.operation.duration"
HTTP_CLIENT_REQUEST_DURATION = "http.client.request.duration"
TARASH_COST = "tarash.cost"
TARASH_COST_UNKNOWN = "tarash.cost.unknown"
TARASH_FALLBACKS = "tarash.fallbacks"
TARASH_GENERATION_DURATION = "tarash.generation.duration"
TARASH_RETRIES = "tarash.retries"

CAPTURE_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The environment variable by which OpenTelemetry's instrumentations are asked to record prompts."""
CAPTURES_ON_SPANS = {"true", "span_only", "span_and_event"}
"""Its values that ask for prompts on spans."""
