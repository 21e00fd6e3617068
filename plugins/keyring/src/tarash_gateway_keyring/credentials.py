"""The hook: the key of a provider and an account."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthenticationError, Credentials, ProviderInfo, Secret, hookimpl

from .cache import cache
from .store import API_KEY, entry_of, read_parts


@hookimpl
def tarash_credentials(provider: ProviderInfo, account: str | None) -> Credentials | None:
    """Supply the key that the keyring has for this account."""
    return cache.get(provider, account, read_credentials)


def read_credentials(provider: ProviderInfo, account: str | None) -> Credentials | None:
    """Read the key of an account from the keyring; None if it has none.

    Raises:
        AuthenticationError: the keyring cannot be read, or has only a part of the key.
    """
    found = read_parts(provider, account)
    parts = {name: Secret(found[name]) for name in provider.key_parts if name in found}
    is_whole = len(parts) == len(provider.key_parts)
    if parts and not is_whole and API_KEY not in found:
        lacking = next(name for name in provider.key_parts if name not in parts)
        raise AuthenticationError(
            f"the keyring has only a part of the key for {provider.id}; store the rest: "
            f"keyring set {' '.join(entry_of(provider, lacking, account))}",
            provider=provider.id,
        )
    if not found:
        return None
    return Credentials(api_key=Secret(found.get(API_KEY, "")), parts=parts if is_whole else {})
