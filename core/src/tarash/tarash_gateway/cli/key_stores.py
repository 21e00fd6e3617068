"""Where keys are stored, and where a key comes from: a variable, `.env`, an extension such as the keyring, or the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from ..engine.resolving import ask_for_credentials, key_variable
from ..exceptions import AuthenticationError, ValidationError
from ..plugin.info import ProviderInfo
from ..process_gateway import default_gateway
from .dotenv_file import with_dotenv
from .key_file import delete_in_file, key_file, keys_of, store_in_file

API_KEY = "api_key"
"""The name of a key that is one text; the parts of other keys have the names that their provider gives them."""


@runtime_checkable
class KeyStore(Protocol):
    """An extension that stores keys, besides supplying them with `tarash_credentials`: the keyring of the system, for instance.

    `tarash keys` uses the first extension with these functions. Each raises `AuthenticationError` if the store cannot be used.
    """

    def is_available(self) -> bool:
        """Return whether there is a store on this machine."""
        ...

    def backend_name(self) -> str:
        """Return the name of the store, for people."""
        ...

    def store_key(
        self, provider: ProviderInfo, key: str, *, part: str = ..., account: str | None = ...
    ) -> None:
        """Store a key, or one part of it."""
        ...

    def delete_key(self, provider: ProviderInfo, *, part: str = ..., account: str | None = ...) -> bool:
        """Delete a key, or one part of it; return whether there was one."""
        ...

    def stored_parts(self, provider: ProviderInfo, *, account: str | None = ...) -> tuple[str, ...]:
        """Return which parts of a key are stored."""
        ...


def installed_store() -> KeyStore | None:
    """Return the store of the first extension that has one for this machine; None if the file is used."""
    found = (extension.plugin for extension in default_gateway().registry.extensions())
    return next((item for item in found if isinstance(item, KeyStore) and item.is_available()), None)


def parts_of(info: ProviderInfo) -> tuple[str, ...]:
    """Return the names of everything that a key of this provider may consist of."""
    return (*((API_KEY,) if info.api_key_env else ()), *info.key_parts)


def store(info: ProviderInfo, part: str, key: str, *, account: str | None) -> str:
    """Store a key, or one part of it, in the best place; return that place.

    Raises:
        ValidationError: the key is empty, or the file cannot be used.
        AuthenticationError: the keyring is locked, or cannot be written.
    """
    text = key.strip()
    if not text or not text.isprintable():
        raise ValidationError(
            f"the key for {info.id} is {'not one line of text' if text else 'empty'}; nothing was stored",
            provider=info.id,
        )
    keyring = installed_store()
    if keyring is None:
        store_in_file(info.id, part, text, account=account)
        return str(key_file())
    keyring.store_key(info, text, part=part, account=account)
    # an older copy would come back when the keyring's is deleted
    delete_in_file(info.id, part, account=account)
    return keyring.backend_name()


def remove(info: ProviderInfo, part: str, *, account: str | None) -> list[str]:
    """Delete a key, or one part of it, wherever it is stored; return those places."""
    places = []
    keyring = installed_store()
    if keyring is not None and keyring.delete_key(info, part=part, account=account):
        places.append(keyring.backend_name())
    if delete_in_file(info.id, part, account=account):
        places.append(str(key_file()))
    return places


def sources(info: ProviderInfo, *, account: str | None = None) -> Iterator[str]:
    """Yield every place that has a key, in words; the first one is used.

    Raises:
        AuthenticationError: an extension cannot read its keys.
        ValidationError: the file cannot be used.
    """
    present = key_variable(info, os.environ)
    if present is not None:
        yield f"set in {present}"
    noted = key_variable(info, with_dotenv([info]))
    if noted is not None and noted != present:
        yield f"set in {noted} in .env"
    supplied = _supplied(info, account)
    if supplied is not None:
        yield supplied
    parts = keys_of(info.id, account)
    if parts:
        whole = API_KEY in parts or all(name in parts for name in info.key_parts)
        yield f"stored in {key_file()}" + ("" if whole else f" (only {', '.join(parts)})")


def is_supplied(info: ProviderInfo, account: str | None) -> bool:
    """Return whether an extension has the key, or cannot say so because it is locked."""
    try:
        return _supplied(info, account) is not None
    except AuthenticationError:
        # whoever uses the key says what is wrong; another key must not stand in for it
        return True


def _supplied(info: ProviderInfo, account: str | None) -> str | None:
    keyring = installed_store()
    if keyring is not None and keyring.stored_parts(info, account=account):
        return f"stored in {keyring.backend_name()}"
    found = ask_for_credentials(default_gateway().registry.get(info.id), account)
    return None if found is None else "supplied by an extension"
