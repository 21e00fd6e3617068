"""Reads the request types of a Python client from its source: typed dictionaries, literals and aliases. Nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, TypeVar

from .facts import Kind, KnownField, KnownModel, Shape, shape_of_values

_FREE: Final[Mapping[str, Kind]] = {
    "str": "text", "int": "number", "float": "number", "bool": "boolean",
    "List": "list", "Sequence": "list", "SequenceNotStr": "list", "Iterable": "list", "list": "list",
    "Dict": "object", "Mapping": "object", "dict": "object", "object": "object", "FileTypes": "text",
}  # fmt: skip
Node = TypeVar("Node", bound=ast.AST)
_WRAPPERS: Final = ("Required", "NotRequired", "Optional")


class PythonTypes:
    """The classes and aliases of a client's modules.

    A name is looked up in the module that uses it, then in the others: the clients read here import their types under their
    own names only.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        """Read modules; `files` holds their source by path."""
        self._classes: dict[str, dict[str, ast.ClassDef]] = {}
        self._aliases: dict[str, dict[str, ast.expr]] = {}
        for path, source in files.items():
            module = PurePosixPath(path).stem
            statements = ast.parse(source).body
            self._classes.setdefault(module, {}).update(
                (item.name, item) for item in statements if isinstance(item, ast.ClassDef)
            )
            self._aliases.setdefault(module, {}).update(_aliases(statements))

    def values(self, module: str, alias: str) -> tuple[object, ...]:
        """Return the listed values of an alias such as `ImageModel`."""
        return self._shape(module, ast.Name(alias)).values

    def requests(self, module: str) -> Iterator[tuple[tuple[str, ...], KnownModel]]:
        """Yield each typed dictionary of a module that has a `model`: the names of the models, and the other fields."""
        for name in self._classes.get(module, {}):
            fields = self.fields(module, name)
            model = fields.pop("model", None)
            if model is None:
                continue
            names = tuple(value for value in model.shape.values if isinstance(value, str))
            # one class for several models says what any of them takes
            yield names, KnownModel(fields=fields, closed=len(names) == 1)

    def fields(self, module: str, name: str) -> dict[str, KnownField]:
        """Return the fields of a typed dictionary, inherited ones first."""
        found = self._find(self._classes, module, name)
        if found is None:
            return {}
        home, declared = found
        fields: dict[str, KnownField] = {}
        for base in declared.bases:
            if isinstance(base, ast.Name):
                fields |= self.fields(home, base.id)
        for item in declared.body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                field = KnownField(
                    shape=self._shape(home, item.annotation), required=_is_required(item.annotation)
                )
                fields[_wire_name(item.annotation) or item.target.id] = field
        return fields

    def _find(
        self, by_module: Mapping[str, Mapping[str, Node]], module: str, name: str
    ) -> tuple[str, Node] | None:
        for home in (module, *sorted(by_module)):
            if name in by_module.get(home, {}):
                return home, by_module[home][name]
        return None

    def _shape(self, module: str, annotation: ast.expr) -> Shape:
        if isinstance(annotation, ast.BinOp):
            return self._shape(module, annotation.left).merged(self._shape(module, annotation.right))
        if isinstance(annotation, ast.Subscript):
            return self._subscript_shape(module, annotation)
        name = _name(annotation)
        if name in _FREE:
            return Shape(free=frozenset((_FREE[name],)))
        alias = self._find(self._aliases, module, name)
        if alias is not None:
            return self._shape(*alias)
        is_class = self._find(self._classes, module, name) is not None
        return Shape(free=frozenset(("object",)) if is_class else frozenset())

    def _subscript_shape(self, module: str, annotation: ast.Subscript) -> Shape:
        name = _name(annotation.value)
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if name == "Literal":
            values = [item.value for item in inner if isinstance(item, ast.Constant)]
            return shape_of_values(values)
        if name == "Annotated":
            return self._shape(module, inner[0])
        if name in _WRAPPERS or name == "Union":
            merged = Shape()
            for item in inner:
                merged = merged.merged(self._shape(module, item))
            return merged
        return Shape(free=frozenset((_FREE[name],)) if name in _FREE else frozenset())


def _aliases(statements: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for item in statements:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.value is not None:
            yield item.target.id, item.value
        # "Model = Union[…]", without ": TypeAlias"
        elif isinstance(item, ast.Assign) and isinstance(item.value, ast.Subscript):
            yield from ((target.id, item.value) for target in item.targets if isinstance(target, ast.Name))


def _name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def _is_required(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and _name(annotation.value) == "Required"


def _wire_name(annotation: ast.expr) -> str | None:
    """Return the alias of `Annotated[…, PropertyInfo(alias="promptImage")]`: the name that is sent."""
    for call in ast.walk(annotation):
        if isinstance(call, ast.Call) and _name(call.func) == "PropertyInfo":
            for keyword in call.keywords:
                if keyword.arg == "alias" and isinstance(keyword.value, ast.Constant):
                    return str(keyword.value.value)
    return None
