"""Owns the wheels, built once, and the clean environments, made once for each set of distributions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from clean_environment import CORE, CleanEnvironment, Wheel, build_wheels, fetch_third_party

Install = Callable[..., CleanEnvironment]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Wheel]:
    """The core's and every plugin's wheel, by the name of the distribution."""
    return build_wheels(tmp_path_factory.mktemp("wheels"))


@pytest.fixture(scope="session")
def third_party(wheels: Mapping[str, Wheel]) -> dict[str, Wheel]:
    """What the wheels require, by the name of the distribution."""
    return fetch_third_party(wheels)


@pytest.fixture(scope="session")
def install(
    tmp_path_factory: pytest.TempPathFactory, wheels: dict[str, Wheel], third_party: dict[str, Wheel]
) -> Install:
    """`install("tarash-gateway-fal", extras="[cli]")`: a clean environment of these and the core."""
    made: dict[tuple[tuple[str, ...], str], CleanEnvironment] = {}
    folder: Path = next(iter(third_party.values())).path.parent

    def install(*plugins: str, extras: str = "") -> CleanEnvironment:
        key = (plugins, extras)
        if key not in made:
            environment = CleanEnvironment(tmp_path_factory.mktemp("environment"), folder)
            environment.install(*(wheels[name] for name in (CORE, *plugins)), extras={CORE: extras})
            made[key] = environment
        return made[key]

    return install
