"""What a simulator tells the conformance kit about its provider: accounts, errors, failures, status words.

A provider's simulator mixes in `ConformingSimulator`, whose `cases` holds the `ConformanceCases`; their defaults describe a provider
with nothing special.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ...exceptions import TarashException
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
    """One row of a provider's error table, as the provider would send it to a submit.

    Attributes:
        name: unique, readable: "out of credit".
        kind: which of the standard kinds it stands for.
        fault: the answer, usually a `Status`.
        raises: the exception a user must get.
        retry_after: seconds that a RateLimitError must carry, or None.
    """

    name: str
    kind: ErrorKind
    fault: Fault
    raises: type[TarashException]
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class FailureCase:
    """One way in which an accepted job ends badly: `failure` is a name that the simulator's `fail_next` knows."""

    failure: str
    raises: type[TarashException]


@dataclass(frozen=True, slots=True)
class ConformanceCases:
    """What the kit must know to hold a plugin to its provider's behaviour.

    Attributes:
        video_model, image_model: a model of each modality that needs nothing but a prompt; "" where there is none.
        submit_route, poll_route, result_route, cancel_route: names of the simulator's routes; "" where there is none.
            `result_route` is where the media description comes from when that is another request than the poll.
        base_path: what the provider's base URL has behind the host, such as "/v1".
        provider_config: settings that every call to the simulator needs.
        api_version: the API version that configurations name, for providers that want one; None names none.
        errors: rows of the error table.
        failures: ways in which accepted jobs fail.
        status_words: wire word → expected state, for the simulator's `show_status`.
        frame_model: a video model that takes a first frame; "" where there is none.
        downloads_inputs: whether inputs given by URL are fetched by the gateway, because the provider takes bytes only.
    """

    video_model: str = ""
    image_model: str = ""
    frame_model: str = ""
    downloads_inputs: bool = False
    submit_route: str = "submit"
    poll_route: str = "status"
    result_route: str = ""
    cancel_route: str = ""
    base_path: str = ""
    provider_config: Mapping[str, object] = field(default_factory=dict)
    api_version: str | None = None
    errors: tuple[ErrorCase, ...] = ()
    failures: tuple[FailureCase, ...] = ()
    status_words: Mapping[str, GenerationState] = field(default_factory=dict)


class ConformingSimulator:
    """What the kit calls on a simulator beyond the base class; mix it in before `Simulator`."""

    cases: ClassVar[ConformanceCases]

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next `times` status answers carry this wire word, whatever the job's state."""
        raise NotImplementedError

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """Return a webhook delivery about a job, signed the provider's way and received now."""
        raise NotImplementedError
