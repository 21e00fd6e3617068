"""Owns the wheels of this checkout and the clean environments they are tried in.

Third-party wheels are fetched once, with the machine's own index settings, into a git-ignored folder. The
clean environments are then filled from that folder alone: no index, and no namesake of ours, can get in.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "packaging"
CORE = "tarash-gateway"
PLUGINS = sorted(project.parent.name for project in ROOT.glob("plugins/*/pyproject.toml"))
BUILD_TOOLS = ["editables>=0.5", "hatchling>=1.27"]
"""What pip needs to install the folder of a plugin."""


def _declaring(group: str) -> list[str]:
    """The plugins with an entry point of this group."""
    files = {plugin: ROOT / "plugins" / plugin / "pyproject.toml" for plugin in PLUGINS}
    return [plugin for plugin, file in files.items() if group in file.read_text("utf-8")]


EXTENSIONS = _declaring("tarash_gateway.extensions")
PROVIDERS = _declaring("tarash_gateway.providers")
PROJECTS = {CORE: ROOT / "core"} | {f"{CORE}-{plugin}": ROOT / "plugins" / plugin for plugin in PLUGINS}

# A provider is reached by its wire protocol; its own client is what the simulators are tested with.
OFFICIAL_CLIENTS = {
    "comfy-api-simplified",
    "fal",
    "fal-client",
    "google-cloud-aiplatform",
    "google-genai",
    "google-generativeai",
    "luma-agents",
    "lumaai",
    "openai",
    "replicate",
    "runwayml",
    "stability-sdk",
    "xai-sdk",
}


@dataclass(frozen=True)
class Wheel:
    """A built distribution, read without installing it."""

    path: Path

    @cached_property
    def files(self) -> list[str]:
        """Every file in the archive, as a path with forward slashes."""
        with ZipFile(self.path) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]

    def read(self, name_in_dist_info: str) -> str:
        """The text of one file of the `.dist-info` folder."""
        name = next(name for name in self.files if name.endswith(f".dist-info/{name_in_dist_info}"))
        with ZipFile(self.path) as archive:
            return archive.read(name).decode()

    @cached_property
    def metadata(self) -> Message:
        """The METADATA headers."""
        return HeaderParser().parsestr(self.read("METADATA"))

    @property
    def name(self) -> str:
        """The canonical name of the distribution."""
        return canonicalize_name(self.metadata["Name"])

    @property
    def requirements(self) -> list[Requirement]:
        """What it requires, those of its extras included."""
        return [Requirement(line) for line in self.metadata.get_all("Requires-Dist", [])]

    def required(self, extras: Iterable[str] = ()) -> list[Requirement]:
        """What it requires on this interpreter, with `extras`."""
        wanted = [{"extra": extra} for extra in ("", *extras)]
        return [
            requirement
            for requirement in self.requirements
            if requirement.marker is None or any(requirement.marker.evaluate(extra) for extra in wanted)
        ]

    @property
    def sha256(self) -> str:
        """The digest of the archive."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def _pip(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"pip {' '.join(map(str, arguments))} failed:\n{done.stderr}"


def build_wheels(directory: Path) -> dict[str, Wheel]:
    """Build the core and every plugin into `directory`; the wheels by the name of their distribution."""
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    _pip("wheel", *offline, "--wheel-dir", directory, *PROJECTS.values())
    wheels = [Wheel(path) for path in sorted(directory.glob("*.whl"))]
    return {wheel.name: wheel for wheel in wheels}


def fetch_third_party(wheels: Mapping[str, Wheel]) -> dict[str, Wheel]:
    """Fetch what `wheels` and the core's extras `cli` and `testing` require, and what builds a plugin, once for each set of them."""
    needed = sorted(str(requirement) for wheel in wheels.values() for requirement in wheel.requirements)
    needed += BUILD_TOOLS
    key = hashlib.sha256("\n".join([sys.version, *needed]).encode()).hexdigest()[:16]
    directory = CACHE / key
    if not (directory / "complete").exists():
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        ours = [
            f"{wheel.path}[cli,testing]" if name == CORE else str(wheel.path)
            for name, wheel in wheels.items()
        ]
        _pip("wheel", "--wheel-dir", directory, *ours, *BUILD_TOOLS)
        for copy in directory.glob("tarash_gateway*.whl"):
            copy.unlink()
        (directory / "complete").touch()
    return {wheel.name: wheel for wheel in map(Wheel, sorted(directory.glob("*.whl")))}


def closure(roots: Mapping[str, Iterable[str]], wheels: Mapping[str, Wheel]) -> set[str]:
    """What `roots` (names to extras) need, themselves included, read from the metadata alone."""
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, frozenset(extras)) for name, extras in roots.items()]
    while waiting:
        item = waiting.pop()
        if item in found:
            continue
        found.add(item)
        name, extras = item
        waiting += [(canonicalize_name(r.name), frozenset(r.extras)) for r in wheels[name].required(extras)]
    return {name for name, _ in found}


@dataclass
class CleanEnvironment:
    """A virtual environment that holds nothing but what is installed from wheels on disk."""

    directory: Path
    third_party: Path
    variables: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        home = self.directory / "home"
        venv.create(self.directory, with_pip=False, symlinks=True)
        home.mkdir()
        self.variables = {
            "PATH": f"{self.directory / 'bin'}{os.pathsep}{os.defpath}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLUMNS": "200",  # so that no name in a table is folded
        }

    def install(self, *wheels: Wheel, extras: Mapping[str, str] | None = None) -> None:
        """Install `wheels` together, in one command, and their requirements from the fetched ones."""
        self.pip_install(*(f"{wheel.path}{(extras or {}).get(wheel.name, '')}" for wheel in wheels))

    def pip_install(self, *requirements: str) -> None:
        """Run `pip install` for the environment, with the fetched wheels in place of an index."""
        inherited = {k: value for k, value in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
        target = ("--python", str(self.directory / "bin" / "python"))
        source = ("--no-index", "--only-binary", ":all:", "--find-links", str(self.third_party))
        environment = inherited | {"PIP_CONFIG_FILE": os.devnull}
        _pip(*target, "install", "--no-compile", *source, *requirements, environment=environment)

    def run(
        self, *command: str | Path, folder: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, with no variable, key or folder of this process.

        `folder` is where it runs, its home if None; `variables` are further environment variables.
        """
        program = self.directory / "bin" / command[0]
        return subprocess.run(
            [program, *command[1:]],
            env={**self.variables, **(variables or {})},
            cwd=folder or self.variables["HOME"],
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, script: Path, *arguments: str) -> Any:
        """The JSON that `script` prints when the environment's interpreter runs it, isolated."""
        done = self.run("python", "-I", script, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
