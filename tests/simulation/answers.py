"""Owns what is read from a call, and how a simulated provider answers it on the wire."""

from __future__ import annotations

import json

from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import TransportFailure

from .faults import Fault


def is_its_own(fault: Fault, answer: HttpReply | TransportFailure) -> bool:
    """Whether the answer is the fault's own, and not the client's timeout that came before it."""
    return isinstance(answer, HttpReply) or answer.kind == fault.broken


def prompt_of(call: HttpCall) -> str:
    return str(call.json["prompt"]) if isinstance(call.json, dict) else ""


def json_reply(status: int, body: object) -> HttpReply:
    return HttpReply(status, {"content-type": "application/json"}, json.dumps(body).encode())


def late() -> TransportFailure:
    return TransportFailure("no answer in time", kind="timeout", request_may_have_arrived=True)
