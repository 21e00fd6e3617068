"""Owns a keyring of the test's own, in a file, in place of the desktop's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyrings.alt.file import (  # type: ignore[import-untyped]  # it has no types
    EncryptedKeyring,
    PlaintextKeyring,
)

from tarash_gateway_keyring.cache import cache


@pytest.fixture(params=["plain", "encrypted"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyringBackend]:
    """A real backend of the keyring library that needs no desktop."""
    made: KeyringBackend
    if request.param == "plain":
        made = PlaintextKeyring()
    else:
        made = EncryptedKeyring()
        made.keyring_key = "of-a-test"  # type: ignore[attr-defined]
    made.file_path = str(tmp_path / "keyring.cfg")  # type: ignore[attr-defined]
    yield from used(made)


def used(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """Use a backend for the length of a test; nothing of an earlier one is kept."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    cache.clear()
    yield backend
    keyring.set_keyring(before)
    cache.clear()
