"""The chain of a row: the model that it names, with the limits and fallbacks of the batch; and chains as stored data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

import pydantic

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.job import saved_config
from tarash.tarash_gateway.models import GenerationConfig, MockConfig, Modality, modality_named, modality_of
from tarash.tarash_gateway.models.local import LOCAL, LOCAL_MODELS

VARIABLE = "TARASH_BATCH_HEADERS"
"""Environment variable with the headers for rows that are read from the database."""
HeaderNames: TypeAlias = Sequence[Sequence[str]]
"""Names of the headers of each link of a chain."""
Headers: TypeAlias = Mapping[str, Mapping[str, str]]
"""Headers by queue: "provider", or "provider/account"."""
_HEADERS = pydantic.TypeAdapter(dict[str, dict[str, str]])


def with_model(config: GenerationConfig, model: str | None, fallback: str | None) -> GenerationConfig:
    """Return the chain of a row that names its model, its fallback, both or neither.

    Args:
        config: the chain of the batch.
        model: "provider/model" or "local" in place of the batch's, or None. A model of another provider has neither the key nor the
            settings of the batch's.
        fallback: "provider/model" or "local" in place of all fallbacks of the batch, or None.

    Raises:
        ValidationError: a name is neither.
    """
    if model is not None:
        config = _renamed(config, model)
    if fallback is not None:
        config = config.model_copy(update={"fallback_configs": (_renamed(config, fallback, alone=True),)})
    return config


def _renamed(config: GenerationConfig, name: str, *, alone: bool = False) -> GenerationConfig:
    provider, model = _split(name, modality_of(config))
    changes: dict[str, object] = {"provider": provider, "model": model}
    if alone:
        changes["fallback_configs"] = ()
    if provider != config.provider:
        fresh = {"api_key", "base_url", "api_version", "provider_config", "account", "webhook_url", "headers"}
        fields = type(config).model_fields
        changes |= {
            item: fields[item].get_default(call_default_factory=True, validated_data={}) for item in fresh
        }
    return config.model_copy(update=changes)


def _split(name: str, modality: Modality) -> tuple[str, str]:
    if name.strip().lower() == LOCAL and modality.name in LOCAL_MODELS:
        return LOCAL, LOCAL_MODELS[modality.name]
    provider, slash, model = name.strip().partition("/")
    if not (slash and provider and model):
        raise ValidationError(f'{name[:100]!r} is not "provider/model", such as "fal/fal-ai/veo3.1"')
    return provider.lower(), model


def named_chain(
    modality: Modality, names: Sequence[str], *, base_url: str | None, timeout: float, mock: MockConfig | None
) -> GenerationConfig:
    """Return a chain of names, "provider/model" or "local", the primary first; `base_url` is that of the primary, the rest of all.

    Raises:
        ValidationError: a name is neither.
    """
    (provider, model), *others = (_split(name, modality) for name in names)
    kind = modality.config
    fallbacks = [kind(provider=name[0], model=name[1], timeout=timeout, mock=mock) for name in others]
    return kind(
        provider=provider,
        model=model,
        timeout=timeout,
        base_url=base_url,
        mock=mock,
        fallback_configs=fallbacks,
    )


def rest_of(config: GenerationConfig, link: int) -> GenerationConfig:
    """Return a chain from one of its models on, counted from 0."""
    return config if link == 0 else _in_a_row(config.chain()[link:])


def _in_a_row(links: Sequence[GenerationConfig]) -> GenerationConfig:
    """Return a chain of links in this order; the fallbacks of a link are links of their own."""
    first, *others = (link.model_copy(update={"fallback_configs": ()}) for link in links)
    return first.model_copy(update={"fallback_configs": tuple(others)})


def stored_chain(config: GenerationConfig) -> dict[str, object]:
    """Return a chain as JSON data without any key; of its headers, only the names."""
    names = [sorted(link.headers) for link in config.chain()]
    return {
        "modality": modality_of(config).name,
        "config": _stored(config),
        **({"headers": names} if any(names) else {}),
    }


def _stored(config: GenerationConfig) -> dict[str, object]:
    return saved_config(config) | {"fallback_configs": [_stored(item) for item in config.fallback_configs]}


def restored_chain(stored: Mapping[str, object]) -> GenerationConfig:
    """Return a chain from its JSON data; its keys come from the environment."""
    kind = modality_named(str(stored["modality"])).config
    return kind.model_validate(cast("Mapping[str, object]", stored["config"]))


def header_names(stored: Mapping[str, object]) -> HeaderNames:
    """Return the names of the headers that each link of a stored chain had."""
    return cast("HeaderNames", stored.get("headers", ()))


def with_headers(config: GenerationConfig, names: HeaderNames, given: Headers) -> GenerationConfig:
    """Return a chain that was read from the database with its headers; a link that had none gets none.

    Args:
        config: the chain.
        names: names of the headers of each link.
        given: headers by queue: "provider", or "provider/account".

    Raises:
        ValidationError: one is not given. Without it, the request would go past a proxy, or be refused.
    """
    if not any(names):
        return config
    links = list(config.chain())
    for position, (link, needed) in enumerate(zip(links, names, strict=False)):
        own = {name.lower(): value for name, value in given.get(queue_of(link), {}).items()}
        if missing := [name for name in needed if name.lower() not in own]:
            raise ValidationError(
                f"the configuration of {queue_of(link)} had the headers {', '.join(missing)}, whose values are not stored; nothing was "
                f"sent: give them to what generates the rows, with {VARIABLE} or headers=…, and try the row again"
            )
        headers = {name: pydantic.SecretStr(own[name.lower()]) for name in needed}
        links[position] = link.model_copy(update={"headers": headers})
    return _in_a_row(links)


def headers_in(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the headers by queue that the environment has.

    Raises:
        ValidationError: they cannot be read.
    """
    try:
        return _HEADERS.validate_json(environ.get(VARIABLE) or "{}")
    except pydantic.ValidationError:
        # the text is not repeated, nor what is wrong in it, as it has tokens
        raise ValidationError(
            f'{VARIABLE} cannot be read; set it to JSON such as {{"fal": {{"X-Proxy-Token": "…"}}}}'
        ) from None


def queue_of(config: GenerationConfig) -> str:
    """Return the queue of a chain: that of the account at the provider which comes first."""
    return config.provider if config.account is None else f"{config.provider}/{config.account}"


__all__ = [
    "VARIABLE",
    "HeaderNames",
    "Headers",
    "header_names",
    "headers_in",
    "named_chain",
    "queue_of",
    "rest_of",
    "restored_chain",
    "stored_chain",
    "with_headers",
    "with_model",
]
