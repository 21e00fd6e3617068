"""What the conformance kit needs to know about a provider: its models, routes, errors, failures and status words.

A provider's simulator mixes in `ConformingSimulator` and sets `cases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ...exceptions import TarashException
from ...mapping.table import ModalityName
from ...models.metadata import YesNoUnknown
from ...models.update import GenerationState
from ...plugin.outcomes import Delivery
from ..simulator.faults import Fault

ErrorKind = Literal[
    "bad_request",
    "authentication",
    "quota_exceeded",
    "content_moderation",
    "rate_limit",
    "model_not_found",
    "server_error",
]


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One error that the provider may answer a submission with.

    Attributes:
        name: unique, readable name, such as "out of credit".
        kind: the standard kind of the error.
        fault: the answer, usually a `Status`.
        raises: class of the exception that the user must get.
        retry_after: value of `retry_after` in the exception, in seconds, or None.
    """

    name: str
    kind: ErrorKind
    fault: Fault
    raises: type[TarashException]
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class FailureCase:
    """One way in which an accepted job may fail.

    Attributes:
        failure: name of the failure, as for the simulator's `fail_next`.
        raises: class of the exception that the user must get.
    """

    failure: str
    raises: type[TarashException]


@dataclass(frozen=True, slots=True)
class Example:
    """A request, and what the provider's documentation and price list say of it.

    Attributes:
        request: fields of the request, such as `{"duration_seconds": 8, "aspect_ratio": "16:9"}`; the kit adds the prompt, and what else
            the model requires.
        sent: value by member of the submission, such as `{"duration": 8, "aspect_ratio": "16:9"}`; a member of an object as
            "input.duration". Other members are not looked at.
        usd: what it costs in US dollars; None does not say.
        model: the model; "" is that of the cases.
        modality: "video" or "image"; None is the one that the checks generate: video, if the provider has it.
    """

    request: Mapping[str, object]
    sent: Mapping[str, object] = field(default_factory=dict)
    usd: float | None = None
    model: str = ""
    modality: ModalityName | None = None


CancelledIn = Literal["queued", "running", "finished"]
"""What a job was doing when it was cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceCases:
    """What the kit needs to know about a provider.

    Attributes:
        video_model, image_model: a model of each modality that needs only a prompt; "" if there is none.
        submit_route, poll_route, result_route, cancel_route, stream_route: names of the simulator's routes; "" if there is none.
            `result_route` is that of the request that fetches the result, if it is not the poll. `stream_route` counts only if
            the plugin has a status stream.
        base_path: path of the provider's base URL, such as "/v1".
        provider_config: settings that every call to the simulator needs. The parts of a key are among them, by their names in
            `ProviderInfo.key_parts`; with every part there, the simulator's `api_key` is not used.
        api_version: API version in configurations, for providers that require one; None sets none.
        errors: errors that the provider may answer a submission with.
        failures: ways in which accepted jobs may fail.
        status_words: expected state by the provider's status word, for the simulator's `show_status`.
        frame_model: a video model that takes a first frame; "" if there is none.
        downloads_inputs: whether the gateway downloads inputs given by URL, because the provider takes bytes only.
        examples: requests with what is sent for them and what they cost, from the documentation.
        aliases: name under which a model is sent, by the name of the model, where that is the name of another model, too.
        billed_if_cancelled: whether the provider charges for a job that is cancelled while it is "queued" or "running", or when it has
            "finished": "yes", "no", or "unknown" if the provider does not say.
    """

    video_model: str = ""
    image_model: str = ""
    frame_model: str = ""
    downloads_inputs: bool = False
    submit_route: str = "submit"
    poll_route: str = "status"
    result_route: str = ""
    cancel_route: str = ""
    stream_route: str = "stream"
    base_path: str = ""
    provider_config: Mapping[str, object] = field(default_factory=dict)
    api_version: str | None = None
    errors: tuple[ErrorCase, ...] = ()
    failures: tuple[FailureCase, ...] = ()
    status_words: Mapping[str, GenerationState] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    billed_if_cancelled: Mapping[CancelledIn, YesNoUnknown] = field(default_factory=dict)


class ConformingSimulator:
    """The methods that the kit needs in addition to `Simulator`; mix it in before that class."""

    cases: ClassVar[ConformanceCases]

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Make the next `times` statuses, polled or streamed, carry this word of the provider, whatever the state of the job."""
        raise NotImplementedError(
            "the simulator has no show_status; if the provider has no status words, excuse this check as Unsupported"
        )

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """Return a webhook delivery for a job, signed as the provider does and received now."""
        raise NotImplementedError("the simulator has no signed_delivery, but the plugin has tarash_webhook")
