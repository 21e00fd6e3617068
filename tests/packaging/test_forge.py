"""What the repository offers on a forge calls only what exists, and covers every distribution."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from clean_environment import CORE, PROJECTS, ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
YAML_FILES = sorted([ROOT / "CITATION.cff", *GITHUB.rglob("*.yml")])
PINNED = re.compile(r"[\w.-]+/[\w./-]+@(v\d+(\.\d+)*|release/v\d+|[0-9a-f]{40})")
TAGGED = ROOT / ".ci" / "tagged.py"


def each(files: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in files])


def load(file: Path) -> dict[Any, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def project(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in load(workflow)["jobs"].values() for step in job["steps"]]


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@each(YAML_FILES)
def test_every_file_for_the_forge_can_be_read(file: Path) -> None:
    assert load(file)


@each(WORKFLOWS)
def test_every_action_is_pinned(file: Path) -> None:
    used = [step["uses"] for step in steps(file) if "uses" in step]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@each(WORKFLOWS)
def test_a_workflow_may_read_and_only_publishing_may_prove_who_it_is(file: Path) -> None:
    workflow = load(file)
    granted = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert workflow["permissions"] == {"contents": "read"}
    assert granted == ({"publish": {"id-token": "write"}} if file.name == "release.yml" else {})


@each(WORKFLOWS)
def test_every_job_has_a_time_limit(file: Path) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in load(file)["jobs"].values())


@each(WORKFLOWS)
def test_a_workflow_runs_only_what_exists(file: Path) -> None:
    commands = "\n".join(step["run"] for step in steps(file) if "run" in step)
    programs = re.findall(r"(?<![\w/])\.ci/[\w.]+", commands)
    assert programs
    assert [name for name in programs if not (ROOT / name).is_file()] == []
    assert set(re.findall(r"\bmake ([a-z]+)", commands)) <= targets()


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md", ".ci/run"])
def test_every_make_target_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make (?:--[\w-]+ )*([a-z]+)", text, re.MULTILINE))
    assert named <= targets()


def test_the_gate_runs_on_every_supported_python_with_the_lowest_and_the_highest_versions() -> None:
    gate = load(GITHUB / "workflows" / "ci.yml")["jobs"]["gate"]
    classifiers = "\n".join(project(ROOT / "core")["classifiers"])
    matrix = gate["strategy"]["matrix"]
    assert matrix == {
        "python": re.findall(r"Python :: (3\.\d+)$", classifiers, re.MULTILINE),
        "dependencies": ["lowest", "highest"],
    }
    step = next(step for step in gate["steps"] if step.get("run") == ".ci/run")
    assert step["env"] == {"DEPENDENCIES": "${{ matrix.dependencies }}"}
    for user in ("Makefile", ".ci/run"):
        assert "DEPENDENCIES" in (ROOT / user).read_text(encoding="utf-8")


def matches(pattern: str, tag: str) -> bool:
    """Whether a tag filter of a workflow, in which only `*` is special here, matches."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), tag) is not None


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_a_tag_of_every_distribution_starts_a_release(name: str) -> None:
    # YAML 1.1 reads the key `on` as true
    patterns = load(GITHUB / "workflows" / "release.yml")[True]["push"]["tags"]
    assert any(matches(pattern, f"{name}-v1.0.0") for pattern in patterns)


def tagged(tag: str, root: Path) -> subprocess.CompletedProcess[str]:
    copy = root / ".ci" / "tagged.py"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(TAGGED.read_bytes())
    return subprocess.run([sys.executable, copy, tag], capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of every distribution, each of which has a section for its version."""
    for folder in PROJECTS.values():
        target = tmp_path / folder.relative_to(ROOT)
        target.mkdir(parents=True)
        (target / "pyproject.toml").write_bytes((folder / "pyproject.toml").read_bytes())
        text = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
        version = project(folder)["version"]
        released = text.replace("## Unreleased", f"## {version} - 2026-12-01", 1)
        (target / "CHANGELOG.md").write_text(released, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_a_tag_names_the_distribution_and_its_folder(name: str, checkout: Path) -> None:
    folder = PROJECTS[name]
    done = tagged(f"{name}-v{project(folder)['version']}", checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"distribution={name}\nfolder={folder.relative_to(ROOT).as_posix()}\n"


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        pytest.param("tarash-gateway-nobody-v1.0.0", "names no distribution", id="unknown distribution"),
        pytest.param("v1.0.0", "names no distribution", id="no distribution"),
        pytest.param("tarash-gateway-v99.0.0", "does not match version", id="another version"),
    ],
)
def test_a_tag_that_must_not_be_published_is_refused(tag: str, reason: str, checkout: Path) -> None:
    done = tagged(tag, checkout)
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stdout == ""


def test_a_version_without_a_section_in_the_changelog_is_refused(checkout: Path) -> None:
    (checkout / "core" / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n", encoding="utf-8")
    done = tagged(f"{CORE}-v{project(ROOT / 'core')['version']}", checkout)
    assert done.returncode == 1
    assert "core/CHANGELOG.md has no section" in done.stderr


@each(FORMS)
def test_an_issue_form_has_what_the_forge_demands(file: Path) -> None:
    form = load(file)
    fields = [item for item in form["body"] if item["type"] != "markdown"]
    identifiers = [item["id"] for item in fields]
    assert form["name"]
    assert form["description"]
    assert len(set(identifiers)) == len(identifiers)
    assert all(item["attributes"]["label"] for item in fields)
    assert any(item.get("validations", {}).get("required") for item in fields)


def test_the_citation_has_the_required_keys_and_the_facts_of_the_core() -> None:
    citation = load(ROOT / "CITATION.cff")
    core = project(ROOT / "core")
    assert citation["cff-version"] == "1.2.0"
    assert citation["message"]
    assert citation["title"] == "Tarash Gateway"
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in core["authors"]
    ]
    assert (citation["version"], citation["license"]) == (core["version"], core["license"])


HEADINGS = {"Security", "Removed", "Deprecated", "Added", "Changed", "Fixed"}


@pytest.mark.parametrize("name", sorted(PROJECTS))
def test_every_changelog_is_linked_and_keeps_to_the_same_headings(name: str) -> None:
    changelog = PROJECTS[name] / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    assert f"({changelog.relative_to(ROOT).as_posix()})" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )
    versions = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert versions[0] == "Unreleased"
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= HEADINGS
    assert all(re.fullmatch(r"\d+\.\d+\.\d+\S* - \d{4}-\d\d-\d\d", version) for version in versions[1:])
