"""Plugins are found by entry point, loaded when first used, and a broken one harms no other."""

from __future__ import annotations

import gc
import traceback
import tracemalloc
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import cast

import pytest

from core.acme import Acme, UncancellableAcme, acme
from core.chains import BOAT, fal_video
from simulators.fal import FalSimulator
from tarash.tarash_gateway import Gateway, PluginError, ProviderNotInstalledError
from tarash.tarash_gateway.discovery import PROVIDER_GROUP, EntryPoint, Registry, installed_entry_points
from tarash.tarash_gateway.mapping import Price
from tarash.tarash_gateway.plugin import Call, Flow, ProviderInfo, Submission, hookimpl
from tarash.tarash_gateway.plugin.info import HOOK_API_VERSION


@dataclass
class Distribution:
    """What importlib-metadata says of an installed package."""

    name: str
    version: str = "1.2.3"


@dataclass
class Entry:
    """An entry point whose module is an object, or an exception raised when it is imported."""

    name: str
    plugin: object
    dist: Distribution
    value: str = "somewhere:plugin"
    loads: int = 0

    def load(self) -> object:
        self.loads += 1
        if isinstance(self.plugin, BaseException):
            raise self.plugin
        return self.plugin


def _entry(name: str, plugin: object, distribution: str = "") -> Entry:
    return Entry(name, plugin, Distribution(distribution or f"tarash-gateway-{name}"))


def _registry(*entries: Entry) -> Registry:
    def found(group: str) -> list[EntryPoint]:
        return list(entries) if group == PROVIDER_GROUP else []

    return Registry(found)


class WithoutSubmit:
    """Lacks required hooks."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return Acme("bad").tarash_provider()


class WithoutProvider:
    """Does not say who it is."""


class Undecorated(WithoutSubmit):
    """Has the required hooks, but forgot to decorate them."""

    def tarash_models(self) -> None:
        """Give a table."""

    def tarash_submit(self) -> None:
        """Submit."""

    def tarash_normalize(self) -> None:
        """Normalize."""


class MisspeltSubmit(WithoutSubmit):
    """Implements required hooks, one of them misspelt."""

    @hookimpl
    def tarash_sumbit(self) -> None:
        """Submit, misspelt."""


class OddRow(Acme):
    """Has something in its table that is not a row."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        return [*super().tarash_models().rows, {"id": "acme-3"}]


class WrongArguments(Acme):
    """Implements a hook with an argument that the contract does not have."""

    @hookimpl
    def tarash_error(self, call: object, answer: object) -> None:
        """Take an argument called otherwise in the contract."""


class AsyncSubmit(Acme):
    """Submits in a coroutine, which nobody would await."""

    @hookimpl
    async def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Submission:  # type: ignore[override]
        raise AssertionError("nobody awaits it")


class DefaultArgument(Acme):
    """Gives the payload a default, which pluggy would use for every submission."""

    @hookimpl
    def tarash_submit(
        self, call: Call, payload: Mapping[str, object] = MappingProxyType({})
    ) -> Flow[Submission]:
        return super().tarash_submit(call, payload)


class LazyPlugin:
    """Imports on first use, and lacks what it imports."""

    def __getattr__(self, name: str) -> object:
        raise ImportError(f"no module named 'jwt', which {name} needs")


class MisspeltHook(Acme):
    """Implements a hook that does not exist."""

    @hookimpl
    def tarash_pole(self) -> None:
        """Poll, misspelt."""


class FailingTable(Acme):
    """Fails while it is asked for its table."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        return 1 / 0


class LeavingTable(Acme):
    """Ends the process while it is asked for its table."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        raise SystemExit(3)


class LateTable(Acme):
    """Fails while its rows are read, one by one."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        return (1 / number for number in (0,))


class WrongRow(Acme):
    """Writes a price where a tuple of prices belongs."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        price = Price(usd=1.0, unit="video", source="price list")
        return [replace(row, prices=cast("tuple[Price, ...]", price)) for row in super().tarash_models().rows]


class NoTable(Acme):
    """Gives something else than a table."""

    @hookimpl
    def tarash_models(self) -> object:  # type: ignore[override]  # that is the mistake
        return 7


