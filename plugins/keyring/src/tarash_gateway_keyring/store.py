"""The entries of the keyring: what they are called, and how they are read and written. Nothing here logs."""

from __future__ import annotations

from collections.abc import Callable

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Phrase,
    ProviderInfo,
    ValidationError,
    python_words,
    wrong_field,
)

from .cache import forget

API_KEY = "api_key"
"""The name of a key that is one text; the parts of other keys have the names that their provider gives them."""
DEFAULT_ACCOUNT = "default"
"""The name that the keyring has for a configuration without an account."""


def entry_of(provider: ProviderInfo, part: str = API_KEY, account: str | None = None) -> tuple[str, str]:
    """Return the name of an entry: service and user name, as the command `keyring set` takes them.

    Raises:
        ValidationError: the provider has no such part.
    """
    if part not in _parts(provider):
        raise ValidationError(
            f"{provider.id} has no key part {part!r}; it has {' and '.join(_parts(provider))}",
            provider=provider.id,
        )
    service = f"tarash-gateway/{provider.id}" + ("" if part == API_KEY else f"/{part}")
    return service, account or DEFAULT_ACCOUNT


def read_parts(provider: ProviderInfo, account: str | None) -> dict[str, str]:
    """Return what the keyring has of a key, by part; empty if there is nothing, or no keyring on this machine.

    Raises:
        AuthenticationError: the keyring is locked or cannot be read.
    """
    import keyring
    from keyring.errors import NoKeyringError

    found: dict[str, str] = {}
    for part in _parts(provider):
        service, user = entry_of(provider, part, account)
        try:
            text = keyring.get_password(service, user)
        except NoKeyringError:
            return {}
        except Exception as error:
            raise _refusal(provider, "read", error) from error
        if text and text.strip():
            found[part] = text.strip()
    return found


def stored_parts(provider: ProviderInfo, *, account: str | None = None) -> tuple[str, ...]:
    """Return which parts of a key the keyring has: "api_key", or the names that the provider gives them.

    Raises:
        AuthenticationError: the keyring is locked or cannot be read.
    """
    return tuple(read_parts(provider, account))


def store_key(provider: ProviderInfo, key: str, *, part: str = API_KEY, account: str | None = None) -> None:
    """Store a key, or one part of it; it replaces an earlier one.

    Raises:
        ValidationError: the key is empty, or the provider has no such part.
        AuthenticationError: there is no keyring, or it cannot be written.
    """
    import keyring

    service, user = entry_of(provider, part, account)
    if not key.strip():
        raise ValidationError(f"the key for {provider.id} is empty", provider=provider.id)
    _written(provider, lambda: keyring.set_password(service, user, key.strip()))
    forget(provider, account=account)


def delete_key(provider: ProviderInfo, *, part: str = API_KEY, account: str | None = None) -> bool:
    """Delete a key, or one part of it; return whether there was one.

    Raises:
        ValidationError: the provider has no such part.
        AuthenticationError: the keyring cannot be read or written.
    """
    import keyring

    service, user = entry_of(provider, part, account)
    if part not in read_parts(provider, account):
        return False
    _written(provider, lambda: keyring.delete_password(service, user))
    forget(provider, account=account)
    return True


def is_available() -> bool:
    """Return whether there is a keyring on this machine; it may be locked."""
    import keyring
    from keyring.backends import fail, null

    try:
        return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)
    except Exception:  # noqa: BLE001 - a backend may raise anything; whoever uses the keyring says what is wrong with it
        return True


def backend_name() -> str:
    """Return the name of the keyring in use, such as "macOS Keyring".

    Raises:
        AuthenticationError: the configured keyring cannot be loaded.
    """
    import keyring

    try:
        return keyring.get_keyring().name
    except Exception as error:
        raise _refusal(None, "loaded", error) from error


def _parts(provider: ProviderInfo) -> tuple[str, ...]:
    return (API_KEY, *provider.key_parts) if provider.api_key_env else tuple(provider.key_parts)


def _written(provider: ProviderInfo, write: Callable[[], None]) -> None:
    from keyring.errors import NoKeyringError

    try:
        write()
    except NoKeyringError as error:
        raise AuthenticationError(
            Phrase(
                "there is no keyring on this machine; ",
                _instead(provider),
                ", or install a backend of the keyring library",
            ),
            provider=provider.id,
        ) from error
    except Exception as error:
        raise _refusal(provider, "written", error) from error


def _refusal(provider: ProviderInfo | None, what: str, error: Exception) -> AuthenticationError:
    """Return what a backend raised as an exception of the gateway; its text may name anything, so only its kind is told."""
    from keyring.errors import KeyringLocked

    if isinstance(error, KeyringLocked):
        told, advice = "is locked", "unlock it"
    else:
        told, advice = f"cannot be {what} ({type(error).__name__})", "check it with `keyring diagnose`"
    return AuthenticationError(
        Phrase(f"the keyring {told}; {advice}", *([] if provider is None else [", or ", _instead(provider)])),
        provider=None if provider is None else provider.id,
    )


def _instead(provider: ProviderInfo) -> str:
    names = " or ".join((*provider.api_key_env, *_pair(provider)))
    passed = Phrase("pass ", wrong_field("api_key", ...), " in the configuration")
    return f"set {names}" if names else python_words(passed, "pass_key")


def _pair(provider: ProviderInfo) -> tuple[str, ...]:
    pair = " and ".join(variables[0] for variables in provider.key_parts.values() if variables)
    return (pair,) if pair else ()
