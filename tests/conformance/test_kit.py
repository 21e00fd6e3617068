"""The kit judges: the reference plugin passes every check, each broken one fails exactly the check that is about its fault."""

from __future__ import annotations

import itertools
import logging
import socket
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import cast

import pytest

from conformance.acme_plugin import AcmePlugin
from conformance.acme_simulator import FIELDS, AcmeSimulator
from conformance.broken_plugins import BROKEN, REFUSED_BY_THE_CORE, WithoutKeyVariable
from conformance.conftest import SEEDED
from conformance.mistakes_of_fields import MISTAKES as FIELD_MISTAKES
from conformance.mistakes_of_jobs import MISTAKES as JOB_MISTAKES
from conformance.mistakes_of_keys import MISTAKES as KEY_MISTAKES
from conformance.mistakes_of_keys import Signing, SigningSimulator
from conformance.mistakes_of_outputs import MISTAKES as OUTPUT_MISTAKES
from conformance.mistakes_of_outputs import Numbering, ReportsDollars
from conformance.mistakes_of_purity import MISTAKES as PURITY_MISTAKES
from conformance.mistakes_of_servers import MISTAKES as SERVER_MISTAKES
from conformance.mistakes_of_servers import Regional
from conformance.mistakes_of_tokens import MISTAKES as TOKEN_MISTAKES
from conformance.mistakes_of_tokens import Exchanging
from conformance.mistakes_of_trust import MISTAKES as TRUST_MISTAKES
from conformance.mistakes_of_values import MISTAKES as VALUE_MISTAKES
from conformance.mistakes_of_values import SendsMillisecondsAsStated
from tarash.tarash_gateway import register_provider
from tarash.tarash_gateway.plugin import HttpCall, send
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import NotYet, ProviderSuite, Unsupported
from tarash.tarash_gateway.testing.conformance.context import CheckContext
from tarash.tarash_gateway.testing.conformance.explaining import suffering_and_mending
from tarash.tarash_gateway.testing.flows import PUBLIC_ADDRESS
from tarash.tarash_gateway.testing.loopback import OutsideConnectionError
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, SimulatedJob, unknown_fields


class TestAcme(ProviderSuite):
    plugin, simulator = "acme", AcmeSimulator

    @pytest.fixture(autouse=True)
    def _registered(self) -> None:
        register_provider("acme", AcmePlugin())


Check = Callable[..., None]
SLOW = frozenset(
    {
        "every_error_row_has_its_exception",
        "a_silent_submit_ends_at_the_deadline",
        "cancels_a_running_job",
        "no_secret_shows",
        "hooks_never_wait",
    }
)
"""Checks that wait for a deadline, or repeat everything."""
MISTAKES = {
    **BROKEN,
    **REFUSED_BY_THE_CORE,
    **FIELD_MISTAKES,
    **JOB_MISTAKES,
    **KEY_MISTAKES,
    **OUTPUT_MISTAKES,
    **PURITY_MISTAKES,
    **SERVER_MISTAKES,
    **TOKEN_MISTAKES,
    **TRUST_MISTAKES,
    **VALUE_MISTAKES,
}


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


