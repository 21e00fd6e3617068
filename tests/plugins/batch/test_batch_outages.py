"""The database server goes away while rows are generated: the worker and whoever follows wait for it, and nothing is paid twice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from plugins.batch.batch_command import Tarash, manifest, told, wait_for, worker
from plugins.batch.postgres import PostgresServer, needs_postgres, postgres_server
from plugins.batch.simulators_with_clips import KlingWithClips
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.openai import OpenAISimulator
from simulators.runway import RunwaySimulator
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import SlowAnswer
from tarash_gateway_batch import BatchOptions, BatchRunner
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.tables import open_database

pytestmark = [needs_postgres, pytest.mark.xdist_group("postgres")]
ANSWER_SECONDS = 2.0
AWAY = "the database of batches failed, trying again"


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that the test may stop."""
    with postgres_server() as running:
        yield running


@contextmanager
def killed_in_the_end(*processes: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    seen: list[str] = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    pytest.fail("".join(seen))


def queue(tarash: Tarash, server: PostgresServer, kling: KlingWithClips) -> None:
    """Queue two rows, whose jobs run until they are released."""
    rows = "prompt,duration_seconds,resolution\nboat 1,5,720p\nboat 2,5,720p\n"
    (tarash.folder / "boats.csv").write_text(rows, "utf-8")
    done = tarash(
        "batch", "run", "boats.csv", "--out", "videos", "--database", server.address,
        "--model", "kling/kling-3.0", "--base-url", kling.url, "--detach",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kling.hold("running")


@pytest.mark.timeout(180)
def test_a_server_that_restarts_costs_neither_a_row_nor_a_worker(
    tarash: Tarash, own_server: PostgresServer, kling: KlingWithClips
) -> None:
    queue(tarash, own_server, kling)
    following = tarash.start("batch", "resume", "boats", "--database", own_server.address, "--json")
    working = worker(tarash, own_server.address, "a", kling, "--until-idle")
    with killed_in_the_end(following, working):
        wait_for(lambda: len(kling.jobs) == 2, "the worker takes no rows")
        own_server.stop()
        for process in (working, following):
            wait_for_line(process, AWAY)
        kling.release()
        own_server.start()
        out, err = following.communicate(timeout=100)
        assert following.returncode == 0, err
        assert told(out)["counts"] == {"completed": 2}
        _, err = working.communicate(timeout=100)
        assert working.returncode == 0, err
    assert [len(result.attempts) for result in manifest(tarash.folder)] == [1, 1]
    assert len(kling.jobs) == 2


PROVIDERS: dict[str, tuple[type[Simulator], Callable[[Simulator], GenerationConfig], GenerationRequest]] = {
    "answers at once": (OpenAISimulator, image_config, image_request()),
    "accepts a job": (RunwaySimulator, video_config, video_request(duration_seconds=5)),
}
"""Providers that cannot look for a submission: what they answer is known nowhere else."""
VARIABLES = {"openai": "OPENAI_API_KEY", "runway": "RUNWAYML_API_SECRET"}


def queue_one(
    server: PostgresServer, folder: Path, config: GenerationConfig, request: GenerationRequest
) -> None:
    async def main() -> None:
        async with BatchRunner(database=server.address) as runner:
            options = BatchOptions(check_media=False)
            await runner.enqueue([request], config, name="boats", out=folder / "videos", options=options)

    asyncio.run(main())


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.timeout(180)
def test_an_answer_that_arrives_while_the_server_is_away_is_not_lost(
    tarash: Tarash, own_server: PostgresServer, name: str
) -> None:
    kind, config_for, request = PROVIDERS[name]
    with kind() as simulator:
        config = config_for(simulator)
        queue_one(own_server, tarash.folder, config, request)
        simulator.inject("submit", SlowAnswer(ANSWER_SECONDS))
        variable = VARIABLES[config.provider]
        working = tarash.start(
            "batch", "worker", "--database", own_server.address, "--base-url", config.base_url, "--until-idle",
            **{variable: simulator.api_key},
        )  # fmt: skip
        with killed_in_the_end(working):
            wait_for(lambda: simulator.count("submit") == 1, "the worker takes no row")
            answered = time.monotonic() + 2 * ANSWER_SECONDS
            own_server.stop()
            wait_for_line(working, AWAY)
            wait_for(lambda: time.monotonic() > answered, "the answer has not arrived")
            own_server.start()
            _, err = working.communicate(timeout=100)
            assert working.returncode == 0, err
        (result,) = manifest(tarash.folder)
        assert (result.state, [item.submitted for item in result.attempts]) == ("completed", ["yes"])
        assert (simulator.count("submit"), len(simulator.jobs)) == (1, 1)


@pytest.mark.timeout(180)
def test_a_worker_that_is_told_to_stop_while_the_server_is_away_finishes_its_rows(
    tarash: Tarash, own_server: PostgresServer, kling: KlingWithClips
) -> None:
    queue(tarash, own_server, kling)
    working = worker(tarash, own_server.address, "a", kling, "--until-idle")
    with killed_in_the_end(working):
        wait_for(lambda: len(kling.jobs) == 2, "the worker takes no rows")
        own_server.stop()
        wait_for_line(working, AWAY)
        working.send_signal(signal.SIGTERM)
        wait_for_line(working, "stopping: this worker takes no further row")
        kling.release()
        own_server.start()
        _, err = working.communicate(timeout=100)
        assert working.returncode == 130, err
    assert [result.state for result in manifest(tarash.folder)] == ["completed", "completed"]


MANY_ROWS = 6000
"""So many rows that the server is stopped while they are queued."""
MOST_SECONDS = 30


@pytest.mark.timeout(180)
def test_queuing_ends_with_an_error_if_the_server_goes_away_and_goes_on_where_it_was(
    tarash: Tarash, own_server: PostgresServer
) -> None:
    rows = "".join(f"boat {number}\n" for number in range(MANY_ROWS))
    (tarash.folder / "boats.csv").write_text(f"prompt\n{rows}", "utf-8")
    arguments = ("batch", "run", "boats.csv", "--mock", "--detach", "--database", own_server.address)
    engine = sa.create_engine(own_server.address.replace("postgresql:", "postgresql+psycopg:"))

    def queued() -> int:
        with engine.connect() as connection:
            is_there = connection.scalar(sa.text("select to_regclass('dbos.workflow_status')"))
            query = sa.text("select count(*) from dbos.workflow_status")
            return (connection.scalar(query) or 0) if is_there is not None else 0

    queuing = tarash.start(*arguments)
    with killed_in_the_end(queuing):
        wait_for(lambda: queued() > 0, "no row is queued")
        engine.dispose()
        own_server.stop()
        _, err = queuing.communicate(timeout=MOST_SECONDS)
    assert queuing.returncode == 1, err
    assert "nothing is lost" in err
    own_server.start()
    assert 0 < queued() < MANY_ROWS
    done = tarash(*arguments)
    assert f"{MANY_ROWS} rows wait for workers" in done.stdout, done.stderr
    assert queued() == MANY_ROWS
    engine.dispose()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux ends such a connection early")
def test_a_server_whose_network_is_cut_is_not_waited_for_a_quarter_of_an_hour(
    own_server: PostgresServer,
) -> None:
    engine = open_database(Location.of(own_server.address))
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            with socket.socket(fileno=os.dup(driver.pgconn.socket)) as line:
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000
                assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    finally:
        engine.dispose()
