"""Reads the declarations of a TypeScript `.d.ts` file, as far as types of requests use the language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from .facts import Kind, Shape, shape_of_values

_TOKEN = re.compile(
    r"""(?P<skip>\s+|/\*.*?\*/|//[^\n]*)
      |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      |(?P<number>-?\d+(?:\.\d+)?)
      |(?P<name>[A-Za-z_$][\w$]*)
      |(?P<mark>[{}()\[\]<>|&;:,.=?])""",
    re.DOTALL | re.VERBOSE,
)
_FREE: Final[Mapping[str, Kind]] = {
    "string": "text", "number": "number", "boolean": "boolean", "Blob": "text", "File": "text",
    "Array": "list", "ReadonlyArray": "list", "Record": "object", "object": "object",
}  # fmt: skip
_END: Final = ("end", "")
_NOTHING: Final = ("null", "undefined", "never")
_ANY_KIND: Final[frozenset[Kind]] = frozenset(("text", "number", "boolean", "list", "object"))


class TypeScriptError(Exception):
    """A declaration uses a part of the language that is not read here."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal type: one value."""

    value: object


@dataclass(frozen=True, slots=True)
class Named:
    """A type by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array or a tuple."""


@dataclass(frozen=True, slots=True)
class Either:
    """A union."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """An intersection."""

    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object type."""

    type: Type
    optional: bool


@dataclass(frozen=True, slots=True)
class Members:
    """An object type."""

    by_name: Mapping[str, Member]


Type: TypeAlias = Constant | Named | ListOf | Either | Both | Members


class Declarations:
    """The types that a file declares, by name."""

    def __init__(self, text: str) -> None:
        """Read a file.

        Raises:
            TypeScriptError: the file uses what is not read here.
        """
        self._types = _Reader(text).declarations()

    def members(self, kind: Type) -> dict[str, Member]:
        """Return the members of an object type, inherited ones first; empty if it is none."""
        if isinstance(kind, Members):
            return dict(kind.by_name)
        if isinstance(kind, Both):
            return {name: member for part in kind.parts for name, member in self.members(part).items()}
        declared = self._types.get(kind.name) if isinstance(kind, Named) else None
        return {} if declared is None else self.members(declared)

    def shape(self, kind: Type) -> Shape:
        """Return what a field of a type takes."""
        if isinstance(kind, Constant):
            return Shape(values=(kind.value,))
        if isinstance(kind, ListOf):
            return Shape(free=frozenset(("list",)))
        if isinstance(kind, Either):
            shapes = [self.shape(part) for part in kind.parts]
            free = frozenset(item for shape in shapes for item in shape.free)
            return shape_of_values((value for shape in shapes for value in shape.values), free=free)
        if isinstance(kind, Named) and kind.name not in self._types:
            return _builtin(kind.name)
        if isinstance(kind, Named):
            return self.shape(self._types[kind.name])
        return Shape(free=frozenset(("object",)))


def _builtin(name: str) -> Shape:
    if name in _NOTHING:
        return Shape()
    return Shape(free=frozenset((_FREE[name],)) if name in _FREE else _ANY_KIND)


class _Reader:
    """Recursive descent over the tokens of a file."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise TypeScriptError(f"unexpected {text[position : position + 20]!r} at offset {position}")
            if match.lastgroup != "skip":
                self._tokens.append((match.lastgroup or "", match.group()))
            position = match.end()
        self._tokens.append(_END)
        self._at = 0

    def declarations(self) -> dict[str, Type]:
        found: dict[str, Type] = {}
        while self._tokens[self._at] != _END:
            word = self._next()
            if word == "type":
                name = self._next()
                self._expect("=")
                found[name] = self._union()
            elif word == "interface":
                name = self._next()
                parents = self._parents()
                body = self._members()
                found[name] = Both((*parents, body)) if parents else body
            elif word not in ("export", "declare", ";"):
                raise TypeScriptError(f"unexpected {word!r}; types and interfaces are read only")
        return found

    def _parents(self) -> tuple[Type, ...]:
        if not self._taken("extends"):
            return ()
        parents = [self._primary()]
        while self._taken(","):
            parents.append(self._primary())
        return tuple(parents)

    def _union(self) -> Type:
        self._taken("|")
        parts = [self._intersection()]
        while self._taken("|"):
            parts.append(self._intersection())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _intersection(self) -> Type:
        parts = [self._array()]
        while self._taken("&"):
            parts.append(self._array())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _array(self) -> Type:
        kind = self._primary()
        while self._taken("["):
            self._expect("]")
            kind = ListOf()
        return kind

    def _primary(self) -> Type:
        group, word = self._tokens[self._at]
        if word == "{":
            return self._members()
        self._next()
        if group == "text":
            return Constant(_unquoted(word))
        if group == "number":
            return Constant(json.loads(word))
        if word in ("true", "false"):
            return Constant(word == "true")
        if word == "(":
            inner = self._union()
            self._expect(")")
            return inner
        if word == "[":
            while not self._taken("]"):
                self._union()
                self._taken(",")
            return ListOf()
        if group != "name":
            raise TypeScriptError(f"unexpected {word!r} in place of a type")
        return self._named(word)

    def _named(self, name: str) -> Type:
        if self._taken("<"):
            while not self._taken(">"):
                self._union()
                self._taken(",")
        return ListOf() if name in ("Array", "ReadonlyArray") else Named(name)

    def _members(self) -> Members:
        self._expect("{")
        found: dict[str, Member] = {}
        while not self._taken("}"):
            if self._taken("["):  # an index signature names no member
                while not self._taken("]"):
                    self._next()
                self._expect(":")
                self._union()
            else:
                self._taken("readonly")
                name = _unquoted(self._next())
                optional = self._taken("?")
                self._expect(":")
                found[name] = Member(self._union(), optional)
            _ = self._taken(";") or self._taken(",")
        return Members(found)

    def _next(self) -> str:
        if self._tokens[self._at] == _END:
            raise TypeScriptError("the file ends inside a declaration")
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _taken(self, word: str) -> bool:
        if self._tokens[self._at][1] != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._taken(word):
            raise TypeScriptError(f"expected {word!r}, found {self._tokens[self._at][1]!r}")


def _unquoted(word: str) -> str:
    if word.startswith('"'):
        return str(json.loads(word))
    return word[1:-1] if word.startswith("'") else word
