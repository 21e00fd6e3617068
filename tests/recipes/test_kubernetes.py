"""The recipe for Kubernetes: the API takes the manifest, and its command generates a batch, through the end of a pod."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from plugins.batch.postgres import needs_postgres, postgres_server
from recipes.recipe_files import (
    RECIPES,
    assert_each_row_was_sent_once,
    states,
    tarash_command,
    wait_until,
    write_table,
)
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import providers
from tarash.tarash_gateway.discovery import Registry
from tarash_gateway_batch.command import app
from tarash_gateway_batch.command_options import ChainOptions

TEXT = (RECIPES / "kubernetes" / "workers.yaml").read_text("utf-8")
JOB: dict[str, Any] = yaml.safe_load(TEXT)
POD: dict[str, Any] = JOB["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
pytestmark = pytest.mark.xdist_group("postgres")


def arguments(environ: dict[str, str]) -> list[str]:
    """Return the command of the container; Kubernetes writes the variables of the container into it."""
    return [
        re.sub(r"\$\((\w+)\)", lambda found: environ[found[1]], word)
        for word in (*CONTAINER["command"], *CONTAINER["args"])
    ]


def test_the_api_of_kubernetes_takes_the_manifest() -> None:
    validator = pytest.importorskip("kubernetes_validate")
    validator.validate(JOB, validator.latest_version(), strict=True)


def test_the_command_is_one_that_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARASH_BATCH_DATABASE", "postgresql://tarash@db/batches")
    program, group, name, *options = arguments({"POD_NAME": "tarash-workers-x7k2p"})
    assert (program, group) == ("tarash", "batch")
    command: Any = typer.main.get_command(app)
    read = command.commands[name].make_context(name, options).params
    assert read["worker_id"] == "tarash-workers-x7k2p"
    assert read["until_idle"] is True
    assert read["database"] == "postgresql://tarash@db/batches"


def test_every_variable_is_read_and_every_secret_is_created() -> None:
    named = {variable["name"] for variable in CONTAINER["env"]}
    registry = Registry()
    keys = {name for found in providers() for name in registry.get(found.id).info.api_key_env}
    assert named - keys == {"POD_NAME", "TARASH_BATCH_DATABASE"}
    assert named & keys, "a worker has a key"
    sources = [variable["valueFrom"] for variable in CONTAINER["env"]]
    secrets = [source["secretKeyRef"] for source in sources if "secretKeyRef" in source]
    created = re.search(r"kubectl create secret generic (\S+)((?: --from-literal=\S+)+)", TEXT)
    assert created is not None
    assert {secret["name"] for secret in secrets} == {created[1]}
    assert {secret["key"] for secret in secrets} == set(re.findall(r"--from-literal=([\w-]+)=", created[2]))


def test_a_pod_that_is_taken_away_is_replaced_and_has_the_time_to_finish_its_rows() -> None:
    assert POD["terminationGracePeriodSeconds"] > ChainOptions.timeout
    # Kubernetes takes a podFailurePolicy with it alone
    assert POD["restartPolicy"] == "Never"
    assert "completions" not in JOB["spec"], "workers end when nothing waits, in any number"
    assert "activeDeadlineSeconds" not in JOB["spec"], "it would end workers in the middle of their rows"


def test_the_worker_may_do_no_more_than_it_has_to() -> None:
    security = CONTAINER["securityContext"]
    assert POD["securityContext"]["runAsNonRoot"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    (mount,) = CONTAINER["volumeMounts"]
    (volume,) = POD["volumes"]
    assert (mount["name"], mount["mountPath"]) == (volume["name"], "/tmp")  # noqa: S108 - of the pod
    assert "emptyDir" in volume


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres_server() as running:
        yield running.address


class Pods:
    """Runs the command of the manifest as its pods do: no home folder, and a scratch folder as the only place to write to."""

    def __init__(self, folder: Path, server: str, kling: KlingSimulator) -> None:
        self._program = tarash_command(folder / "image" / "bin")
        self._folder = folder
        self.workdir = folder / "workdir"
        self.workdir.mkdir()
        self._kling = kling
        self.environ = {"TARASH_BATCH_DATABASE": server, "KLING_API_KEY": kling.api_key}

    def tarash(self, *options: object) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": os.defpath, "HOME": str(self._folder), **self.environ}
        command = [str(self._program), *map(str, options)]
        return subprocess.run(
            command,
            env=environ,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )

    def start(self, name: str) -> subprocess.Popen[str]:
        scratch = self._folder / name
        scratch.mkdir()
        environ = {
            "PATH": f"{self._program.parent}{os.pathsep}{os.defpath}",
            "HOME": "/",
            "TMPDIR": str(scratch),
            "POD_NAME": name,
            **self.environ,
        }
        return subprocess.Popen(
            # the server of the test is none that a stored row may send a key to
            [*arguments(environ), "--base-url", self._kling.url],
            env=environ,
            cwd=self.workdir,
            stderr=subprocess.PIPE,
            text=True,
        )


def in_the_home_of_pods() -> set[Path]:
    """What programs keep in a home folder is hidden; other things in this machine's root may be of other programs."""
    return set(Path("/").glob(".*"))


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"the worker never says {words!r}")


@needs_postgres
def test_pods_generate_a_batch_although_one_is_taken_away(
    server: str, kling: KlingSimulator, tmp_path: Path
) -> None:
    write_table(tmp_path / "prompts.csv", 5)
    kling.hold("running")
    pods = Pods(tmp_path, server, kling)
    model = ("--model", "kling/kling-3.0", "--base-url", kling.url, "--concurrency", "2")
    pods.tarash("batch", "run", "prompts.csv", "--out", "videos", *model, "--detach")
    before = in_the_home_of_pods()
    started = [pods.start("workers-a")]
    try:
        read_until(started[0], "worker 'workers-a' is ready")
        wait_until(lambda: len(kling.jobs) == 2, "no row begins")
        started.append(pods.start("workers-b"))
        # the node of the first one is drained
        started[0].send_signal(signal.SIGTERM)
        read_until(started[0], "stopping: this worker takes no further row, and 2 rows are being finished")
        kling.release()
        assert [pod.wait(100) for pod in started] == [130, 0]
    finally:
        for pod in started:
            pod.kill()
            pod.communicate()
    assert states(tmp_path / "videos") == {"completed": 5}
    assert_each_row_was_sent_once(kling, 5)
    assert in_the_home_of_pods() == before
    assert not list(pods.workdir.iterdir())
