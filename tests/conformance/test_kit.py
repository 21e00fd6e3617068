"""The kit judges: the reference plugin passes every check, each broken one fails exactly the check that is about its fault."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from conformance.acme_plugin import AcmePlugin
from conformance.acme_simulator import AcmeSimulator
from conformance.broken_plugins import BROKEN
from tarash.tarash_gateway import register_provider
from tarash.tarash_gateway.testing import NotYet, ProviderSuite, Unsupported
from tarash.tarash_gateway.testing.conformance.context import CheckContext


class TestAcme(ProviderSuite):
    plugin, simulator = "acme", AcmeSimulator

    @pytest.fixture(autouse=True)
    def _registered(self) -> None:
        register_provider("acme", AcmePlugin())


Check = Callable[..., None]


def _checks() -> Iterator[tuple[str, Check, tuple[dict[str, object], ...]]]:
    """Yield each check with the arguments of each of its cases, blocking only."""
    for name in sorted(dir(ProviderSuite)):
        if not name.startswith("test_"):
            continue
        check = cast("Check", getattr(ProviderSuite, name))
        columns = [
            [{mark.args[0]: getattr(value, "values", (value,))[0]} for value in mark.args[1]]
            for mark in getattr(check, "pytestmark", [])
            if mark.name == "parametrize" and mark.args[0] != "context"
        ]
        cases = tuple(
            {key: value for part in row for key, value in part.items()} for row in itertools.product(*columns)
        )
        yield name.removeprefix("test_"), check, cases


def failing_checks(plugin: AcmePlugin, folder: Path, caplog: pytest.LogCaptureFixture) -> set[str]:
    """Run every check against a plugin, and name those that fail."""
    register_provider("acme", plugin)
    suite, failed = ProviderSuite(), set[str]()
    for name, check, cases in _checks():
        for number, arguments in enumerate(cases):
            own_folder = folder / name / str(number)
            own_folder.mkdir(parents=True)
            with AcmeSimulator() as simulator:
                for context in CheckContext.opened("acme", simulator, own_folder, "sync"):
                    extra = {"caplog": caplog} if name == "no_secret_shows" else {}
                    try:
                        check(suite, context, **arguments, **extra)
                    except pytest.skip.Exception:
                        continue
                    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - any failure is a failure
                        failed.add(name)
    return failed


@pytest.mark.timeout(120)
@pytest.mark.parametrize("broken", BROKEN, ids=lambda plugin: plugin.__name__)
def test_a_broken_plugin_fails_exactly_the_check_about_its_fault(
    broken: type[AcmePlugin], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    assert failing_checks(broken(), tmp_path, caplog) == BROKEN[broken]


def test_an_exception_turns_a_failing_check_into_a_skip() -> None:
    class Excused(ProviderSuite):
        plugin, simulator = "acme", AcmeSimulator
        exceptions = {"provider_info_is_complete": Unsupported("Acme has no home page")}  # noqa: RUF012 - as users write it

    class Broken:
        @property
        def provider(self) -> object:
            raise AssertionError("no home page")

    with pytest.raises(pytest.skip.Exception, match="Acme has no home page"):
        Excused().test_provider_info_is_complete(cast("CheckContext", Broken()))


def test_an_exception_that_has_become_untrue_fails(tmp_path: Path) -> None:
    class Outdated(ProviderSuite):
        plugin, simulator = "acme", AcmeSimulator
        exceptions = {"every_row_names_its_source": NotYet("sources are missing")}  # noqa: RUF012 - as users write it

    register_provider("acme", AcmePlugin())
    with AcmeSimulator() as simulator:
        for context in CheckContext.opened("acme", simulator, tmp_path, "sync"):
            with pytest.raises(pytest.fail.Exception, match="passes, although exceptions says"):
                Outdated().test_every_row_names_its_source(context)


def test_an_exception_for_no_check_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown checks: flies"):
        type(
            "Wrong",
            (ProviderSuite,),
            {"plugin": "acme", "simulator": AcmeSimulator, "exceptions": {"flies": Unsupported("no wings")}},
        )
