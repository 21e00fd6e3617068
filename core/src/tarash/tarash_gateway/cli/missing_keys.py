"""Says which keys are missing before any of several models is paid."""

from __future__ import annotations

from collections.abc import Iterable

from ..engine.resolving import key_sources, resolve_credentials
from ..exceptions import AuthenticationError, TarashException
from ..models.config import GenerationConfig
from ..process_gateway import default_gateway
from .environment import environment_of


def check_keys(configs: Iterable[GenerationConfig]) -> None:
    """Check that every model that is not a mock has a key, or settings of its provider, which may name something else in place of one.

    Raises:
        AuthenticationError: keys are missing; the message names each. Nothing was sent.
    """
    errors: dict[str, AuthenticationError] = {}
    for config in configs:
        if config.mock is None:
            try:
                _check_key(config)
            except AuthenticationError as error:
                error.provider = config.provider
                errors[config.provider] = error
    if len(errors) == 1:
        raise next(iter(errors.values()))
    if errors:
        ways = [f"{name}: set {_variables(name)}" for name in errors]
        raise AuthenticationError(
            f"the keys of {len(errors)} providers are missing, so nothing was sent: {'; '.join(ways)}; or run "
            "'tarash keys set PROVIDER' for each"
        )


def _check_key(config: GenerationConfig) -> None:
    try:
        provider = default_gateway().registry.get(config.provider)
    except TarashException:
        # whoever uses the provider says what is wrong with it
        return
    info = provider.info
    found = resolve_credentials(config, provider, environment_of(config), needed=True)
    if info.key_alternative and not config.provider_config and not found.secrets():
        raise AuthenticationError(f"no API key for {info.id}; set {key_sources(info)}")


def _variables(provider: str) -> str:
    return key_sources(default_gateway().registry.get(provider).info)


__all__ = ["check_keys"]
