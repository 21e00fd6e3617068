"""Reads a workflow in the API format, and finds nodes and inputs in it by id or title."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.plugin import HttpReply, UnexpectedResponseError, ValidationError, wire

HOW_TO_EXPORT = "open it in ComfyUI and choose Workflow > Export (API), then use that file"


@dataclass(frozen=True, slots=True)
class Place:
    """An input of a node."""

    node: str
    input: str

    def __str__(self) -> str:
        return f"{self.node}.{self.input}"


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow: its nodes by id, as the server takes them.

    Attributes:
        graph: `{"class_type", "inputs", "_meta"}` by node id.
    """

    graph: Mapping[str, object]

    def title(self, node: str) -> str:
        """Return the title of a node as its author wrote it; "" if it has none."""
        return wire.text(self.graph, node, "_meta", "title") or ""

    def shown(self, node: str) -> str:
        """Return a node for messages, such as "KSampler 3"."""
        return f"{wire.text(self.graph, node, 'class_type')} {node}"

    def inputs(self, node: str) -> dict[str, object]:
        """Return the inputs of a node; a link to another node is a list."""
        return wire.mapping(self.graph, node, "inputs")

    def widgets(self, node: str) -> tuple[str, ...]:
        """Return the names of the inputs that hold a value rather than a link."""
        return tuple(name for name, value in self.inputs(node).items() if not isinstance(value, list))

    def node(self, name: str) -> str:
        """Return the id of the node with this id or title.

        Raises:
            ValidationError: there is no such node, or several have the title.
        """
        if name in self.graph:
            return name
        found = [node for node in self.graph if self.title(node) == name]
        if len(found) > 1:
            raise ValidationError(
                f"{len(found)} nodes of the workflow have the title {name!r}; use an id: {', '.join(found)}"
            )
        if not found:
            known = [*self.graph, *filter(None, map(self.title, self.graph))]
            close = difflib.get_close_matches(name, known, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else f"; its nodes are {', '.join(self.graph)}"
            raise ValidationError(f"the workflow has no node {name!r}{guess}")
        return found[0]

    def place(self, text: str) -> Place:
        """Return the place that a string such as "3.seed" or "KSampler.seed" names.

        Raises:
            ValidationError: there is no such node, or it has no such input.
        """
        node, name = self.split(text)
        if name is None:
            raise ValidationError(f"{text!r} names a node, but no input of it; use {self._choices(node)}")
        return self.checked(node, name)

    def split(self, text: str) -> tuple[str, str | None]:
        """Return the node and the input that a string names; None if it names a node only. Titles and inputs may have dots."""
        for position in (place for place, sign in enumerate(text) if sign == "."):
            name = text[:position]
            if name in self.graph or any(self.title(node) == name for node in self.graph):
                return self.node(name), text[position + 1 :]
        before, dot, after = text.partition(".")
        known = text in self.graph or any(self.title(node) == text for node in self.graph)
        return (self.node(text), None) if known or not dot else (self.node(before), after)

    def checked(self, node: str, name: str) -> Place:
        """Return the place of an input that exists; the server would ignore any other.

        Raises:
            ValidationError: the node has no such input.
        """
        if name not in self.inputs(node):
            raise ValidationError(
                f"{self.shown(node)} of the workflow has no input {name!r}; use {self._choices(node)}"
            )
        return Place(node, name)

    def _choices(self, node: str) -> str:
        return ", ".join(f"'{node}.{name}'" for name in self.widgets(node)) or "another node: it has none"


def read_workflow(content: bytes, name: str) -> Workflow:
    """Return the workflow in a file.

    Args:
        content: content of the file.
        name: its name, for messages.

    Raises:
        ValidationError: the file holds no workflow in the API format; the message says how to export one.
    """
    try:
        read = HttpReply(200, content=content).json_object()
    except UnexpectedResponseError:
        raise ValidationError(f"{name} is not a workflow: it holds no JSON object; {HOW_TO_EXPORT}") from None
    if isinstance(read.get("nodes"), list):
        raise ValidationError(
            f"{name} is a workflow in the format of the editor, which the server does not take; {HOW_TO_EXPORT}"
        )
    wrong = [node for node in read if wire.text(read, node, "class_type") is None]
    if wrong or not read:
        what = f"its member {wrong[0]!r} is not a node" if wrong else "it has no nodes"
        raise ValidationError(f"{name} is not a workflow in the API format: {what}; {HOW_TO_EXPORT}")
    return Workflow(read)
