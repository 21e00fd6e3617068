"""Owns the faults of the wire: every odd answer and every broken connection that a simulated provider may give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.steps import TransportFailure

from .provider import OWN_REFUSAL

Broken: TypeAlias = Literal["connect", "timeout", "reset", "protocol"]
Body: TypeAlias = Literal["error", "html", "empty", "cut", "list", "wrong", "deep"]
Proof: TypeAlias = Literal["refused", "open"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One odd answer.

    Attributes:
        name: for the trace.
        proof: what the answer to a submission proves: "refused" is certain, "open" leaves it unknown whether a job exists.
        broken: kind of the broken connection; None answers with `status` and `body`.
    """

    name: str
    proof: Proof
    broken: Broken | None = None
    status: int = 200
    body: Body = "error"
    error: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def failure(self, echoed: str) -> TransportFailure:
        """The broken connection; its text repeats what was sent."""
        kind = self.broken or "reset"
        return TransportFailure(
            f"{self.name} while sending {echoed}", kind=kind, request_may_have_arrived=kind != "connect"
        )

    def reply(self, echoed: str, regular: bytes) -> HttpReply:
        """The odd answer; an error repeats what was sent, and a cut body is the beginning of the regular one."""
        kind = "text/html" if self.body == "html" else "application/json"
        return HttpReply(self.status, {"content-type": kind, **self.headers}, self._content(echoed, regular))

    def _content(self, echoed: str, regular: bytes) -> bytes:
        if self.body == "error":
            error = {"message": f"cannot take {echoed}", **self.error}
            return json.dumps({"error": error}).encode()
        bodies: dict[Body, bytes] = {
            "html": b"<!doctype html><html><body>one moment</body></html>",
            "cut": regular[: len(regular) // 2] if len(regular) > 3 else b'{"i',
            "list": b"[1, 2]",
            "wrong": b'{"hello": "world"}',
            "deep": b"[" * 5000,
        }
        return bodies.get(self.body, b"")


def _broken(kind: Broken) -> Fault:
    return Fault(kind, "refused" if kind == "connect" else "open", broken=kind)


def _status(status: int, proof: Proof, body: Body = "error", **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(f"HTTP {status} {body}", proof, status=status, body=body, headers=named)


HANG = _broken("timeout")
BROKEN = (_broken("connect"), HANG, _broken("reset"), _broken("protocol"))
UNREADABLE = tuple(
    Fault(f"200 {body}", "open", body=body) for body in ("html", "empty", "cut", "list", "wrong", "deep")
)
# what a client error proves by the meaning of HTTP; 404 as a web page is a wrong address
CLIENT_REFUSALS = tuple(
    _status(code, "refused") for code in (400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 429, 451)
)
LEFT_OPEN = (
    *(_status(code, "open") for code in (301, 302, 303, 307, 308, 408, 409, 425, 499, 500, 502, 503, 504, 520)),
    *(_status(code, "open", body) for code in (408, 409, 500, 503) for body in ("html", "empty", "cut")),
    _status(503, "open", retry_after="0"),
    _status(303, "open", location="/jobs"),
)  # fmt: skip
OWN_REFUSALS = (
    Fault("its own 503", "refused", status=503, error={"code": OWN_REFUSAL}),
    Fault("its own 503", "refused", status=503, error={"code": OWN_REFUSAL}, headers={"retry-after": "3"}),
    _status(429, "refused", retry_after="0"),
    _status(429, "refused", retry_after="2"),
    _status(429, "refused", retry_after="900"),
)
TOLD_IN_200 = (
    Fault("200 with a refusal", "refused", error={"code": 401, "message": "invalid api key"}),
    Fault("200 with a refusal", "refused", error={"code": "insufficient_quota", "message": "top up"}),
    Fault("200 with a refusal", "refused", error={"message": "blocked by the content policy"}),
    Fault("200 with an outage", "open", error={"code": 500, "message": "internal error"}),
    Fault("200 with too many", "refused", error={"code": 429, "message": "too many jobs"}),
)

SUBMIT_FAULTS = (BROKEN, BROKEN, UNREADABLE, CLIENT_REFUSALS, LEFT_OPEN, LEFT_OPEN, OWN_REFUSALS, TOLD_IN_200)
READ_FAULTS = (BROKEN, UNREADABLE, CLIENT_REFUSALS, LEFT_OPEN, OWN_REFUSALS)


def draw_fault(draw: Random, groups: tuple[tuple[Fault, ...], ...]) -> Fault:
    """One fault at random: first the group, so that a large group does not drown a small one."""
    return draw.choice(draw.choice(groups))
