"""The configuration: provider, model, account, limits and fallbacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Self, TypeAlias, cast, get_args

import pydantic

from .addresses import checked_server_url, without_password
from .deferral import built_on_first_use
from .mock import MockConfig
from .own_headers import checked_headers
from .plain_values import Name, SecretText, Text, check_plain
from .settings_object import SettingsObject, as_mapping
from .strict import StrictModel
from .wording import did_you_mean

FallbackReason: TypeAlias = Literal[
    "timeout", "connection", "rate_limit", "server_error", "generation_failed", "unexpected_response", "quota_exceeded",
    "authentication", "model_not_found", "content_moderation", "validation",
    "result_unavailable",
]  # fmt: skip
"""Kinds of failure after which the next provider in the chain is tried.

`result_unavailable` means that a job finished and was billed, but its result cannot be fetched. Without this reason, the exception
carries the job, and no other provider is paid.
"""

DEFAULT_FALLBACK_ON: frozenset[FallbackReason] = frozenset(
    {
        "timeout", "connection", "rate_limit", "server_error", "generation_failed", "unexpected_response", "quota_exceeded",
        "authentication", "model_not_found",
    }
)  # fmt: skip

Unsupported: TypeAlias = Literal["nearest", "error", "adjust"]
"""What to do with a field or value that the model does not take; `GenerationConfig.unsupported` describes each."""

_SHARED = (
    "timeout", "request_timeout", "max_poll_attempts", "poll_interval", "mock", "unsupported", "fallback_on", "on_unknown_submission",
    "on_timeout", "on_interrupt", "max_cost_usd", "allow_unknown_cost",
)  # fmt: skip
"""What a fallback given as a string has in common with its primary: everything that does not belong to one provider."""
_MASKED_KEY = re.compile(r"\*+")


def refuse_masked_key(key: str) -> str:
    """Return a key, unless it is the `**********` that JSON shows instead of one.

    Raises:
        ValueError: the key is that mask.
    """
    if _MASKED_KEY.fullmatch(key.strip()):
        raise ValueError(
            "the key is the mask that a configuration's JSON shows instead of it; pass the key itself, or leave it out "
            "to read it from the environment"
        )
    return key


def split_name(name: str) -> dict[str, object]:
    """Return the provider and the model of "provider/model", split at the first slash, as fields of a configuration.

    Raises:
        ValueError: the text does not name both.
    """
    provider, slash, model = name.strip().partition("/")
    if not (slash and provider and model):
        raise ValueError(f'{name[:100]!r} is not "provider/model", such as "fal/fal-ai/veo3.1"')
    return {"provider": provider, "model": model}


class GenerationConfig(StrictModel):
    """Which provider and model to use, under which limits; the fields of video and image configurations alike.

    Attributes:
        provider: provider id, such as "fal"; `providers()` lists the installed ones.
        model: the provider's own model name.
        api_key: secret; if absent, the provider's environment variable is read (`tarash doctor` names it).
        base_url: another server with the provider's API: a proxy, a compatible service, a simulator. A user name and password
            in it are used, but neither shown nor saved.
        api_version: API version, for providers that require one (Azure OpenAI).
        timeout: longest time for the whole attempt, in seconds, up to 604,800 (7 days): uploads, queue, generation and retries.
        request_timeout: longest time for a single HTTP request, in seconds; None leaves it to the plugin, which mostly means 60. Raise it
            for a slow line or a server that answers with the finished image. What the plugin gives longer, such as an upload, keeps that.
        max_poll_attempts: most status requests before the attempt times out, 1 or more; None sets no limit besides `timeout`.
        poll_interval: longest pause between two status requests, in seconds; None leaves it to the gateway (at most 10), and 0 is the
            shortest one (0.2).
        mock: generate a small, real clip or image locally, without calling the provider.
        fallback_configs: tried in order, depth first, if this provider fails. Also accepted as `fallbacks`. A string such as
            "replicate/google/veo-3.1-fast" is a configuration with the limits, the policies and the mock of this one.
        provider_config: settings that only this provider has: a mapping, or the settings class of its plugin, such as
            `FalSettings(...)`, whose names editors complete; the provider's reference page lists them.
        account: a name for the owner of the key; saved jobs carry the name, never the key.
        unsupported: what to do with a field or value the model does not take. "nearest" takes a near value, such as 5 seconds for 4;
            "error" raises with the allowed values; "adjust" also takes values that are not near, and leaves fields out. Every
            change is listed in `execution_metadata.adjustments`. An input image or video is never left out.
        fallback_on: kinds of failure after which the next provider is tried.
        on_unknown_submission: what to do if the answer to a submission is lost: "fallback" tries the next provider (both may
            bill you), "raise" stops.
        on_timeout: what to do at the deadline: "cancel" the job at the provider, or "detach": leave it running and attach it to
            the exception, to resume later.
        on_interrupt: what to do if a cancelled task, Ctrl-C or an exception of your own callback ends the call: "cancel" the job at the
            provider, or "detach": leave it running, to resume later from the journal or from `Gateway.unsettled()`.
        max_cost_usd: most that the attempt may cost in US dollars, by the prices of the model table. If it would cost more, the call
            raises a `BudgetExceededError` before anything is sent; a fallback is skipped. None sets no limit.
        allow_unknown_cost: whether a request without a known price may be sent under `max_cost_usd`, or under the budget of a
            `Gateway`: the model has none, or `extra_params` may change it.
        webhook_url: URL that the provider calls when the job ends; neither shown nor saved. A model whose provider would not call it
            refuses it before anything is sent; a fallback, and `unsupported="adjust"`, leave it out.
        headers: further headers for every request to the provider, such as `{"traceparent": "…"}` or the token of a company's proxy
            at `base_url`. With a `base_url`, only that server receives them, and no other server ever does. Their values are neither
            shown nor saved. A header that the plugin sets itself stays as it is.
    """

    other_spellings: ClassVar[dict[str, str]] = {
        "key": "api_key", "apikey": "api_key", "api_keys": "api_key", "token": "api_key", "api_token": "api_key",
        "url": "base_url", "endpoint": "base_url",
        "timeout_seconds": "timeout", "fallback": "fallbacks", "model_name": "model",
        "polling_interval": "poll_interval", "extra_params": "provider_config", "webhook": "webhook_url",
        "header": "headers", "extra_headers": "headers", "default_headers": "headers", "custom_headers": "headers",
    }  # fmt: skip

    accepted_names: ClassVar[dict[str, str]] = {"fallbacks": "fallback_configs"}
    first_fields: ClassVar[tuple[str, ...]] = ("provider", "model", "api_key")

    def __init_subclass__(cls, *, init: bool = True) -> None:
        """Accept the keyword that type checkers read: whether a class has its own constructor."""
        super().__init_subclass__()

    provider: Name = pydantic.Field(min_length=1, max_length=64)
    model: Name = pydantic.Field(min_length=1, max_length=300)
    api_key: SecretText | None = None
    base_url: Text | None = pydantic.Field(default=None, pattern=r"^https?://")
    api_version: Text | None = None
    timeout: float = pydantic.Field(default=600.0, gt=0, le=7 * 24 * 3600)
    request_timeout: float | None = pydantic.Field(default=None, gt=0, le=24 * 3600)
    max_poll_attempts: int | None = pydantic.Field(default=None, ge=1, le=1_000_000_000)
    poll_interval: float | None = pydantic.Field(default=None, ge=0, allow_inf_nan=False)
    mock: MockConfig | None = None
    fallback_configs: tuple[Self, ...] = ()
    provider_config: Mapping[str, object] = pydantic.Field(default_factory=dict, repr=False)
    account: Text | None = None
    unsupported: Unsupported = "nearest"
    fallback_on: frozenset[FallbackReason] = DEFAULT_FALLBACK_ON
    on_unknown_submission: Literal["fallback", "raise"] = "fallback"
    on_timeout: Literal["cancel", "detach"] = "cancel"
    on_interrupt: Literal["cancel", "detach"] = "cancel"
    max_cost_usd: float | None = pydantic.Field(default=None, ge=0, allow_inf_nan=False)
    allow_unknown_cost: bool = False
    webhook_url: Text | None = pydantic.Field(default=None, pattern=r"^https?://", repr=False)
    headers: Mapping[Text, SecretText] = pydantic.Field(default_factory=dict)

    if TYPE_CHECKING:
        # arguments may be wider than the fields: a key as text, a list of fallbacks
        def __init__(
            self,
            *,
            provider: str,
            model: str,
            api_key: str | pydantic.SecretStr | None = None,
            base_url: str | None = None,
            api_version: str | None = None,
            timeout: float = 600.0,
            request_timeout: float | None = None,
            max_poll_attempts: int | None = None,
            poll_interval: float | None = None,
            mock: MockConfig | None = None,
            fallback_configs: Sequence[Self | str] | None = (),
            fallbacks: Sequence[Self | str] | None = None,
            provider_config: Mapping[str, object] | SettingsObject = ...,
            account: str | None = None,
            unsupported: Unsupported = "nearest",
            fallback_on: Iterable[FallbackReason] = ...,
            on_unknown_submission: Literal["fallback", "raise"] = "fallback",
            on_timeout: Literal["cancel", "detach"] = "cancel",
            on_interrupt: Literal["cancel", "detach"] = "cancel",
            max_cost_usd: float | None = None,
            allow_unknown_cost: bool = False,
            webhook_url: str | None = None,
            headers: Mapping[str, str | pydantic.SecretStr] = ...,
        ) -> None: ...

    @pydantic.model_validator(mode="before")
    @classmethod
    def _named_fallbacks(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        given = cast("Mapping[str, object]", values)
        name = next((name for name in ("fallback_configs", "fallbacks") if given.get(name) is not None), None)
        fallbacks = given.get(name or "")
        if isinstance(fallbacks, str) and fallbacks:
            raise ValueError(f"fallbacks are a list; write [{fallbacks[:100]!r}]")
        if fallbacks is None:
            return values
        if not isinstance(fallbacks, list | tuple):
            raise ValueError(  # noqa: TRY004
                f"fallbacks are a list, tried in its order, not {type(fallbacks).__name__}"
            )
        if not any(isinstance(item, str) for item in fallbacks):
            return values
        shared = {name: given[name] for name in _SHARED if name in given}
        made = [{**split_name(item), **shared} if isinstance(item, str) else item for item in fallbacks]
        return {**given, str(name): made}

    @pydantic.field_validator("fallback_configs", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return () if value is None else value

    @pydantic.field_validator("provider_config", mode="before")
    @classmethod
    def _plain_settings(cls, value: object) -> object:
        given = as_mapping(value)
        if isinstance(given, Mapping):
            check_plain("provider_config", given)
        return given

    @pydantic.field_validator("api_key")
    @classmethod
    def _no_mask(cls, value: pydantic.SecretStr | None) -> pydantic.SecretStr | None:
        if value is not None:
            refuse_masked_key(value.get_secret_value())
        return value

    @pydantic.field_validator("headers")
    @classmethod
    def _may_be_sent(cls, value: Mapping[str, pydantic.SecretStr]) -> Mapping[str, pydantic.SecretStr]:
        return checked_headers(value)

    @pydantic.field_validator("base_url", "webhook_url")
    @classmethod
    def _names_server(cls, value: str | None) -> str | None:
        return None if value is None else checked_server_url(value)

    @pydantic.field_validator("provider")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.strip().lower()

    @pydantic.field_validator("fallback_on", mode="before")
    @classmethod
    def _known_reasons(cls, value: object) -> object:
        known = sorted(get_args(FallbackReason))
        allowed = f"(use: {', '.join(known)})"
        if isinstance(value, str):
            raise ValueError(f"the reasons are a list; write [{value[:100]!r}] {allowed}")  # noqa: TRY004
        if isinstance(value, list | tuple | set | frozenset):
            for word in value:
                if not isinstance(word, str):
                    raise ValueError(f"a reason must be text, not {type(word).__name__} {allowed}")  # noqa: TRY004
                if word not in known:
                    guess = did_you_mean(word, known)
                    raise ValueError(f"{word[:100]!r} is not a fallback reason{guess} {allowed}")
        return value

    @classmethod
    def _named_as_meant(cls, values: tuple[object, ...]) -> Iterable[tuple[str, object]]:
        first = values[0]
        if isinstance(first, str) and len(values) == 1 and "/" in first.strip("/ "):
            return split_name(first).items()
        return super()._named_as_meant(values)

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Show the base URL without its password."""
        for name, value in super().__repr_args__():
            yield name, without_password(value) if name == "base_url" and isinstance(value, str) else value

    def chain(self) -> tuple[Self, ...]:
        """Return this configuration and its fallbacks, depth first, in the order they are tried."""
        found: list[Self] = [self]
        for fallback in self.fallback_configs:
            found.extend(fallback.chain())
        return tuple(found)


# `init=False` makes type checkers keep the constructor above instead of generating a narrower one
@built_on_first_use
class VideoGenerationConfig(GenerationConfig, init=False):
    """Configures the generation of videos; `GenerationConfig` describes the fields."""

    # by name: what FastAPI makes of a field cannot resolve `Self`
    fallback_configs: tuple[VideoGenerationConfig, ...] = ()


@built_on_first_use
class ImageGenerationConfig(GenerationConfig, init=False):
    """Configures the generation of images; `GenerationConfig` describes the fields."""

    # by name: what FastAPI makes of a field cannot resolve `Self`
    fallback_configs: tuple[ImageGenerationConfig, ...] = ()
