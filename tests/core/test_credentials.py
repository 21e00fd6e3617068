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
from tarash.tarash_gateway.exceptions import AuthenticationError, PluginError, ValidationError
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


class AcmeOfParts(Acme):
    """Takes nothing but a pair, of which it signs with both."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), key_parts=PARTS, api_key_env=())


def _of_parts(*extensions: object) -> Provider:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", AcmeOfParts())
    for extension in extensions:
        registry.register_extension(extension)
    return registry.get("acme")


@pytest.mark.parametrize(
    ("given", "environ", "lacking"),
    [
        ({}, {}, ""),
        ({"access_key": "own-access"}, {}, ", since its secret_key is missing"),
        ({}, {"ACME_SECRET": "env-secret"}, ", since its access_key is missing"),
        ({"access_key": "own-access", "secret_key": " "}, {}, ", since its secret_key is missing"),
    ],
)
def test_a_key_of_parts_says_which_is_missing_and_offers_no_single_key(
    given: dict[str, str], environ: dict[str, str], lacking: str
) -> None:
    with pytest.raises(AuthenticationError) as caught:
        resolve_credentials(acme(api_key=None, provider_config=given), _of_parts(), environ, needed=True)
    assert caught.value.message == (
        f"no API key for acme{lacking}; set ACME_ACCESS and ACME_SECRET, or pass "
        "provider_config={'access_key': …, 'secret_key': …} in the configuration"
    )


@pytest.mark.parametrize("given", [{}, OWN], ids=["alone", "beside the parts"])
@pytest.mark.parametrize("environ", [{}, AROUND], ids=["bare", "with a pair"])
def test_a_single_key_is_refused_where_a_key_consists_of_parts(
    given: dict[str, str], environ: dict[str, str]
) -> None:
    config = acme(api_key="own-key", provider_config=given)
    with pytest.raises(AuthenticationError) as caught:
        resolve_credentials(config, _of_parts(), environ, needed=True)
    assert caught.value.message == (
        "acme takes no api_key=…: its key consists of access_key and secret_key; set ACME_ACCESS and ACME_SECRET, or pass "
        "provider_config={'access_key': …, 'secret_key': …} in the configuration"
    )


def test_a_single_key_does_not_matter_where_nothing_is_sent() -> None:
    assert resolve_credentials(acme(api_key="own-key"), _of_parts(), {}, needed=False).parts == {}


@pytest.mark.parametrize("part", [12, ["own-secret"], Secret("own-secret")])
def test_a_part_of_the_wrong_type_is_told_as_such_and_not_shown(part: object) -> None:
    with pytest.raises(
        ValidationError, match=r"provider_config\['secret_key'\] is of type .*; (a part|use text)"
    ) as caught:
        resolve_credentials(
            acme(api_key=None, provider_config={**OWN, "secret_key": part}), _of_parts(), {}, needed=True
        )
    assert "own-secret" not in caught.value.message


class Store:
    """Supplies whatever it is told to."""

    def __init__(self, supplied: object) -> None:
        self.supplied = supplied

    @hookimpl
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Any:
        return self.supplied


class Vault(Store):
    """Another one."""


@pytest.mark.parametrize(
    ("supplied", "lacking"),
    [
        (Credentials(), "access_key and secret_key"),
        (Credentials(api_key=Secret("single")), "access_key and secret_key"),
        (Credentials(parts={"access_key": Secret("a")}), "secret_key"),
        (Credentials(parts={"access_key": Secret("a"), "secret_key": Secret("")}), "secret_key"),
    ],
)
def test_an_extension_that_supplies_half_a_key_is_named(supplied: Credentials, lacking: str) -> None:
    with pytest.raises(
        AuthenticationError, match=f"the extension Store supplied a key for acme without its {lacking};"
    ):
        resolve_credentials(acme(api_key=None), _of_parts(Store(supplied)), {}, needed=True)


def test_a_bug_of_an_extension_is_not_blamed_on_the_plugin() -> None:
    config, broken = acme(api_key=None), Store(("access", "secret"))
    message = "the extension Store has a bug: tarash_credentials returned tuple, .* the extension's authors"
    with pytest.raises(PluginError, match=message):
        resolve_credentials(config, _of_parts(broken), {}, needed=True)
    with pytest.raises(PluginError, match="one of the extensions Store, Vault has a bug"):
        resolve_credentials(config, _of_parts(broken, Vault(None)), {}, needed=True)


def test_a_plugin_that_supplies_its_own_key_is_blamed_for_it() -> None:
    class Supplying(AcmeOfParts):
        @hookimpl
        def tarash_credentials(self, account: str | None) -> Any:
            return "key"

    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", Supplying())
    with pytest.raises(PluginError, match="the acme plugin has a bug: tarash_credentials returned str"):
        resolve_credentials(acme(api_key=None), registry.get("acme"), {}, needed=True)


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
