"""A status that a proxy may have answered proves no refusal, whatever class a plugin makes of it; only what the plugin states does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.acme import Acme, AcmeServer, acme, generation, reply
from tarash.tarash_gateway import TarashException
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    ContentModerationError,
    Flow,
    HTTPError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    Submission,
    ValidationError,
    default_error,
    hookimpl,
    send,
)
from tarash.tarash_gateway.testing import VirtualTime

OPEN = [408, 409, 425, 499, 500, 502, 503, 504]
CLASSES = [
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    ValidationError,
]
Read = Callable[[HttpReply], TarashException]


class Reading(Acme):
    """Makes of an error response what it is told to."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        return self.read(response)


def refused(read: Read, status: int, *, falls_back: bool = False) -> tuple[AcmeServer, TarashException]:
    server = AcmeServer()
    server.answers["submit"] = [reply(status, {})]
    providers = Registry(lambda _group: ())
    providers.register("acme", Reading(read))
    config = acme(on_unknown_submission="raise", fallback_configs=[acme()] if falls_back else [])
    with pytest.raises(TarashException) as caught:
        VirtualTime(server).run(generation(config, providers=providers).generate())
    return server, caught.value


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("kind", CLASSES)
def test_a_class_alone_does_not_let_anybody_be_paid_again(kind: type[TarashException], status: int) -> None:
    server, error = refused(lambda response: kind("no", status_code=response.status), status, falls_back=True)
    assert (server.count("submit"), error.submitted, error.billed) == (1, "unknown", "unknown")
    assert type(error) is kind
    assert error.attempts[0].submitted == "unknown"
    assert "a job may exist, so it is not submitted again" in error.message


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("kind", CLASSES)
def test_a_stated_refusal_proves_that_there_is_no_job(kind: type[TarashException], status: int) -> None:
    _, error = refused(
        lambda response: kind("no", status_code=response.status, submitted="no", is_retryable=False), status
    )
    assert (error.submitted, error.billed, error.attempts[0].submitted) == ("no", "no", "no")
    assert error.message == "no"


class Accepting(Acme):
    """Reads a 503 itself, and makes of it what it is told to."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read

    @hookimpl
    def tarash_submit(self, call: Call) -> Flow[Submission]:  # type: ignore[override]  # pluggy passes what is named
        reply = yield from send(call.request("POST", "/jobs", json={}, accept_statuses=frozenset({503})))
        raise self.read(reply)


@pytest.mark.parametrize(
    ("read", "submitted"),
    [
        (default_error, "unknown"),
        (lambda _reply: ModelNotFoundError("gone", status_code=503), "unknown"),
        (lambda _reply: ModelNotFoundError("gone", status_code=503, submitted="no"), "no"),
        (lambda _reply: ModelNotFoundError("gone", status_code=404), "no"),
        (lambda _reply: ModelNotFoundError("gone"), "no"),
    ],
)
def test_the_same_holds_for_a_status_that_the_plugin_reads_itself(read: Read, submitted: str) -> None:
    server, providers = AcmeServer(), Registry(lambda _group: ())
    server.always["submit"] = reply(503, {})
    providers.register("acme", Accepting(read))
    with pytest.raises(TarashException) as caught:
        VirtualTime(server).run(generation(acme(), providers=providers).generate())
    assert (server.count("submit"), caught.value.submitted) == (1, submitted)


@pytest.mark.parametrize("status", OPEN)
def test_a_refusal_of_a_busy_provider_is_one_by_its_class(status: int) -> None:
    server = AcmeServer(job_seconds=0)
    server.answers["submit"] = [reply(status, {})]
    providers = Registry(lambda _group: ())
    providers.register("acme", Reading(lambda response: RateLimitError("busy", status_code=response.status)))
    response = VirtualTime(server).run(generation(acme(), providers=providers).generate())
    assert response.execution_metadata.total_attempts == 1
    assert (server.count("submit"), len(server.created)) == (2, 1)
