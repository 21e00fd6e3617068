"""Turns the server's errors into exceptions: what is wrong with a workflow, and why a job failed.

Source: ComfyUI `server.py` and `execution.py`, 0.3.64 and main branch, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    GenerationFailedError,
    HttpReply,
    ModelNotFoundError,
    TarashException,
    ValidationError,
    body_of,
    default_error,
    hookimpl,
    wire,
)

MISSING_NODE = "missing_node_type"
OLD_MISSING_NODE = "does not exist"
NOT_IN_LIST = "value_not_in_list"
MODEL_FILES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft", ".onnx")
MOST_SHOWN = 12
"""Most allowed values in a message."""


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error answer."""
    body = body_of(response)
    kind, words = wire.text(body, "error", "type"), wire.text(body, "error", "message") or ""
    problems = wire.mapping(body, "node_errors")
    if response.status != 400 or kind is None:
        return default_error(response, words or wire.text(body, "error") or "")
    if kind == MISSING_NODE or (kind == "invalid_prompt" and OLD_MISSING_NODE in words):
        return ModelNotFoundError(
            f"the server lacks a node of the workflow: {_missing_node(body, words)}; install the custom node, or use another server",
            status_code=response.status,
            raw_response=body,
        )
    told = "; ".join(node_problems(problems)) or _joined(words, wire.text(body, "error", "details"))
    if problems and all(_lacks_a_file(problem) for problem in _errors(problems)):
        return ModelNotFoundError(
            f"the server lacks a file of the workflow: {told}", status_code=response.status, raw_response=body
        )
    return ValidationError(
        f"the server refuses the workflow: {told}", status_code=response.status, raw_response=body
    )


def node_problems(node_errors: Mapping[str, object]) -> list[str]:
    """Return what is wrong with each node, such as "KSampler 3: steps: value 0 is smaller than the minimum of 1"."""
    return [
        f"{wire.text(found, 'class_type') or 'node'} {node}: {_problem(problem)}"
        for node, found in node_errors.items()
        for problem in wire.items(found, "errors")
    ]


def was_interrupted(entry: Mapping[str, object]) -> bool:
    """Return whether a job in the history ended because somebody stopped it."""
    return any(
        wire.text(message, 0) == "execution_interrupted"
        for message in wire.items(entry, "status", "messages")
    )


def failure_in(entry: Mapping[str, object]) -> GenerationFailedError:
    """Return the exception for a job in the history that failed."""
    for message in wire.items(entry, "status", "messages"):
        if wire.text(message, 0) == "execution_error":
            return failure_of(wire.mapping(message, 1))
    return GenerationFailedError("the workflow failed; the log of the server says why", raw_response=entry)


def failure_of(data: Mapping[str, object]) -> GenerationFailedError:
    """Return the exception for an `execution_error`: the node, and what it said."""
    kind = (wire.text(data, "exception_type") or "").rpartition(".")[2]
    words = (wire.text(data, "exception_message") or "no explanation given").strip()[:500]
    node = f"{wire.text(data, 'node_type') or 'node'} {wire.identifier(data, 'node_id') or ''}".strip()
    memory = "; the server has too little memory: ask for a smaller size or a shorter video"
    hint = memory if "outofmemory" in kind.lower() else ""
    return GenerationFailedError(
        f"{node} failed: {f'{kind}: ' if kind else ''}{words}{hint}", raw_response=dict(data)
    )


def _errors(node_errors: Mapping[str, object]) -> list[object]:
    return [problem for found in node_errors.values() for problem in wire.items(found, "errors")]


def _problem(problem: object) -> str:
    if wire.text(problem, "type") == NOT_IN_LIST:
        name, given = (
            wire.text(problem, "extra_info", "input_name"),
            wire.member(problem, "extra_info", "received_value"),
        )
        # newer nodes write ["COMBO", {"options": […]}] in place of [[…], {}]
        allowed = wire.items(problem, "extra_info", "input_config", 0) or wire.items(
            problem, "extra_info", "input_config", 1, "options"
        )
        if name is not None and allowed:
            more = f" and {len(allowed) - MOST_SHOWN} more" if len(allowed) > MOST_SHOWN else ""
            options = ", ".join(str(value)[:100] for value in allowed[:MOST_SHOWN])
            return f"{name} {str(given)[:200]!r} is not on the server; it has {options}{more}"
    return _joined(wire.text(problem, "message"), wire.text(problem, "details"))


def _lacks_a_file(problem: object) -> bool:
    given = wire.text(problem, "extra_info", "received_value") or ""
    return wire.text(problem, "type") == NOT_IN_LIST and given.lower().endswith(MODEL_FILES)


def _missing_node(body: object, words: str) -> str:
    named = wire.text(body, "error", "extra_info", "class_type")
    node = wire.identifier(body, "error", "extra_info", "node_id")
    return f"{named}{f' {node}' if node else ''}" if named else words


def _joined(message: str | None, details: str | None) -> str:
    return ": ".join(part.strip()[:1000] for part in (message, details) if part) or "no explanation given"
