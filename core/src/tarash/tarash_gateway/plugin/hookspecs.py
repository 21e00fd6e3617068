"""The hooks: what the core asks of a provider plugin, and what extensions may add.

Hooks are plain functions, never `async def`: pluggy awaits nothing. A flow hook returns a generator (see `steps`). An
implementation may take fewer arguments than the specification, by name, and gives none of them a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from ..exceptions import TarashException
    from ..mapping.apply import Mapped
    from ..mapping.catalogue import Catalogue
    from ..mapping.table import Model
    from ..models.request import GenerationRequest
    from ..steps import Flow, HttpCall, HttpReply
    from .call import Call, Credentials
    from .events import Event
    from .info import ProviderInfo
    from .outcomes import (
        Cancellation,
        Delivery,
        Generated,
        JobReference,
        JobStatus,
        StatusStream,
        Submission,
        WebhookEvent,
    )

PROJECT = "tarash_gateway"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class HookSpecs:
    """Every hook of the contract, version 1."""

    @hookspec(firstresult=True)
    def tarash_provider(self) -> ProviderInfo | None:
        """Say who the provider is. Pure. Required. Called by: the core, once, before any other hook. Since: hook API 1."""

    @hookspec(firstresult=True)
    def tarash_models(self) -> Catalogue | Iterable[Model] | None:
        """Return the model table. Pure. Required. Called by: the core, once. Since: hook API 1."""

    @hookspec(firstresult=True)
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped | None:
        """Turn a request into the payload to submit. Pure and repeatable; nothing is sent.

        Called by: the core, for the whole chain before anything is sent, and by `plan_*`. The core's own implementation applies
        the row's field mappers; override it only where a table cannot say it.
        Returns: payload and adjustments.
        Raises: ValidationError only.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission] | None:
        """Create the job; upload files first where the provider wants that. Flow. Required.

        Called by: the core, once for each attempt; it repeats single calls only where nothing can be billed twice.
        Returns: a job reference, or an immediate result.
        Raises: TarashException; an unreadable 2xx answer may be left as UnexpectedResponseError.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus] | None:
        """Ask once how the job stands. Flow. Required unless every model answers at once.

        Called by: the core, spaced by its polling policy, until terminal or past the deadline. Never loops or sleeps itself.
        Returns: the status now; an unknown wire word is "processing".
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream | None] | None:
        """Describe the provider's server-sent status stream, or return None for a job without one. Flow. Optional.

        Called by: the core, before the first poll; it opens and reads the stream, and polls when that breaks.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_normalize(self, call: Call, job: JobReference, raw: object) -> Flow[Generated] | None:
        """Turn the provider's result into unified outputs; fetch it first where the status does not carry it. Flow. Required.

        Called by: the core after "completed" (`raw` is the status's), or after an immediate result (`job` is empty). A flow that
        asks the provider for something is run again after a passing failure, so it only reads.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation] | None:
        """Ask the provider to stop a job. Flow. Optional.

        Called by: the core when a job is given up, bounded in time.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_find_submission(
        self, call: Call, payload: Mapping[str, object]
    ) -> Flow[Submission | None] | None:
        """Find the job of a submit whose answer was lost, by something that is ours (the idempotency key, say). Flow. Optional.

        Returns: the submission, or None when it is certain that no job exists; raise SubmissionUnknownError when it is not.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime, token: str) -> HttpCall | None:
        """Return the call as it is sent now: a one-use token, an HMAC, a signature over the body. Pure. Optional.

        Called by: the core, before every send and resend, streams, uploads and downloads included.
        Args: `at` is the time of sending, aware UTC; `token` is random, 32 hexadecimal digits, another one for every send.
        Returns: the call with its signature; name what was derived from the key in `HttpCall.secrets`. None sends `http` as it is.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent | None:
        """Verify a webhook delivery and read it. Pure. Optional.

        Raises: AuthenticationError for a missing, wrong or outdated signature.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_error(self, call: Call, response: HttpReply) -> TarashException | None:
        """Turn an error response into the right exception; None leaves it to the core, which reads the status. Pure. Optional.

        Since: hook API 1.
        """

    @hookspec
    def tarash_event(self, event: Event) -> None:
        """Observe what happens: tracing, metrics, cost. Pure; an exception is logged and otherwise ignored. For extensions.

        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials | None:
        """Return a key from elsewhere (keyring, secrets manager), asked when configuration and environment have none. For extensions.

        Since: hook API 1.
        """


REQUIRED_HOOKS = ("tarash_provider", "tarash_models", "tarash_submit", "tarash_normalize")
EXTENSION_HOOKS = frozenset({"tarash_event", "tarash_credentials"})
"""What an extension implements outright; any other hook it may only wrap, since it cannot answer for a provider."""
HOOK_NAMES = frozenset(name for name in vars(HookSpecs) if name.startswith("tarash_"))
