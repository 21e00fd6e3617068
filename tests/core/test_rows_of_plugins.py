"""The row of a model that no table can hold comes from the plugin, once for each preparation, wherever a row is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.acme import Acme
from core.chains import BOAT, ledger
from core.contract_plugins.workflows import WORKFLOW, Workflows, WorkflowsSimulator, as_file
from execution import Run
from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    Job,
    MockConfig,
    ModelNotFoundError,
    PluginError,
    ValidationError,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import Model, passthrough_field_mapper
from tarash.tarash_gateway.plugin import Call, Flow, hookimpl, read_local_file
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.simulator import Status

MINE = VideoGenerationRequest(prompt="a paper boat", duration_seconds=7, seed=4)
REFUSED = VideoGenerationRequest(prompt="a paper boat", negative_prompt="rain")
"""No workflow here has an input for a negative prompt."""


@pytest.fixture
def server() -> Iterator[WorkflowsSimulator]:
    with WorkflowsSimulator() as running:
        yield running


@pytest.fixture
def workflow(tmp_path: Path) -> str:
    path = tmp_path / "boats.json"
    path.write_text(as_file(), encoding="utf-8")
    return str(path)


def _gateway(folder: Path, plugin: object | None = None, **settings: Any) -> Gateway:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("workflows", plugin or Workflows())
    return Gateway(
        registry=registry,
        environ={"WORKFLOWS_KEY": WorkflowsSimulator.api_key},
        output_dir=folder / "output",
        **settings,
    )


def test_a_file_is_a_model(run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str) -> None:
    with _gateway(tmp_path) as gateway:
        response = run(gateway, "generate_video", server.config(workflow), MINE)
    assert server.jobs[0].inputs == {"workflow": workflow, "text": "a paper boat", "noise": 4, "seconds": 8}
    (adjustment,) = response.execution_metadata.adjustments
    assert (adjustment.field, adjustment.used) == ("duration_seconds", 8)


def test_a_model_of_the_server_is_asked_for_once(
    run: Run, server: WorkflowsSimulator, tmp_path: Path
) -> None:
    with _gateway(tmp_path) as gateway:
        run(gateway, "generate_video", server.config("server:boats"), MINE)
        assert server.count("workflow") == 1
        job = run(gateway, "submit_video", server.config("server:boats"), MINE)
        assert server.count("workflow") == 2
        run(gateway, "resume", Job.from_json(job.to_json()))
        assert server.count("workflow") == 3
    assert {job.inputs["seconds"] for job in server.jobs} == {8}


def test_a_plan_shows_what_its_row_makes_of_the_request(
    run: Run, server: WorkflowsSimulator, tmp_path: Path
) -> None:
    with _gateway(tmp_path) as gateway:
        config = server.config("server:boats", api_key=server.api_key)
        (planned,) = run(gateway, "plan_video", config, MINE).attempts
    assert planned.payload == {"text": "a paper boat", "noise": 4, "seconds": 8}
    assert (server.count("workflow"), server.count("submit")) == (1, 0)


def test_a_model_can_be_looked_at(
    run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
) -> None:
    with _gateway(tmp_path) as gateway:
        for model in (workflow, "server:boats"):
            found = run(gateway, "find_model", server.config(model))
            assert (found.provider, found.model.id) == ("workflows", model)
            assert found.model.accepts("seed")
        assert run(gateway, "find_model", server.config("built-in")).model.id == "built-in"
        with pytest.raises(ValidationError, match="has no video model 'other'; use one of built-in"):
            run(gateway, "find_model", server.config("other"))
        with pytest.raises(ModelNotFoundError):
            run(gateway, "find_model", server.config("server:none"))


def test_a_row_that_the_plugin_declines_is_the_tables(
    run: Run, server: WorkflowsSimulator, tmp_path: Path
) -> None:
    with _gateway(tmp_path) as gateway:
        run(gateway, "generate_video", server.config("built-in"), BOAT)
    assert server.jobs[0].inputs == {"workflow": "built-in", "prompt": BOAT.prompt}


def test_a_request_that_the_row_cannot_take_is_refused_before_it_is_sent(
    run: Run, server: WorkflowsSimulator, tmp_path: Path
) -> None:
    with _gateway(tmp_path) as gateway, pytest.raises(ValidationError, match="negative_prompt"):
        run(gateway, "generate_video", server.config("server:boats"), REFUSED)
    assert server.count("submit") == 0


class TestFailing:
    """What happens if there is no row."""

    def test_an_outage_leaves_the_fallbacks(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        server.inject("workflow", Status(503), times=None)
        config = server.config("server:boats", timeout=2, fallback_configs=[server.config(workflow)])
        with _gateway(tmp_path) as gateway:
            response = run(gateway, "generate_video", config, MINE)
        assert [entry.status for entry in ledger(response)] == ["skipped", "success"]

    def test_an_outage_of_a_fallback_does_not_stop_the_primary(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        server.inject("workflow", Status(503), times=None)
        config = server.config(workflow, fallback_configs=[server.config("server:boats", timeout=2)])
        with _gateway(tmp_path) as gateway:
            response = run(gateway, "generate_video", config, MINE)
        assert [entry.status for entry in ledger(response)] == ["success"]

    def test_without_another_attempt_the_error_is_the_servers(
        self, run: Run, tmp_path: Path, server: WorkflowsSimulator
    ) -> None:
        config = server.config("server:boats", base_url="http://127.0.0.1:9", timeout=1)
        with _gateway(tmp_path) as gateway, pytest.raises(HTTPConnectionError) as caught:
            run(gateway, "generate_video", config, MINE)
        assert caught.value.submitted == "no"

    def test_a_fallback_that_can_never_work_is_known_at_once(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        config = server.config(workflow, fallback_configs=[server.config("missing.json")])
        with _gateway(tmp_path) as gateway, pytest.raises(ValidationError, match=r"fallback 1: .*missing"):
            run(gateway, "generate_video", config, MINE)
        assert server.count("submit") == 0

    def test_a_paid_job_is_resumed_without_its_row(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        with _gateway(tmp_path) as gateway:
            config = server.config(workflow)
            job = run(gateway, "submit_video", config, MINE)
            Path(workflow).unlink()
            response = run(gateway, "resume", job, config=config)
        assert response.request_id == job.request_id

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            pytest.param("boats", "returned str, not Model", id="not-a-row"),
            pytest.param(
                Model(id="x", modality="image", fields={}, source="s"),
                "returned a row for image",
                id="modality",
            ),
            pytest.param(
                Model(id="x", modality="video", fields={"a": passthrough_field_mapper("sed")}, source="s"),
                "did you mean 'seed'",
                id="unknown-field",
            ),
        ],
    )
    def test_a_wrong_row_is_a_bug_of_the_plugin(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, given: object, problem: str
    ) -> None:
        class Wrong(Workflows):
            @hookimpl
            def tarash_row(self, call: Call) -> Flow[object]:  # type: ignore[override]  # the mistake
                yield from ()
                return given

        with _gateway(tmp_path, Wrong()) as gateway, pytest.raises(PluginError, match=problem):
            run(gateway, "generate_video", server.config("any"), BOAT)


class TestMock:
    """A mock asks the plugin, and sends nothing."""

    def test_a_file_is_read_and_refuses_as_the_real_one_does(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        config = server.config(workflow, mock=MockConfig(enabled=True))
        with _gateway(tmp_path) as gateway:
            response = run(gateway, "generate_video", config, MINE)
            assert (response.is_mock, response.duration) == (True, 8)
            with pytest.raises(ValidationError, match="negative_prompt"):
                run(gateway, "generate_video", config, REFUSED)
        assert server.requests == []

    def test_what_only_the_server_knows_takes_everything(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path
    ) -> None:
        config = server.config("server:boats", mock=MockConfig(enabled=True))
        with _gateway(tmp_path) as gateway:
            response = run(gateway, "generate_video", config, MINE)
        assert (response.is_mock, response.duration) == (True, 7)
        assert server.requests == []


class TestSavedJobs:
    """A saved job may be forged: it makes no plugin read a file, and sends no key elsewhere."""

    def test_it_reads_no_file_unless_its_configuration_is_passed(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str
    ) -> None:
        reads: list[str] = []

        class Watching(Workflows):
            @hookimpl
            def tarash_row(self, call: Call) -> Flow[Model | None]:
                content = yield from read_local_file(call, call.model)
                reads.append(content.decode())
                return (yield from super().tarash_row(call))

        with _gateway(tmp_path, Watching()) as gateway:
            job = run(gateway, "submit_video", server.config(workflow), MINE)
            reads.clear()
            # a job that may have to be submitted again needs its row
            unsent = job.model_copy(update={"state": "submitting", "reference": None, "request_id": None})
            with pytest.raises(ValidationError, match="pass config=… to resume"):
                run(gateway, "resume", unsent)
            assert reads == []
            # one that is paid for does not
            assert run(gateway, "resume", job).request_id == job.request_id
            assert reads == []

    @pytest.mark.parametrize("local_files", [False, "folder"])
    def test_the_gateway_decides_which_files_a_model_may_name(
        self, run: Run, server: WorkflowsSimulator, tmp_path: Path, workflow: str, local_files: bool | str
    ) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "inside.json").write_text(as_file(), encoding="utf-8")
        allowed = folder if local_files == "folder" else False
        with _gateway(tmp_path, local_files=allowed) as gateway:
            with pytest.raises(ValidationError, match="may not be read here"):
                run(gateway, "generate_video", server.config(workflow), MINE)
            if allowed:
                run(gateway, "generate_video", server.config(str(folder / "inside.json")), MINE)


def test_a_row_is_tried_without_a_server() -> None:
    plugin = Workflows()
    asked = call_for(plugin, "server:boats")
    row, (sent,) = drive(plugin.tarash_row(asked), json_reply(WORKFLOW))
    assert sent.url == "https://workflows.example/workflows/boats"
    assert row is not None
    mapped = map_for(plugin, call_for(plugin, "server:boats", row=row), duration_seconds=4)
    assert mapped.payload == {"text": "a paper boat", "seconds": 4}


def test_a_plugin_without_rows_of_its_own_is_no_problem_to_others(tmp_path: Path) -> None:
    class Elsewhere(Acme):
        def __init__(self) -> None:
            super().__init__()
            self._info = replace(self._info, id="acme")

    with _gateway(tmp_path) as gateway:
        gateway.registry.register("acme", Elsewhere())
        assert {found.provider for found in gateway.registry.find_models()} == {"workflows", "acme"}
