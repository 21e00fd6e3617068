"""The README's example does what it says."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from snippets import snippets
from tarash.tarash_gateway.plugin import Credentials
from tarash_gateway_keyring import tarash_credentials
from tarash_gateway_kling import PROVIDER

README = (Path(__file__).resolve().parents[3] / "plugins" / "keyring" / "README.md").read_text("utf-8")


@pytest.mark.usefixtures("backend")
def test_the_example_stores_lists_and_deletes() -> None:
    (snippet,) = snippets(README)
    names: dict[str, object] = {}
    exec(snippet.text, names)  # noqa: S102 - the project's own page
    assert "store_key" in names


def test_the_commands_store_what_is_found(backend: KeyringBackend) -> None:
    lines = [
        line.split()[2:]
        for line in README.splitlines()
        if line.startswith("keyring set tarash-gateway/kling")
    ]
    for service, user in lines:
        keyring.set_password(service, user, "of-a-test")
    found = tarash_credentials(provider=PROVIDER, account="studio")
    assert isinstance(found, Credentials)
    assert set(found.parts) == {"access_key", "secret_key"}
