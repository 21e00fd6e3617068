"""The core is built in one direction: no module imports, however indirectly, one that imports it; each network library has one folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tarash.tarash_gateway as package

ROOT = Path(package.__file__).parent
PACKAGE = "tarash.tarash_gateway"
LAYERS = (
    (
        "statuses",
        "error_details",
        "fork_safety",
        "model_warnings",
        "phrases",
        "models.deferral",
        "models.metadata",
        "models.money",
        "models.update",
        "mock.sample_media",
    ),
    ("exceptions", "messages", "streams", "steps"),
    ("transport",),
    ("media", "models", "mapping"),
    ("plugin",),
    ("directory",),
    ("discovery", "job"),
    ("mock", "journal_folder"),
    ("engine",),
    ("plan",),
    ("gateway", "process_gateway"),
    ("api", "testing"),
    ("cli",),
)
"""Lowest first. A module imports from its own layer and those below, also where only a type checker looks."""
MOST_ON_TOP = 14
LONGEST_MODULE, LONGEST_FUNCTION = 350, 40

SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").rstrip("."): path
    for path in sorted(ROOT.rglob("*.py"))
    if "templates" not in path.parts
}


def _layer(module: str) -> int:
    found = [
        (len(name), level)
        for level, names in enumerate(LAYERS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    assert found, f"{module or 'the package itself'} belongs to no layer; put it into LAYERS"
    return max(found)[1]


def _imports(module: str) -> Iterator[str]:
    """Every module of the core that a module names anywhere: at its top, inside functions, for type checkers."""
    path = SOURCES[module]
    home = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = node.module or ""
        if node.level:
            parts = home.split(".")[: len(home.split(".")) - node.level + 1] if home else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
        elif base == PACKAGE or base.startswith(f"{PACKAGE}."):
            base = base.removeprefix(PACKAGE).lstrip(".")
        else:
            continue
        for alias in node.names:
            named = f"{base}.{alias.name}".lstrip(".")
            yield named if named in SOURCES else base


GRAPH = {module: {name for name in _imports(module) if name != module} for module in SOURCES if module}


@pytest.mark.parametrize("module", [name for name in GRAPH if name])
def test_imports_run_one_way(module: str) -> None:
    upwards = [name for name in GRAPH[module] if name and _layer(name) > _layer(module)]
    assert not upwards, f"{module} imports {', '.join(upwards)}, which is built on it"


def test_no_module_imports_itself_by_a_detour() -> None:
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"a circle: {' → '.join((*trail[trail.index(module) :], module))}"
        if module in done:
            return
        for name in sorted(GRAPH.get(module, ())):
            visit(name, (*trail, module))
        done.add(module)

    for module in sorted(GRAPH):
        visit(module, ())


@pytest.mark.parametrize("library", ["httpx", "httpcore", "h11", "websockets"])
def test_a_library_for_the_network_is_imported_in_one_folder(library: str) -> None:
    folders = {
        path.parent.relative_to(ROOT).as_posix()
        for path in SOURCES.values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        or (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").split(".")[0] == library
        )
    }
    assert folders == {"transport/websocket" if library == "websockets" else "transport/httpx"}


def test_few_modules_stand_on_the_top_floor() -> None:
    assert len(list(ROOT.glob("*.py"))) <= MOST_ON_TOP


@pytest.mark.parametrize("path", SOURCES.values(), ids=SOURCES)
def test_modules_and_functions_stay_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node, clean=False)
            said = 0 if documented is None else len(documented.splitlines())
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - said
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"
