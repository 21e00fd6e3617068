"""What users import is fixed, and importing it loads nothing that is not needed yet."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tarash.tarash_gateway as package
from tarash.tarash_gateway.mapping import Lifecycle, Model, Price, Rule
from tarash.tarash_gateway.models import Modality, Sample
from tarash.tarash_gateway.plugin import (
    Asset,
    AuthScheme,
    Cancellation,
    Credentials,
    Generated,
    HttpCall,
    JobStatus,
    Media,
    ProviderInfo,
    StatusStream,
    Submission,
    WebhookEvent,
)
from tarash.tarash_gateway.testing import ConformanceCases
from tarash.tarash_gateway.transport import HttpxTransports, Limits

PUBLIC_MODULES = (
    "tarash.tarash_gateway",
    "tarash.tarash_gateway.plugin",
    "tarash.tarash_gateway.mapping",
    "tarash.tarash_gateway.models",
    "tarash.tarash_gateway.exceptions",
    "tarash.tarash_gateway.steps",
    "tarash.tarash_gateway.mock",
    "tarash.tarash_gateway.transport",
    "tarash.tarash_gateway.testing",
    "tarash.tarash_gateway.testing.simulator",
)
DOCUMENTED = {"tarash.tarash_gateway.discovery": ("InstalledProvider", "Registry", "installed_entry_points")}
"""The public names of a module that has more."""
FILLED_IN = (
    Asset, AuthScheme, Cancellation, ConformanceCases, Credentials, Generated, HttpCall, HttpxTransports, JobStatus, Lifecycle, Limits,
    Media, Modality, Model, Price, ProviderInfo, Rule, Sample, StatusStream, Submission, WebhookEvent,
)  # fmt: skip
"""Classes of which users and plugins make objects."""
HEAVY = ("httpx", "anyio", "pluggy", "pydantic", "importlib_metadata", "typer", "rich", "aiohttp", "pytest")


def test_the_public_names_are_those_agreed_on() -> None:
    """A name that goes away breaks somebody: write it into the change log, then change the list."""
    names = [
        f"{module}.{name}"
        for module in PUBLIC_MODULES
        for name in sorted(importlib.import_module(module).__all__)
    ]
    names += [f"{module}.{name}" for module, documented in DOCUMENTED.items() for name in documented]
    assert names == Path(__file__).with_name("public_names.txt").read_text("utf-8").splitlines()


def test_what_our_plugins_import_besides_public_names_is_written_down() -> None:
    """A released plugin runs with every later core, so these names stay until no released version needs them."""
    public = {module: importlib.import_module(module).__all__ for module in PUBLIC_MODULES}
    found = {
        f"{imported.module}.{alias.name}"
        for file in (Path(__file__).parents[2] / "plugins").glob("*/src/**/*.py")
        for imported in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(imported, ast.ImportFrom) and (imported.module or "").startswith(package.__name__)
        for alias in imported.names
        if alias.name not in {**public, **DOCUMENTED}.get(imported.module or "", ())
    }
    listed = Path(__file__).with_name("names_for_our_plugins.txt").read_text("utf-8").splitlines()
    assert sorted(found) == listed


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_every_public_name_exists_and_is_documented(module: str) -> None:
    loaded = importlib.import_module(module)
    for name in loaded.__all__:
        value = getattr(loaded, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), f"{module}.{name} has no docstring"


@pytest.mark.parametrize("kind", FILLED_IN, ids=lambda kind: kind.__name__)
def test_a_class_that_others_fill_in_takes_names_only(kind: type) -> None:
    """A later version may then add a field anywhere."""
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_every_public_name_is_listed_by_dir() -> None:
    assert set(dir(package)) >= set(package.__all__)


def test_a_name_that_does_not_exist_is_told() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'generate_vidoe'"):
        package.generate_vidoe  # noqa: B018 - the access is the test


def _loaded_by(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_no_dependency_and_no_plugin() -> None:
    loaded = _loaded_by("import tarash.tarash_gateway")
    assert loaded.isdisjoint(HEAVY)
    assert not [name for name in loaded if name.startswith("tarash_gateway_")]


def test_declaring_a_request_loads_no_http_client_and_no_plugin() -> None:
    loaded = _loaded_by(
        "from tarash.tarash_gateway import *\n"
        "VideoGenerationConfig(provider='fal', model='x'); VideoGenerationRequest(prompt='x'); Gateway()"
    )
    assert loaded.isdisjoint({"httpx", "importlib_metadata", "typer", "rich", "aiohttp", "pytest"})
    assert not [name for name in loaded if name.startswith("tarash_gateway_")]


def test_listing_the_providers_names_imports_none_of_them() -> None:
    loaded = _loaded_by("from tarash.tarash_gateway import Gateway; assert 'fal' in Gateway().registry.ids()")
    assert not [name for name in loaded if name.startswith("tarash_gateway_")]


def test_the_package_is_typed_and_leaves_the_namespace_open() -> None:
    folder = Path(inspect.getfile(package)).parent
    assert (folder / "py.typed").exists()
    assert not (folder.parent / "__init__.py").exists()


def test_the_short_name_has_the_same_names_and_loads_nothing_more() -> None:
    import tarash_gateway as short

    assert short.__all__ == package.__all__
    assert all(getattr(short, name) is getattr(package, name) for name in package.__all__)
    assert dir(short) == dir(package)
    with pytest.raises(AttributeError, match="has no attribute 'generate_vidoe'"):
        short.generate_vidoe  # type: ignore[attr-defined]  # noqa: B018 - the access is the test
    loaded = _loaded_by("import tarash_gateway")
    assert loaded.isdisjoint(HEAVY)
    assert loaded - _loaded_by("import tarash.tarash_gateway") == {"tarash_gateway"}


def test_a_program_that_does_not_ask_for_logs_gets_none() -> None:
    program = "from tarash.tarash_gateway import *\nprint([p.id for p in providers()] != [])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