@pytest.mark.parametrize(
    ("plugin", "told"),
    [
        pytest.param(
            ImportError("no module named 'jwt'"), "cannot be imported: ImportError: no module", id="import"
        ),
        pytest.param(SystemExit(2), "cannot be imported: calls sys.exit", id="exit"),
        pytest.param(WithoutProvider(), "lacks the required hook tarash_provider", id="no-provider"),
        pytest.param(
            WithoutSubmit(),
            "lacks the required hooks tarash_models, tarash_submit, tarash_normalize",
            id="missing-hooks",
        ),
        pytest.param(
            MisspeltSubmit(),
            "tarash_sumbit is not a hook; did you mean 'tarash_submit'?",
            id="misspelt-required-hook",
        ),
        pytest.param(Undecorated(), "decorate tarash_models and tarash_submit", id="undecorated"),
        pytest.param(
            WrongArguments("bad"),
            "can not be found in the hookspec; upgrade it, or tarash-gateway if it needs a newer one",
            id="wrong-arguments",
        ),
        pytest.param(
            DefaultArgument("bad"),
            "tarash_submit has a default for payload, which would always be used; remove it",
            id="default-argument",
        ),
        pytest.param(
            AsyncSubmit("bad"),
            "tarash_submit is an async function; use `def`, and `yield from send(…)` in place of `await`",
            id="async-hook",
        ),
        pytest.param(LazyPlugin(), "cannot be read: ImportError: no module named 'jwt'", id="lazy"),
        pytest.param(FailingTable("bad"), "ZeroDivisionError", id="failing"),
        pytest.param(LeavingTable("bad"), "failed in tarash_models: SystemExit: 3", id="leaving"),
        pytest.param(LateTable("bad"), "failed in tarash_models: ZeroDivisionError", id="late"),
        pytest.param(WrongRow("bad"), "failed in tarash_models: TypeError: model row", id="wrong-row"),
        pytest.param(NoTable("bad"), "returned int, not model rows", id="no-table"),
        pytest.param(OddRow("bad"), "row 2 of tarash_models is dict, not Model", id="odd-row"),
        pytest.param(Acme("other"), "has the provider id 'other'", id="other-id"),
        pytest.param(
            Acme("bad", hook_api=HOOK_API_VERSION + 1), "upgrade tarash-gateway", id="newer-hook-api"
        ),
        pytest.param(Acme("bad", hook_api=-1), "upgrade the plugin", id="older-hook-api"),
        pytest.param(Acme("bad", hook_api=0), "hook API 0", id="hook-api-0"),
        pytest.param(Acme("bad", hook_api=cast("int", "1")), "hook API '1'", id="hook-api-text"),
    ],
)
def test_a_broken_plugin_is_named_and_harms_no_other(plugin: object, told: str) -> None:
    registry = _registry(_entry("bad", plugin, "tarash-gateway-bad"), _entry("acme", Acme()))
    with pytest.raises(PluginError, match="tarash-gateway-bad") as caught:
        registry.get("bad")
    assert told in caught.value.message
    assert caught.value.provider == "bad"
    assert registry.get("acme").info.id == "acme"
    lines = {line.id: line for line in registry.listing()}
    assert (lines["acme"].problem, lines["acme"].distribution, lines["acme"].version) == (
        None,
        "tarash-gateway-acme",
        "1.2.3",
    )
    assert lines["bad"].info is None
    assert lines["bad"].problem == caught.value.message


def test_a_hook_that_the_contract_does_not_have_is_ignored_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert _registry(_entry("acme", MisspeltHook("acme"))).get("acme").info.id == "acme"
    (warned,) = [record for record in caplog.records if "unknown hook" in record.getMessage()]
    assert warned.getMessage().endswith("tarash_pole, which is ignored; did you mean 'tarash_poll'?")
    assert (warned.__dict__["hook"], warned.__dict__["hint"]) == (
        "tarash_pole",
        "; did you mean 'tarash_poll'?",
    )


def test_the_hook_api_is_read_before_anything_else() -> None:
    class FromTomorrow(WrongArguments):
        """Was written for a later core, and uses what that has."""

    with pytest.raises(PluginError, match="upgrade tarash-gateway"):
        _registry(_entry("bad", FromTomorrow("bad", hook_api=HOOK_API_VERSION + 1))).get("bad")