def failures(
    plugin: AcmePlugin, names: Collection[str], folder: Path, caplog: pytest.LogCaptureFixture
) -> dict[str, BaseException]:
    """Run these checks against a plugin, and return the first failure of each that fails."""
    register_provider("acme", plugin)
    suite, failed = ProviderSuite(), dict[str, BaseException]()
    for name, check, cases in _checks():
        if name not in names:
            continue
        for number, arguments in enumerate(cases):
            own_folder = folder / name / str(number)
            own_folder.mkdir(parents=True)
            with plugin.simulator() as simulator:
                for context in CheckContext.opened("acme", simulator, own_folder, "sync"):
                    extra = {"caplog": caplog} if name == "no_secret_shows" else {}
                    try:
                        check(suite, context, **arguments, **extra)
                    except pytest.skip.Exception:
                        continue
                    except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - any failure is a failure
                        failed.setdefault(name, failure)
    return failed


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda plugin: plugin.__name__)
def test_a_mistake_is_caught_by_the_checks_about_it(
    mistake: type[AcmePlugin],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    caplog.set_level(logging.CRITICAL)
    expected = MISTAKES[mistake]
    failed = failures(mistake(), expected, tmp_path, caplog)
    assert set(failed) == expected
    for name, failure in failed.items():
        notes = getattr(failure, "__notes__", [])
        assert [note.partition(":")[0] for note in notes[-3:]] == ["users suffer", "to fix it", "the check"]
        told = str(failure).splitlines()[0] if str(failure) else repr(failure)
        record_property(SEEDED, (" ".join(str(mistake.__doc__).split()), name, told[:160]))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mistake", BROKEN, ids=lambda plugin: plugin.__name__)
def test_a_mistake_fails_no_check_about_something_else(
    mistake: type[AcmePlugin], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    others = {name for name, _, _ in _checks()} - SLOW - BROKEN[mistake]
    failed = failures(mistake(), others, tmp_path, caplog)
    assert not failed, {name: str(failure)[:300] for name, failure in failed.items()}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "plugin",
    [
        pytest.param(Regional, id="choice of servers"),
        pytest.param(Signing, id="key of several parts"),
        pytest.param(Exchanging, id="tokens of another server"),
        pytest.param(Numbering, id="outputs with numbers"),
        pytest.param(ReportsDollars, id="cost"),
    ],
)
def test_what_some_providers_need_is_no_mistake(
    plugin: type[AcmePlugin], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    names = {name for name, _, _ in _checks()} - SLOW | {"no_secret_shows"}
    failed = failures(plugin(), names, tmp_path, caplog)
    assert not failed, {name: str(failure)[:300] for name, failure in failed.items()}


def test_a_unit_that_an_example_states_is_no_mistake(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = {"a_length_is_sent_in_seconds_unless_stated", "an_example_is_sent_as_documented"}
    assert not failures(SendsMillisecondsAsStated(), names, tmp_path, caplog)


@pytest.mark.parametrize(("name", "check"), [(name, check) for name, check, _ in _checks()])
def test_every_check_says_what_users_suffer_and_how_to_mend_it(name: str, check: Check) -> None:
    suffering, mending = suffering_and_mending(check)
    assert suffering.endswith(".")
    assert mending.endswith(".")
    assert any(name in checks for checks in MISTAKES.values()) or name in UNSEEDED, (
        f"no seeded mistake fails {name}: seed one, or say in UNSEEDED why not"
    )


UNSEEDED = {
    "rows_cover_the_declared_modalities": "the core refuses to use such a provider",
    "saves_the_output": "saving is the core's",
    "a_flaky_result_does_not_lose_the_job": "Acme's status carries the result",
    "a_wrong_key_raises_its_error": "the simulator decides",
    "the_standard_kinds_of_error_are_covered": "the cases decide",
    "a_silent_submit_ends_at_the_deadline": "the core shortens every call",
    "a_broken_stream_does_not_lose_the_job": "the core polls",
    "the_simulator_refuses_an_unknown_field": "the simulator decides; see below",
}
"""Checks that no mistake of a plugin fails, and why."""


def run_check(
    name: str, simulator: AcmeSimulator, folder: Path, plugin: type[AcmePlugin] = AcmePlugin
) -> None:
    """Run one check of the reference plugin, or of another one, against a simulator."""
    register_provider("acme", plugin())
    with simulator:
        for context in CheckContext.opened("acme", simulator, folder, "sync"):
            getattr(ProviderSuite(), f"test_{name}")(context)


class TakesAnyField(AcmeSimulator):
    """A simulator that checks nothing."""

    def authorize(self, request: RecordedRequest) -> Answer | None:
        if isinstance(request.json, dict):
            for name in unknown_fields(request.json, FIELDS):
                del request.json[name]
        return super().authorize(request)


class Stumbles(AcmeSimulator):
    """A simulator with a bug."""

    def _shown_as(self, job: SimulatedJob, word: str) -> dict[str, object]:
        return {"state": job.details["no such key"]}


def test_a_simulator_that_takes_any_field_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="takes 'tarash_no_such_field'"):
        run_check("the_simulator_refuses_an_unknown_field", TakesAnyField(), tmp_path)


class TakesAnyFieldIfSigned(TakesAnyField, SigningSimulator):
    """A simulator that checks the signature, and nothing else."""


class TakesAnyKeyId(SigningSimulator):
    """A simulator that checks one part of the key only."""

    def is_known(self, request: RecordedRequest) -> bool:
        return True


def test_a_simulator_that_takes_any_field_of_a_signed_request_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="takes 'tarash_no_such_field'"):
        run_check("the_simulator_refuses_an_unknown_field", TakesAnyFieldIfSigned(), tmp_path, Signing)


def test_a_simulator_that_checks_one_part_of_a_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="a wrong key_id was accepted"):
        run_check("a_wrong_key_raises_its_error", TakesAnyKeyId(), tmp_path, Signing)


