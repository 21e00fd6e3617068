"""Puts keys and secret settings back into the chain of a saved job."""

from __future__ import annotations

from collections.abc import Mapping

import pydantic

from ..job import Job
from ..models.config import GenerationConfig


def with_secrets(
    job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
) -> tuple[GenerationConfig, ...]:
    """Return the saved chain, with keys and secret settings from `config` and `api_keys` put back."""
    given = config.chain() if config is not None else ()
    restored: list[GenerationConfig] = []
    for position, saved in enumerate(job.restored_configs()):
        changes: dict[str, object] = {}
        if position < len(given) and (given[position].provider, given[position].model) == (
            saved.provider,
            saved.model,
        ):
            changes["api_key"] = given[position].api_key
            changes["provider_config"] = {**saved.provider_config, **given[position].provider_config}
        key = api_keys.get(saved.account or "") or api_keys.get(saved.provider)
        if key:
            changes["api_key"] = pydantic.SecretStr(key)
        restored.append(saved.model_copy(update=changes) if changes else saved)
    return tuple(restored)