def test_a_declaration_without_hook_api_is_refused() -> None:
    class Undated(Acme):
        """Does not say which contract it was written for."""

        @hookimpl
        def tarash_provider(self) -> ProviderInfo:
            everything = {
                name: getattr(self._info, name) for name in ("id", "title", "home_page", "base_url")
            }
            return ProviderInfo(**everything, modalities=frozenset({"video"}))

    with pytest.raises(PluginError, match=r"failed in tarash_provider: TypeError.*'hook_api'"):
        _registry(_entry("bad", Undated("bad"))).get("bad")


def test_features_are_read_off_the_hooks() -> None:
    registry = _registry(_entry("plain", UncancellableAcme("plain")), _entry("acme", Acme()))
    assert registry.get("plain").features == frozenset()
    assert registry.get("acme").features == {"cancel"}


def test_a_broken_plugin_costs_no_memory_however_often_it_is_asked_for() -> None:
    """Every error is a new one: an exception that is raised again grows by a traceback each time."""
    registry = _registry(_entry("bad", RuntimeError("boom")))
    config = acme("bad", fallback_configs=[acme("bad"), acme("bad")])

    def fail() -> tuple[str, int, int]:
        with pytest.raises(PluginError) as caught:
            Gateway(registry=registry, environ={}).generate_video(config, BOAT)
        error = caught.value
        known = (error.message, len(list(traceback.walk_tb(error.__traceback__))), len(str(error.args)))
        error.message += " and where it happened"
        error.add_note("and a note")
        return known

    fail()
    second = fail()
    gc.collect()
    tracemalloc.start()
    try:
        assert {fail() for _ in range(1000)} == {second}
        gc.collect()
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 500_000


def test_an_id_claimed_twice_names_both() -> None:
    registry = _registry(_entry("acme", Acme(), "one"), _entry("acme", Acme(), "two"))
    with pytest.raises(PluginError, match="comes from one and two; uninstall all but one"):
        registry.get("acme")


def test_plugins_are_loaded_when_first_used_and_once() -> None:
    used, unused = _entry("acme", Acme()), _entry("idle", Acme("idle"))
    registry = _registry(used, unused)
    assert registry.ids() == ("acme", "idle")
    assert (used.loads, unused.loads) == (0, 0)
    assert registry.get("acme") is registry.get("acme")
    assert (used.loads, unused.loads) == (1, 0)


def test_a_broken_plugin_is_imported_once_however_often_it_is_asked_for() -> None:
    broken = _entry("bad", RuntimeError("boom"))
    registry = _registry(broken)
    for _ in range(3):
        with pytest.raises(PluginError):
            registry.get("bad")
    assert broken.loads == 1


def test_nobody_has_that_id() -> None:
    with pytest.raises(
        ProviderNotInstalledError, match="Unsupported provider: sora; it is neither installed nor known"
    ) as caught:
        _registry(_entry("acme", Acme())).get("sora")
    assert "installed: acme" in caught.value.message
    assert "plugins/sora" not in caught.value.message, "there is no such folder"


def test_whoever_asks_for_a_provider_called_mock_learns_how_to_mock_one() -> None:
    with pytest.raises(ProviderNotInstalledError, match=r"known; to mock a provider, name it and set mock="):
        _registry(_entry("acme", Acme())).get("mock")


def test_a_provider_registered_at_run_time_stands_before_an_installed_one() -> None:
    registry = _registry(_entry("acme", RuntimeError("broken installation")))
    with pytest.raises(PluginError):
        registry.get("acme")
    registry.register("acme", Acme())
    assert registry.get("acme").info.title == "Acme"
    assert registry.listing()[0].distribution == ""


def test_a_broken_provider_is_not_registered() -> None:
    registry = _registry()
    with pytest.raises(PluginError, match="the plugin registered as 'acme'"):
        registry.register("acme", WithoutSubmit())
    assert registry.ids() == ()


def test_a_broken_neighbour_does_not_stop_a_generation(fal: FalSimulator) -> None:
    def found(group: str) -> list[EntryPoint]:
        real = [entry for entry in installed_entry_points(group) if entry.name == "fal"]
        return [*real, _entry("bad", RuntimeError("boom"))] if group == PROVIDER_GROUP else []

    with warnings.catch_warnings(), Gateway(registry=Registry(found), environ={}) as gateway:
        warnings.simplefilter("error")
        assert gateway.generate_video(fal_video(fal), BOAT).provider == "fal"
