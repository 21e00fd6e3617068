"""Where a key of one or of several parts comes from, and what is not mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.acme import Acme, acme
from tarash.tarash_gateway import VideoGenerationConfig
from tarash.tarash_gateway.discovery import Provider, Registry
from tarash.tarash_gateway.engine.resolving import key_sources, key_variable, resolve_credentials
from tarash.tarash_gateway.exceptions import AuthenticationError
from tarash.tarash_gateway.plugin import Credentials, ProviderInfo, Secret, hookimpl

PARTS = {"access_key": ("ACME_ACCESS",), "secret_key": ("ACME_SECRET", "ACME_OLD_SECRET")}
OWN = {"access_key": "own-access", "secret_key": "own-secret"}
AROUND = {"ACME_ACCESS": "env-access", "ACME_SECRET": "env-secret"}


class AcmeWithPairs(Acme):
    """Takes a key, or a pair of keys."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), key_parts=PARTS)


@pytest.fixture
def provider() -> Provider:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", AcmeWithPairs())
    return registry.get("acme")


@pytest.mark.parametrize(
    ("given", "environ", "key", "parts"),
    [
        pytest.param({"api_key": "own"}, {}, "own", {}, id="key"),
        pytest.param({}, {"ACME_KEY": "env"}, "env", {}, id="key of the environment"),
        pytest.param({"provider_config": OWN}, {}, "", OWN, id="pair"),
        pytest.param({}, AROUND, "", {"access_key": "env-access", "secret_key": "env-secret"}, id="its pair"),
        pytest.param(
            {"provider_config": {"access_key": "own-access"}},
            AROUND,
            "",
            {"access_key": "own-access", "secret_key": "env-secret"},
            id="a pair from both places",
        ),
        pytest.param({"api_key": "own"}, AROUND, "own", {}, id="a key is not mixed with another pair"),
        pytest.param(
            {"provider_config": OWN}, {"ACME_KEY": "env"}, "", OWN, id="a pair is not mixed with another key"
        ),
        pytest.param(
            {},
            {"ACME_ACCESS": "a-part", "ACME_OLD_SECRET": "b-part", "ACME_KEY": "env"},
            "env",
            {"access_key": "a-part", "secret_key": "b-part"},
            id="everything that the environment has",
        ),
    ],
)
def test_a_key_of_the_configuration_is_taken_before_the_environments_and_not_mixed(
    provider: Provider,
    given: dict[str, Any],
    environ: dict[str, str],
    key: str,
    parts: Mapping[str, str],
) -> None:
    config = VideoGenerationConfig.model_validate({"provider": "acme", "model": "plain", **given})
    found = resolve_credentials(config, provider, environ, needed=True)
    assert found.api_key.reveal() == key
    assert {name: part.reveal() for name, part in found.parts.items()} == parts


@pytest.mark.parametrize("environ", [{}, {"ACME_ACCESS": "only-this-one"}])
def test_half_a_pair_is_no_key_and_the_error_names_every_place(
    provider: Provider, environ: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationError, match="set ACME_KEY or ACME_ACCESS and ACME_SECRET, or pass"):
        resolve_credentials(acme(api_key=None), provider, environ, needed=True)


def test_the_variables_of_a_key_are_told_by_name(provider: Provider) -> None:
    assert key_sources(provider.info) == "ACME_KEY or ACME_ACCESS and ACME_SECRET"
    assert key_variable(provider.info, {**AROUND, "ACME_KEY": "env"}) == "ACME_KEY"
    assert key_variable(provider.info, AROUND) == "ACME_ACCESS and ACME_SECRET"
    assert key_variable(provider.info, {"ACME_ACCESS": "half"}) is None


def test_an_extension_is_asked_when_nobody_else_has_a_key() -> None:
    class Keyring:
        @hookimpl
        def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials:
            return Credentials(api_key=Secret(f"{provider.id} of {account}"))

    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", AcmeWithPairs())
    registry.register_extension(Keyring())
    config = acme(api_key=None, account="night")
    found = resolve_credentials(config, registry.get("acme"), {"ACME_ACCESS": "half"}, needed=True)
    assert found.api_key.reveal() == "acme of night"


@pytest.mark.parametrize(
    ("needed", "key_required"), [(True, True), (False, True), (True, False), (False, False)]
)
def test_an_extension_that_cannot_read_its_keys_matters_only_if_a_key_is_needed(
    needed: bool, key_required: bool
) -> None:
    class Locked:
        @hookimpl
        def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials:
            raise AuthenticationError("the vault is locked")

    class AcmeOfThis(Acme):
        @hookimpl
        def tarash_provider(self) -> ProviderInfo:
            return replace(super().tarash_provider(), key_required=key_required)

    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", AcmeOfThis())
    registry.register_extension(Locked())

    def found() -> Credentials:
        return resolve_credentials(acme(api_key=None), registry.get("acme"), {}, needed=needed)

    if needed and key_required:
        with pytest.raises(AuthenticationError, match="the vault is locked"):
            found()
    else:
        assert not found().api_key
