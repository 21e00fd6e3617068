"""Hooks are called as pluggy would call them, only sooner."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Generator

import pytest

from tarash.tarash_gateway.plugin import hookimpl
from tarash.tarash_gateway.plugin.hook_calls import HookManager, direct_call
from tarash.tarash_gateway.plugin.hookspecs import PROJECT, HookSpecs


class Silent:
    @hookimpl
    def tarash_credentials(self) -> None:
        return None


class Speaking:
    """Takes only one of the two arguments."""

    def __init__(self, word: str = "said") -> None:
        self.word = word

    @hookimpl
    def tarash_credentials(self, account: str | None) -> str:
        return f"{self.word} {account}"


class First(Speaking):
    @hookimpl(tryfirst=True)
    def tarash_credentials(self, account: str | None) -> str:
        return f"{self.word} {account} first"


class Wrapping:
    @hookimpl(wrapper=True)
    def tarash_credentials(self) -> Generator[None, object, str]:
        found = yield
        return f"wrapped {found}"


class Failing:
    @hookimpl
    def tarash_credentials(self) -> str:
        raise ValueError("no key")


def _manager(*plugins: object) -> HookManager:
    manager = HookManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    for plugin in plugins:
        manager.register(plugin)
    return manager


@pytest.mark.parametrize(
    "plugins",
    [
        pytest.param((), id="none"),
        pytest.param((Silent(),), id="silent"),
        pytest.param((Speaking(),), id="one"),
        pytest.param((Speaking("one"), Speaking("other")), id="the-last-registered-comes-first"),
        pytest.param((Speaking(), Silent()), id="none-passes-on"),
        pytest.param((First(), Speaking("later")), id="tryfirst"),
        pytest.param((Speaking(), Wrapping()), id="wrapped"),
        pytest.param((Wrapping(),), id="only-wrapped"),
    ],
)
def test_the_result_is_that_of_pluggy(plugins: tuple[object, ...]) -> None:
    manager = _manager(*plugins)
    arguments = {"provider": None, "account": "second"}
    expected = manager.hook.tarash_credentials(**arguments)
    assert direct_call(manager, "tarash_credentials")(arguments) == expected


@pytest.mark.parametrize(
    "others", [(), (Speaking(),), (Wrapping(),)], ids=["alone", "before-another", "wrapped"]
)
def test_what_a_hook_raises_comes_through_unchanged(others: tuple[object, ...]) -> None:
    manager = _manager(*others, Failing())
    with pytest.raises(ValueError, match="no key"):
        direct_call(manager, "tarash_credentials")({"provider": None, "account": None})


def test_it_is_found_out_once() -> None:
    manager = _manager(Speaking())
    assert direct_call(manager, "tarash_credentials") is direct_call(manager, "tarash_credentials")
    assert direct_call(_manager(Silent()), "tarash_credentials") is not direct_call(
        manager, "tarash_credentials"
    )


def test_calls_end_with_their_manager() -> None:
    manager = _manager(Speaking(), Wrapping())
    direct_call(manager, "tarash_credentials")({"provider": None, "account": None})
    kept = weakref.ref(manager)
    del manager
    gc.collect()
    assert kept() is None
