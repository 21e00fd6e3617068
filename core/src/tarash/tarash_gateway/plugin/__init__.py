"""The plugin API: everything that a provider plugin or an extension imports."""

from __future__ import annotations

from ..exceptions import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from ..mapping import Catalogue, Mapped, Model
from ..media.dimensions import picture_dimensions
from ..media.inputs import Media, to_media
from ..media.kinds import content_type_of_name, sniff_content_type
from ..media.masks import with_grey_masks, with_transparent_masks
from ..media.replacing import replace_media
from ..models.request import (
    GenerationRequest,
    ImageGenerationRequest,
    ImageRole,
    VideoGenerationRequest,
)
from ..models.update import GenerationState
from ..phrases import Phrase, mention, python_words, wrong_field
from ..steps import (
    Flow,
    HttpCall,
    HttpReply,
    Part,
    ServerEvent,
    new_token,
    read_clock,
    read_random,
    run_blocking,
    send,
    sleep,
)
from . import wire
from .call import Call, Credentials, Secret
from .default_mapping import default_map
from .error_bodies import error_words, mentions_moderation
from .events import Event, EventKind
from .fetching import fetch_media
from .hookspecs import hookimpl
from .http_errors import (
    accepted_id,
    body_of,
    default_error,
    error_in_body,
    overloaded_error,
    retry_after_seconds,
    wrong_address,
)
from .info import AuthScheme, ProviderInfo
from .job_reference import quoted_id, reference_id
from .links import link_expiry, web_url
from .local_files import read_local_file
from .outcomes import (
    Asset,
    Cancellation,
    Delivery,
    Generated,
    JobReference,
    JobStatus,
    StatusStream,
    Submission,
    WebhookEvent,
)
from .settings import ServerUrl
from .states import state_of_word
from .storage import send_to_storage
from .webhooks import verify_standard_webhook

__all__ = [
    "Asset",
    "AuthScheme",
    "AuthenticationError",
    "Call",
    "Cancellation",
    "Catalogue",
    "ContentModerationError",
    "Credentials",
    "Delivery",
    "Event",
    "EventKind",
    "Flow",
    "Generated",
    "GenerationFailedError",
    "GenerationRequest",
    "GenerationState",
    "HTTPConnectionError",
    "HTTPError",
    "HttpCall",
    "HttpReply",
    "ImageGenerationRequest",
    "ImageRole",
    "JobReference",
    "JobStatus",
    "Mapped",
    "Media",
    "Model",
    "ModelNotFoundError",
    "Part",
    "Phrase",
    "ProviderInfo",
    "QuotaExceededError",
    "RateLimitError",
    "Secret",
    "ServerEvent",
    "ServerUrl",
    "StatusStream",
    "Submission",
    "SubmissionUnknownError",
    "TarashException",
    "UnexpectedResponseError",
    "ValidationError",
    "VideoGenerationRequest",
    "WebhookEvent",
    "accepted_id",
    "body_of",
    "content_type_of_name",
    "default_error",
    "default_map",
    "error_in_body",
    "error_words",
    "fetch_media",
    "hookimpl",
    "link_expiry",
    "mention",
    "mentions_moderation",
    "new_token",
    "overloaded_error",
    "picture_dimensions",
    "python_words",
    "quoted_id",
    "read_clock",
    "read_local_file",
    "read_random",
    "reference_id",
    "replace_media",
    "retry_after_seconds",
    "run_blocking",
    "send",
    "send_to_storage",
    "sleep",
    "sniff_content_type",
    "state_of_word",
    "to_media",
    "verify_standard_webhook",
    "web_url",
    "wire",
    "with_grey_masks",
    "with_transparent_masks",
    "wrong_address",
    "wrong_field",
]
