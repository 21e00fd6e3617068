"""The plugin directory says what plugins and their tests show: nothing in it is typed by hand."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.acme import Acme, registry
from plugins.conformance_record import COMMAND, checks_of, contradiction, outcome_of, write
from reference_generator.conformance import RECORD, read_record, tier
from reference_generator.directory_page import Distribution, directory_page, distributions
from tarash.tarash_gateway.testing import NotYet, ProviderSuite, Unsupported

ROOT = Path(__file__).resolve().parents[2]


class AcmeSuite(ProviderSuite):
    """A suite with exceptions, which no test runs."""

    __test__ = False
    plugin = "acme"
    exceptions = {  # noqa: RUF012 - as an author writes it
        "cancels_a_running_job": Unsupported("Acme has no cancel"),
        "saves_the_output": NotYet("later"),
    }


def suites() -> dict[tuple[str, str], type[ProviderSuite]]:
    """Every suite of the plugins' tests, by provider id and name."""
    found: dict[tuple[str, str], type[ProviderSuite]] = {}
    for file in sorted((ROOT / "tests" / "plugins").glob("*/test_*conformance.py")):
        module = importlib.import_module(f"plugins.{file.parent.name}.{file.stem}")
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, ProviderSuite) and value is not ProviderSuite:
                found[value.plugin, name] = value
    return found


# The record.


def test_the_record_has_every_check_of_every_suite_and_no_other() -> None:
    recorded = {
        (provider, suite): set(checks)
        for provider, found in read_record().items()
        for suite, checks in found.items()
    }
    expected = {name: checks_of(suite) for name, suite in suites().items()}
    differing = {name for name in {*recorded, *expected} if recorded.get(name) != expected.get(name)}
    assert not differing, f"the conformance record is out of date; run: {COMMAND}"


def test_the_record_has_the_exceptions_that_the_suites_declare() -> None:
    for (provider, name), suite in suites().items():
        for check in suite.exceptions:
            recorded = read_record()[provider][name][check].split(" | ")
            assert outcome_of(suite, check, has_passed=False) in recorded, f"run: {COMMAND}"


@pytest.mark.parametrize(
    ("check", "passed", "expected"),
    [
        ("maps_a_minimal_request", True, "passed"),
        ("maps_a_minimal_request", False, "does not apply"),
        ("cancels_a_running_job", False, "cannot: Acme has no cancel"),
        ("saves_the_output", False, "not yet: later"),
    ],
)
def test_an_outcome_says_why_a_check_did_not_pass(check: str, passed: bool, expected: str) -> None:
    assert outcome_of(AcmeSuite, check, has_passed=passed) == expected


RECORDED = {
    "acme": {"AcmeSuite": {"saves_the_output": "passed", "no_secret_shows": "does not apply | passed"}}
}


@pytest.mark.parametrize(
    ("check", "outcome", "contradicts"),
    [
        ("saves_the_output", "passed", False),
        ("saves_the_output", "not yet: later", True),
        ("saves_the_output", "does not apply", True),
        ("no_secret_shows", "does not apply", False),
        ("a_new_check", "does not apply", False),
    ],
)
def test_a_run_that_comes_to_another_result_contradicts_the_record(
    check: str, outcome: str, contradicts: bool
) -> None:
    said = contradiction(("acme", "AcmeSuite", check, outcome), RECORDED)
    assert (said is not None) is contradicts
    assert said is None or COMMAND in said


def test_writing_replaces_a_provider_and_keeps_the_others(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    write(record, [("acme", "Old", "x", "passed"), ("other", "Suite", "x", "passed")])
    write(record, [("acme", "New", "x", "passed"), ("acme", "New", "x", "does not apply")])
    assert json.loads(record.read_text()) == {
        "acme": {"New": {"x": "does not apply | passed"}},
        "other": {"Suite": {"x": "passed"}},
    }


def run_kit(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run some checks of a real plugin in a process of its own."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "tests/plugins/xai",
            "-k",
            "conformance and (minimal or webhook)",
        ],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_writes_what_it_found(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    done = run_kit(CONFORMANCE_RECORD=str(record))
    assert done.returncode == 0, done.stdout
    written = json.loads(record.read_text())["xai"]["TestXai"]
    assert written["maps_a_minimal_request"] == "passed"
    known = read_record()["xai"]["TestXai"]
    assert written == {check: known[check] for check in written}


def test_a_run_that_contradicts_the_record_fails(tmp_path: Path) -> None:
    """A copy of the generator, with a record that claims less, stands in the way of the real one."""
    copied = tmp_path / "reference_generator"
    copied.mkdir()
    for file in RECORD.parent.glob("*.py"):
        (copied / file.name).write_bytes(file.read_bytes())
    (copied / RECORD.name).write_text(
        json.dumps({"xai": {"TestXai": {"maps_a_minimal_request": "not yet: never"}}}), encoding="utf-8"
    )
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import reference_generator, pytest; "
        "sys.exit(pytest.main(['-q', 'tests/plugins/xai', '-k', 'conformance and minimal']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "is on record as 'not yet: never', but is 'passed' now; run: make conformance" in done.stdout


# The tiers.


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ({"x": "passed", "y": "does not apply"}, "conformant"),
        ({"x": "passed", "y": "cannot: no cancel"}, "conformant"),
        ({"x": "passed", "y": "not yet: soon"}, "partly conformant"),
        ({"x": "not yet: soon | passed"}, "partly conformant"),
        ({"x": "does not apply"}, "not tested"),
        ({}, "not tested"),
    ],
)
def test_the_tier_follows_from_the_outcomes(checks: Mapping[str, str], expected: str) -> None:
    assert tier({"AcmeSuite": checks}) == expected


# The page.


def test_every_distribution_of_the_repository_is_listed() -> None:
    folders = {file.parent.name for file in (ROOT / "plugins").glob("*/pyproject.toml")}
    assert {Path(item.folder).name for item in distributions()} == folders
    text = (ROOT / "docs" / "reference" / "plugins.md").read_text("utf-8")
    assert [item.name for item in distributions() if f"`{item.name}`" not in text] == []


def test_a_row_is_read_off_the_plugin_and_the_record() -> None:
    acme = Distribution("tarash-gateway-acme", "plugins/acme", "Acme", {"acme": "acme", "gone": "gone"}, {})
    extension = Distribution("x", "plugins/x", "Keys", {}, {"x": "tarash_gateway_keyring"})
    tool = Distribution("tarash-gateway-y", "plugins/y", "Batches", {}, {})
    record = {"acme": {"A": {"x": "passed", "y": "cannot: stop"}, "B": {"x": "passed"}}}
    text = directory_page([registry("acme").get("acme")], [acme, extension, tool], record)
    assert (
        "| `tarash-gateway-acme` (`plugins/acme`) | [`acme`](providers/acme.md) | video | cancel | conformant | 2 |"
        in text
    )
    assert "| `acme` | the provider cannot | stop |" in text
    assert "| `x` (`plugins/x`) | Keys | `tarash_credentials` |" in text
    assert "| `tarash-gateway-y` (`plugins/y`) | Batches |" in text
    assert text.count("`x` (`plugins/x`)") == 1
    assert "gone" not in text
    assert hasattr(Acme, "tarash_cancel"), "the feature is read off this hook"
