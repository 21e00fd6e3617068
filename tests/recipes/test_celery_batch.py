"""The Celery recipe: a worker that dies, and a message that comes twice, pay for no row twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recipes.recipe_files import (
    RECIPES,
    assert_each_row_was_sent_once,
    recipe_module,
    states,
    wait_until,
    write_table,
)
from simulators.kling import KlingSimulator
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import BatchRunner

SETTINGS = """
import os
from pathlib import Path

import celery_batch
from celery.signals import worker_process_init
from recipes.recipe_files import runner_on_loopback
from tarash.tarash_gateway import VideoGenerationConfig
from tarash_gateway_batch import BatchOptions

celery_batch.BatchRunner = runner_on_loopback
celery_batch.CONFIG = VideoGenerationConfig(provider="kling", model="kling-3.0", base_url={url!r}, poll_interval=0.02)
celery_batch.OPTIONS = BatchOptions(budget_usd=50.0, concurrency=2)
app = celery_batch.app
app.conf.worker_lost_wait = 0.1
app.conf.broker_transport_options = {folders!r}


@worker_process_init.connect
def note(**_):
    Path("child").write_text(str(os.getpid()))
"""


@contextmanager
def worker(folder: Path, kling: KlingSimulator) -> Iterator[subprocess.Popen[str]]:
    """A worker of Celery with its settings for this test; its broker is a folder."""
    folders = broker_folders(folder)
    (folder / "settings.py").write_text(SETTINGS.format(url=kling.url, folders=folders), "utf-8")
    options = ("--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "settings", "worker", *options],
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join((str(folder), str(RECIPES), *sys.path)),
            "CELERY_BROKER_URL": "filesystem://",
            "KLING_API_KEY": kling.api_key,
        },
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def broker_folders(folder: Path) -> dict[str, str]:
    messages = folder / "messages"
    messages.mkdir(exist_ok=True)
    names = ("data_folder_in", "data_folder_out", "control_folder")
    return dict.fromkeys(names, str(messages))


def send(folder: Path) -> None:
    from celery import Celery

    with Celery(broker="filesystem://localhost") as app:
        app.conf.broker_transport_options = broker_folders(folder)
        app.send_task("celery_batch.generate_table", args=["boats", "boats.csv"])


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        told += line
        if words in line:
            return told
    raise AssertionError(told)


def test_a_message_that_is_delivered_again_carries_on(tmp_path: Path, kling: KlingSimulator) -> None:
    pytest.importorskip("celery")
    write_table(tmp_path / "boats.csv", 4)
    kling.hold("running")
    send(tmp_path)
    with worker(tmp_path, kling) as process:
        wait_until(lambda: len(kling.jobs) == 2, "no row begins")
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
        kling.release()
        read_until(process, "succeeded in")
        assert states(tmp_path / "videos" / "boats") == {"completed": 4}
        send(tmp_path)
        assert "{'completed': 4}" in read_until(process, "succeeded in")
    assert_each_row_was_sent_once(kling, 4)


def test_a_copy_of_the_message_waits_for_its_turn_and_a_wrong_table_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tasks = recipe_module("celery_batch", "celery", monkeypatch)
    from celery.exceptions import Retry

    task = tasks.generate_table
    write_table(tmp_path / "boats.csv", 1)

    def deliver(table: str) -> None:
        arguments = ["boats", table]
        task.push_request(id="1", args=arguments, kwargs={}, called_directly=False, is_eager=False, retries=0)
        try:
            task.run(*arguments)
        finally:
            task.pop_request()

    async def while_another_one_runs() -> None:
        async with BatchRunner():
            with pytest.raises(Retry) as caught:
                await asyncio.to_thread(deliver, "boats.csv")
            assert caught.value.when == 60

    asyncio.run(while_another_one_runs())
    with pytest.raises(ValidationError, match="kites"):
        deliver("kites.csv")
