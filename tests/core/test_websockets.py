"""A status stream may be a WebSocket: it brings the status, it is guarded as every call is, and what breaks it costs no job."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from core.chains import BOAT
from core.contract_plugins.watched import TOKEN, Watched, WatchedSimulator
from execution import Run
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    Gateway,
    PluginError,
    TimeoutError,  # noqa: A004 - the public name
    VideoGenerationResponse,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import Event, HttpCall, StatusStream
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing.simulator import Hang, LostResponse, Reset, Status, TruncatedJson
from tarash.tarash_gateway.transport import HttpxTransports, Limits
from tarash.tarash_gateway.transport.limited import LimitedTransports
from tarash.tarash_gateway.transport.server_events import MAX_EVENT_BYTES


@pytest.fixture
def watched() -> Iterator[WatchedSimulator]:
    with WatchedSimulator() as running:
        running.polls_until_done = 4
        yield running


def _registry(plugin: Watched) -> Registry:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("watched", plugin)
    return registry


def _gateway(folder: Path, plugin: Watched | None = None, **settings: Any) -> Gateway:
    return Gateway(registry=_registry(plugin or Watched()), environ={}, output_dir=folder, **settings)


def _generate(
    run: Run, watched: WatchedSimulator, folder: Path, plugin: Watched | None = None, **config: Any
) -> VideoGenerationResponse:
    with _gateway(folder, plugin) as gateway:
        response: VideoGenerationResponse = run(
            gateway, "generate_video", watched.config(poll_interval=0.02, **config), BOAT
        )
    return response


def _was_polled(watched: WatchedSimulator) -> bool:
    """Whether there was more than the poll after opening and the request for the result."""
    return watched.count("status") > 2


def test_the_status_arrives_over_the_socket_and_nothing_is_polled(
    run: Run, watched: WatchedSimulator, tmp_path: Path
) -> None:
    seen: list[float | None] = []
    with _gateway(tmp_path) as gateway:
        response = run(
            gateway,
            "generate_video",
            watched.config(),
            BOAT,
            on_progress=lambda update: seen.append(update.progress_percent),
        )
    assert response.video.endswith(".mp4")
    assert (watched.count("watch"), watched.count("socket")) == (1, 1)
    assert not _was_polled(watched)
    assert watched.heard == [{"type": "subscribe", "token": TOKEN}]
    assert len({percent for percent in seen if percent}) > 1


def test_a_status_stream_is_among_the_events(run: Run, watched: WatchedSimulator, tmp_path: Path) -> None:
    """A trace without it shows a job that nobody asked about."""
    seen: list[Event] = []
    with _gateway(tmp_path, on_event=seen.append) as gateway:
        run(gateway, "generate_video", watched.config(), BOAT)
    urls = [str(event.facts["url"]) for event in seen if event.kind == "request_sent"]
    answered = [event.facts["status_code"] for event in seen if event.kind == "response_received"]
    assert len(urls) == len(watched.requests)
    assert answered[["/watch/" in url for url in urls].index(True)] == 101


def test_a_job_that_ended_before_the_socket_was_open_is_not_missed(
    run: Run, watched: WatchedSimulator, tmp_path: Path
) -> None:
    watched.polls_until_done = 1
    watched.preview = b""
    job = _generate(run, watched, tmp_path)
    assert job.request_id is not None


@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(lambda sim: sim.inject("socket", Status(503)), id="refused"),
        pytest.param(lambda sim: sim.inject("socket", Status(301, headers={"Location": "/"})), id="moved"),
        pytest.param(lambda sim: sim.inject("socket", Status(200, json={})), id="no-socket"),
        pytest.param(lambda sim: sim.inject("socket", Reset()), id="reset"),
        pytest.param(lambda sim: sim.inject("socket", Hang(30.0)), id="handshake-hangs"),
        pytest.param(lambda sim: sim.inject("socket", LostResponse()), id="closed-early"),
        pytest.param(lambda sim: sim.inject("socket", TruncatedJson()), id="cut-after-a-message"),
        pytest.param(lambda sim: sim.inject("watch", Status(404)), id="no-address"),
        pytest.param(lambda sim: setattr(sim, "preview", b"x" * (MAX_EVENT_BYTES + 1)), id="too-large"),
        pytest.param(lambda sim: setattr(sim, "preview", "{not JSON"), id="no-status"),
        pytest.param(lambda sim: setattr(sim, "socket_server", "wss://127.0.0.1:1"), id="nobody-there"),
    ],
)
def test_a_socket_that_breaks_is_followed_by_polling(
    run: Run, watched: WatchedSimulator, tmp_path: Path, break_it: Callable[[WatchedSimulator], object]
) -> None:
    break_it(watched)
    response = _generate(run, watched, tmp_path, timeout=30)
    assert response.video.endswith(".mp4")
    assert _was_polled(watched)
    assert watched.count("submit") == 1


def test_a_silent_socket_is_followed_by_polling(run: Run, watched: WatchedSimulator, tmp_path: Path) -> None:
    watched.hold()
    with _gateway(tmp_path, Watched(silence_seconds=0.1)) as gateway:
        config = watched.config(poll_interval=0.02)
        response = run(
            gateway,
            "generate_video",
            config,
            BOAT,
            on_progress=lambda _: watched.release() if _was_polled(watched) else None,
        )
    assert response.video.endswith(".mp4")


def test_the_deadline_ends_the_wait_and_the_socket(
    run: Run, watched: WatchedSimulator, tmp_path: Path
) -> None:
    watched.hold()
    with pytest.raises(TimeoutError):
        _generate(run, watched, tmp_path, timeout=0.6)
    assert watched.job_state(watched.jobs[0].id) == "cancelled"
    assert watched.left == 1


def test_the_key_goes_to_no_other_server(
    run: Run, watched: WatchedSimulator, tmp_path: Path, replicate: ReplicateSimulator
) -> None:
    """`Call.request` leaves the key out for another origin, and a message that holds it is refused."""
    watched.socket_server = f"ws://127.0.0.1:{replicate.port}"
    with (
        Gateway(
            registry=_registry(Watched(tells_the_key=True)),
            environ={},
            output_dir=tmp_path,
            allow_private_hosts=True,
        ) as gateway,
        pytest.raises(PluginError, match=r"would send the key to http://127\.0\.0\.1") as caught,
    ):
        run(gateway, "generate_video", watched.config(), BOAT)
    assert replicate.requests == []
    assert caught.value.job is not None


def test_another_server_gets_no_key(
    run: Run, watched: WatchedSimulator, tmp_path: Path, replicate: ReplicateSimulator
) -> None:
    watched.socket_server = f"ws://127.0.0.1:{replicate.port}"
    with _gateway(tmp_path, allow_private_hosts=True) as gateway:
        run(gateway, "generate_video", watched.config(poll_interval=0.02), BOAT)
    (asked,) = replicate.requests
    assert "authorization" not in {name.lower() for name in asked.headers}


def test_no_answer_leads_a_socket_into_a_private_network(
    run: Run, watched: WatchedSimulator, tmp_path: Path, replicate: ReplicateSimulator
) -> None:
    watched.socket_server = f"ws://127.0.0.1:{replicate.port}"
    response = _generate(run, watched, tmp_path)
    assert replicate.requests == []
    assert response.video.endswith(".mp4")


def test_a_socket_counts_as_a_status_stream(watched: WatchedSimulator) -> None:
    transports = LimitedTransports(HttpxTransports(), Limits(max_streams=0))
    call = HttpCall(method="GET", url=f"{watched.url}/socket")

    async def main() -> None:
        transport = transports.asynchronous()
        with pytest.raises(TransportFailure, match="streams"):
            await transport.open_websocket(call, ())
        await transport.aclose()

    with (
        contextlib.closing(transports.blocking()) as transport,
        pytest.raises(TransportFailure, match="streams"),
    ):
        transport.open_websocket(call, ())
    anyio.run(main)
    assert watched.count("socket") == 0


def test_where_no_stream_may_be_open_the_plugin_is_not_asked_for_one(
    run: Run, watched: WatchedSimulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with _gateway(tmp_path, limits=Limits(max_streams=0)) as gateway:
        response = run(gateway, "generate_video", watched.config(poll_interval=0.02), BOAT)
    assert response.video.endswith(".mp4")
    assert _was_polled(watched)
    assert "status stream not opened" not in caplog.text


def test_a_socket_is_encrypted_and_its_certificate_is_checked(run: Run, tmp_path: Path) -> None:
    import ssl

    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.configure_trust(ours)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    with WatchedSimulator(ssl_context=theirs) as watched:
        watched.polls_until_done = 4
        with _gateway(tmp_path, transport=HttpxTransports(tls=ours)) as gateway:
            run(gateway, "generate_video", watched.config(), BOAT)
        assert watched.count("socket") == 1
        assert not _was_polled(watched)


def test_no_record_of_a_socket_contains_its_messages_or_the_key(
    run: Run, watched: WatchedSimulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    watched.inject("socket", TruncatedJson(), nth=2)
    _generate(run, watched, tmp_path)
    _generate(run, watched, tmp_path)
    shown = "\n".join(
        f"{record.getMessage()} {vars(record)!r}"
        for record in caplog.records
        if not record.name.startswith("aiohttp")
    )
    assert caplog.records
    assert TOKEN not in shown
    assert watched.api_key not in shown


WITHOUT_THE_LIBRARY = """
import logging, sys
from pathlib import Path
sys.modules["websockets"] = None
logging.basicConfig(level=logging.WARNING)
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry
from core.contract_plugins.watched import Watched
registry = Registry(entry_points=lambda _group: ())
registry.register("watched", Watched())
config = VideoGenerationConfig(
    provider="watched", model="plain", api_key="watched-key-0123456789", base_url=sys.argv[1], poll_interval=0.02
)
with Gateway(registry=registry, environ={}, output_dir=Path(sys.argv[2])) as gateway:
    for _ in range(2):
        print(gateway.generate_video(config, VideoGenerationRequest(prompt="a paper boat")).video)
"""


def test_without_the_library_jobs_are_polled_and_one_warning_says_what_to_install(
    watched: WatchedSimulator, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_LIBRARY, watched.url, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert done.stdout.count(".mp4") == 2, done.stderr
    assert done.stderr.count("run: pip install websockets") == 1
    assert watched.count("socket") == 0


def test_importing_the_transports_imports_no_websocket_library() -> None:
    code = "import sys, tarash.tarash_gateway.transport.httpx.blocking; print('websockets' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("wss://a.example/s", "https://a.example/s"),
        ("ws://a.example", "http://a.example"),
        ("WSS://A", "https://A"),
    ],
)
def test_the_handshake_is_a_get_of_an_ordinary_url(given: str, sent: str) -> None:
    call = HttpCall(method="GET", url=given)
    assert StatusStream(call=call, read=lambda _: None, protocol="websocket").call.url == sent
    assert StatusStream(call=call, read=lambda _: None).call.url == given


def test_server_sent_events_send_no_messages() -> None:
    with pytest.raises(ValueError, match='set protocol="websocket"'):
        StatusStream(
            call=HttpCall(method="GET", url="https://a.example"), read=lambda _: None, messages=("hi",)
        )