def test_what_a_handler_of_the_simulator_raises_fails_the_check(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no such key") as caught:
        run_check("every_status_word_is_understood", Stumbles(), tmp_path)
    assert "route 'status'" in caught.value.__notes__[0]


class StumblesOnce(AcmeSimulator):
    """A simulator with a bug that shows once; the gateway asks again and gets its video."""

    has_stumbled = False

    def _shown_as(self, job: SimulatedJob, word: str) -> dict[str, object]:
        if self.has_stumbled:
            return super()._shown_as(job, word)
        self.has_stumbled = True
        return {"state": job.details["no such key"]}


def test_what_a_handler_raises_fails_a_check_that_passes(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no such key"):
        run_check("every_call_goes_to_the_base_url", StumblesOnce(), tmp_path)


def test_a_failing_assert_of_a_check_shows_what_it_compared(tmp_path: Path) -> None:
    class TwoFrames(AcmeSimulator):
        def count(self, route: str) -> int:
            return 2 * super().count(route)

    with pytest.raises(AssertionError, match=r"assert 2 == \(0 \+ 1\)|one generation made") as caught:
        run_check("generates_and_names_every_output", TwoFrames(), tmp_path)
    assert "assert 2 ==" in str(caught.value)


def test_the_kit_asks_no_name_server_and_leaves_no_machine(tmp_path: Path) -> None:
    with AcmeSimulator() as simulator:
        for context in CheckContext.opened("acme", simulator, tmp_path, "sync"):
            assert socket.gethostbyname("api.acme.example.com") == PUBLIC_ADDRESS
            with (
                socket.socket() as opened,
                pytest.raises(OutsideConnectionError, match="tests stay on loopback"),
            ):
                opened.connect((PUBLIC_ADDRESS, 443))
            with pytest.raises(TransportFailure, match=r"sends nothing to api\.acme\.example\.com"):
                context.gateway.run_blocking(
                    send(HttpCall(method="GET", url="https://api.acme.example.com/v1"))
                )


def test_an_exception_turns_a_failing_check_into_a_skip(tmp_path: Path) -> None:
    class Excused(ProviderSuite):
        plugin, simulator = "acme", AcmeSimulator
        exceptions = {"provider_info_is_complete": Unsupported("Acme's key is in no variable")}  # noqa: RUF012 - as users write it

    register_provider("acme", WithoutKeyVariable())
    with AcmeSimulator() as simulator:
        for context in CheckContext.opened("acme", simulator, tmp_path, "sync"):
            with pytest.raises(pytest.skip.Exception, match="Acme's key is in no variable"):
                Excused().test_provider_info_is_complete(context)


def test_an_exception_that_has_become_untrue_fails(tmp_path: Path) -> None:
    class Outdated(ProviderSuite):
        plugin, simulator = "acme", AcmeSimulator
        exceptions = {"every_row_names_its_source": NotYet("sources are missing")}  # noqa: RUF012 - as users write it

    register_provider("acme", AcmePlugin())
    with AcmeSimulator() as simulator:
        for context in CheckContext.opened("acme", simulator, tmp_path, "sync"):
            with pytest.raises(pytest.fail.Exception, match="passes, although exceptions says"):
                Outdated().test_every_row_names_its_source(context)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("flies", "has no check 'flies'$", id="of-a-newer-kit"),
        pytest.param("every_row_name_its_source", "did you mean 'every_row_names_its_source'", id="misspelt"),
    ],
)
def test_an_exception_for_a_check_that_this_kit_does_not_have_is_skipped(name: str, told: str) -> None:
    """A plugin is tested against the oldest and the newest core, and the newest may have more checks."""
    suite = type(
        "Newer",
        (ProviderSuite,),
        {"plugin": "acme", "simulator": AcmeSimulator, "exceptions": {name: Unsupported("no wings")}},
    )
    with pytest.raises(pytest.skip.Exception, match=told):
        getattr(suite(), f"test_{name}")()
