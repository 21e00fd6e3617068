"""The log says in one line for each event that matters what happened: provider, model, job, cost and seconds."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from core.acme import AcmeServer, acme, broken, generation, reply
from core.test_budget import Priced
from tarash.tarash_gateway import (
    Gateway,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import Event
from tarash.tarash_gateway.testing import VirtualTime

LOGGER = "tarash.tarash_gateway"


def _providers() -> Registry:
    made = Registry(entry_points=lambda _group: ())
    for name in ("acme", "other"):
        made.register(name, Priced(name))
    return made


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records]


def _run(server: AcmeServer, **changes: Any) -> None:
    config = VideoGenerationConfig.model_validate({**acme().model_dump(), **changes})
    VirtualTime(server).run(generation(config, providers=_providers()).generate())


def test_a_generation_is_told_in_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger=LOGGER):
        _run(AcmeServer(job_seconds=42))
    submitted, completed = _lines(caplog)
    assert submitted == "acme/plain: submitted job job-1, estimated cost $1.00"
    assert completed.startswith("acme/plain: completed job job-1 after 4")
    assert completed.endswith(" s, estimated cost $1.00")
    fields = vars(caplog.records[1])
    assert (fields["event"], fields["provider"], fields["model"], fields["request_id"]) == (
        "completed", "acme", "plain", "job-1",
    )  # fmt: skip
    assert (fields["estimated_cost_usd"], fields["cost_usd"]) == (1.0, None)
    assert 42 <= fields["elapsed_seconds"] < 50


def test_a_reported_cost_is_told(caplog: pytest.LogCaptureFixture) -> None:
    server = AcmeServer()
    server.always["status"] = reply(
        200, {"state": "done", "url": "https://cdn.acme.example/1.mp4", "usd": 3.2}
    )
    with caplog.at_level("INFO", logger=LOGGER):
        _run(server)
    assert _lines(caplog)[-1].endswith(", cost $3.20")


def test_a_fallback_says_from_where_and_why(caplog: pytest.LogCaptureFixture) -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(402, {"error": "out of credit"})]
    with caplog.at_level("INFO", logger=LOGGER):
        _run(server, fallback_configs=[acme("other").model_dump()])
    failed, fallback, submitted, _ = _lines(caplog)
    assert failed.startswith("acme/plain: failed after 0.1 s, billed no: ")
    assert fallback.startswith("other/plain: fallback from acme/plain because ")
    assert "out of credit" in fallback
    assert submitted == "other/plain: submitted job job-1, estimated cost $1.00"
    assert caplog.records[0].levelname == "WARNING", "somebody must pay"
    assert {record.levelname for record in caplog.records[1:]} == {"INFO"}


def test_an_adjustment_and_a_skipped_fallback_are_told(caplog: pytest.LogCaptureFixture) -> None:
    gateway = Gateway(registry=_providers(), environ={"ACME_KEY": "k" * 12, "OTHER_KEY": "k" * 12})
    server = AcmeServer()
    server.always["submit"] = broken("connect")
    config = acme(fallback_configs=[acme("other", max_cost_usd=0.5)])
    request = VideoGenerationRequest(prompt="a boat", duration_seconds=5)
    prepared = gateway.run_blocking(gateway._factory.preparing(config, request, reports=False))
    flow = prepared.generate()
    with caplog.at_level("INFO", logger=LOGGER), pytest.raises(TarashException):
        VirtualTime(server).run(flow)
    lines = _lines(caplog)
    assert lines[0].startswith("acme/plain: adjusted duration_seconds=5 to 4: it is ")
    assert any(
        line.startswith("other/plain: skipped: the estimated cost of $1.00 is more than") for line in lines
    )


def test_an_abandoned_job_is_told(caplog: pytest.LogCaptureFixture) -> None:
    def stop(_update: object) -> None:
        raise KeyboardInterrupt

    with caplog.at_level("INFO", logger=LOGGER), pytest.raises(KeyboardInterrupt):
        VirtualTime(AcmeServer(), on_progress=stop).run(
            generation(acme(), reports=True, providers=_providers()).generate()
        )
    assert _lines(caplog)[-1] == (
        "acme/plain: abandoned job job-1 after KeyboardInterrupt, cancelled yes, billed unknown"
    )


def test_a_log_that_nobody_asked_for_is_not_made(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger=LOGGER):
        _run(AcmeServer())
    assert caplog.records == []


def test_listeners_get_the_same_events() -> None:
    seen: list[Event] = []
    config = acme()
    flow = generation(config, providers=_providers(), listeners=[seen.append]).generate()
    VirtualTime(AcmeServer()).run(flow)
    kinds = [event.kind for event in seen]
    assert kinds.index("attempt_started") < kinds.index("submitted") < kinds.index("completed")
    (submitted,) = [event for event in seen if event.kind == "submitted"]
    assert (submitted.request_id, submitted.submitted, submitted.estimated_cost_usd) == ("job-1", "yes", 1.0)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(
            lambda g: g.generate_video("runway/gen4.5", prompt="x", duration_seconds=30), id="generate"
        ),
        pytest.param(lambda g: g.plan_video("runway/gen4.5", prompt="x", duration_seconds=30), id="plan"),
        pytest.param(lambda g: g.submit_video("runway/gen4.5", prompt="x", duration_seconds=30), id="submit"),
    ],
)
def test_the_traceback_of_a_wrong_duration_is_short(
    call: Callable[[Gateway], object], caplog: pytest.LogCaptureFixture
) -> None:
    with (
        Gateway(environ={"RUNWAYML_API_SECRET": "k" * 20}) as gateway,
        caplog.at_level(logging.DEBUG, logger=LOGGER),
        pytest.raises(ValidationError, match="duration_seconds=30 is not offered") as caught,
    ):
        call(gateway)
    assert len(traceback.format_exception(caught.value)) <= 8
    assert "".join(traceback.format_exception(caught.value)).count("\n") < 25
    assert "tarash_map" in caplog.text, "whoever looks for a bug finds the rest in the log"


class _Broken(logging.Handler):
    """A handler that does not catch what goes wrong in it."""

    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError(f"cannot deliver {record.getMessage()}")


def test_a_handler_that_raises_does_not_disturb_a_paid_job(capsys: pytest.CaptureFixture[str]) -> None:
    logger, broken_handler, server = logging.getLogger(LOGGER), _Broken(), AcmeServer()

    def refuse(event: Event) -> None:
        raise ValueError(event.kind)

    logger.addHandler(broken_handler)
    try:
        config = acme(fallback_configs=[acme("other")])
        response = VirtualTime(server).run(
            generation(config, providers=_providers(), listeners=[refuse]).generate()
        )
    finally:
        logger.removeHandler(broken_handler)
    assert (response.provider, server.count("submit"), server.cancelled) == ("acme", 1, [])
    assert "cannot deliver event listener failed" in capsys.readouterr().err


def test_a_failing_listener_is_logged_with_the_generation_it_listened_to(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[str] = []

    def refuse(event: Event) -> None:
        heard.append(event.generation_id)
        raise ValueError(event.kind)

    VirtualTime(AcmeServer()).run(generation(acme(), providers=_providers(), listeners=[refuse]).generate())
    records = [record for record in caplog.records if record.message == "event listener failed"]
    assert {vars(record)["generation_id"] for record in records} == {*heard}
    assert len({*heard}) == 1
