"""The hooks: what the core calls in a provider plugin, and in extensions.

Hooks are plain functions, never `async def`. A flow hook returns a generator (see `steps`). An implementation takes its
arguments by name, may leave some out, and gives none a default.
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
        """Describe the provider. Pure. Required. Called by: the core, once, before any other hook. Since: hook API 1."""

    @hookspec(firstresult=True)
    def tarash_models(self) -> Catalogue | Iterable[Model] | None:
        """Return the model table. Pure. Required. Called by: the core, once. Since: hook API 1."""

    @hookspec(firstresult=True)
    def tarash_row(self, call: Call) -> Flow[Model | None] | None:
        """Return the row of a model that no table can hold, such as a workflow file. Flow. Optional.

        Called by: the core, once for each attempt when it prepares a chain, a plan or a resumed job; a mock sends none of its
            calls. It has 30 seconds, and may only read. `call.row` is the row of the table, or one without fields.
        Returns: the row, or None to use the table's.
        Raises: TarashException. If another provider may succeed, as after an outage, the attempt is skipped; a job that is
            already paid for is resumed without its row.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped | None:
        """Turn a request into the payload to submit. Pure and repeatable. Optional: the core applies the row's field mappers.

        Implement it only for what a model table cannot express.
        Called by: the core, for the whole chain before anything is sent, and by `plan_*`.
        Returns: payload and adjustments.
        Raises: ValidationError only.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission] | None:
        """Create the job, after uploading files if the provider needs that. Flow. Required.

        Called by: the core, once for each attempt. It retries single calls only if nothing can be billed twice.
        Returns: a job reference, or an immediate result.
        Raises: TarashException; UnexpectedResponseError for a 2xx answer that cannot be read.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus] | None:
        """Read the status of a job once, without looping or sleeping. Flow. Required unless every model answers at once.

        Called by: the core, at intervals of its polling policy, until the job ends or the deadline passes.
        Returns: the current status; an unknown status word of the provider is "processing".
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream | None] | None:
        """Describe the provider's status stream (server-sent events or a WebSocket); None for a job without one. Flow. Optional.

        Called by: the core, before the first poll. It opens and reads the stream, and polls if the stream breaks. A bug of the
            plugin in it is a warning to the user, and the core polls, too.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_normalize(self, call: Call, job: JobReference, raw: object) -> Flow[Generated] | None:
        """Turn the provider's result into unified outputs, after fetching it if the status does not carry it. Flow. Required.

        Called by: the core, after the status "completed" (`raw` is that of the status), or after an immediate result (`job` is
        empty). After a temporary failure, the core runs the flow again, so it may only read.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation] | None:
        """Ask the provider to stop a job. Flow. Optional.

        Called by: the core, when it gives up a job; the time for it is limited.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_find_submission(
        self, call: Call, payload: Mapping[str, object]
    ) -> Flow[Submission | None] | None:
        """Find the job of a submission whose answer was lost, for example by the idempotency key. Flow. Optional.

        Called by: the core, after such a submission, and when it resumes a job whose process died while submitting.
        Returns: the submission, or None if it is certain that no job exists.
        Raises: SubmissionUnknownError if it is not certain; its message is shown. The core asks twice more over six seconds, since
            a new job may not be listed yet.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime, token: str) -> HttpCall | None:
        """Sign a call just before it is sent: with a one-use token, an HMAC, a signature over the body. Pure. Optional.

        Called by: the core, before every send and resend to the provider's own servers, including streams, uploads and downloads.
        Args: `at` is the time of sending, aware, in UTC; `token` is a random text of 32 hexadecimal digits, new for every send.
        Returns: the signed call, with everything derived from the key listed in `HttpCall.secrets`. None sends `http` unchanged. To
            sign the body, return `http.encoded()` with its signature.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent | None:
        """Verify a webhook delivery and read it. Pure. Optional.

        Called by: the core, for `read_webhook`.
        Returns: the event, or None if the delivery does not concern a job.
        Raises: AuthenticationError for a missing, wrong or outdated signature.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_error(self, call: Call, response: HttpReply) -> TarashException | None:
        """Turn an error response into the right exception; None lets the core choose by the status code. Pure. Optional.

        A 5xx, 408, 409, 425 or 499 leaves open whether a job was made, since a proxy may have answered: the submission is then
        unknown, whatever the class of the exception. If the provider's own code or words refuse, say so with `submitted="no"`, or with
        `overloaded_error` if it is only busy.

        Called by: the core, for every status that is neither 2xx nor in `HttpCall.accept_statuses`.
        Since: hook API 1.
        """

    @hookspec
    def tarash_event(self, event: Event) -> str | None:
        """Observe events, for tracing, metrics and cost. Pure; an exception is logged and ignored. For extensions.

        Called by: the core, for every event of every generation.
        Returns: None; for `generation_started`, optionally the W3C `traceparent` of the span that stands for the generation. The
            core stores it in the job and repeats it in the facts of `generation_resumed`.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_listens(self) -> bool | None:
        """Say whether the extension wants events now; if not, none are created for it. Pure. Optional; the default is yes.

        Called by: the core, once before each generation.
        Since: hook API 1.
        """

    @hookspec(firstresult=True)
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials | None:
        """Supply a key from a keyring or a secrets manager, or None. For extensions.

        Called by: the core, if neither the configuration nor the environment has a key, and again after it has expired. It is also
            asked for a plan, and for a provider that works without a key; an exception does not matter then.
        Raises: AuthenticationError if the key cannot be read; its message is shown.
        Since: hook API 1.
        """


REQUIRED_HOOKS = ("tarash_provider", "tarash_models", "tarash_submit", "tarash_normalize")
EXTENSION_HOOKS = frozenset({"tarash_event", "tarash_listens", "tarash_credentials"})
"""The hooks that an extension implements. It may only wrap the others, since it cannot answer for a provider."""
HOOK_NAMES = frozenset(name for name in vars(HookSpecs) if name.startswith("tarash_"))
