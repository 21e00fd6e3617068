"""Owns the proof that the simulator of Replicate speaks its wire: replicate, unmodified, works against it."""

from __future__ import annotations

import asyncio
import gc
import io
from collections.abc import Iterator

import httpx
import pytest
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError
from replicate.prediction import Prediction

from simulators.replicate import ReplicateSimulator
from simulators.replicate.failures import THROTTLED
from tarash.tarash_gateway.testing.simulator import Status, tiny_mp4, tiny_png

VIDEO_MODEL = "google/veo-3.1-fast"
TEXT_MODEL = "meta/meta-llama-3-8b-instruct"
INPUT = {"prompt": "a boat"}

# replicate 1.0.7 never closes its HTTP clients; their sockets are collected before the next test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture(autouse=True)
def _environment(simulator: ReplicateSimulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lead the client to the simulator by the variables that it reads."""
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.01")
    monkeypatch.setenv("REPLICATE_BASE_URL", simulator.url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", simulator.api_key)
    yield
    gc.collect()


class TestBlocking:
    def test_a_prediction_of_an_official_model_goes_through_its_states(
        self, simulator: ReplicateSimulator
    ) -> None:
        simulator.polls_until_done = 2
        prediction = Client().models.predictions.create(VIDEO_MODEL, input=INPUT)
        seen = [prediction.status]
        progress: list[float] = []
        while prediction.status != "succeeded":
            prediction.reload()
            seen.append(prediction.status)
            if prediction.progress is not None:
                progress.append(prediction.progress.percentage)
        assert seen == ["starting", "starting", "processing", "succeeded"]
        assert progress
        assert isinstance(prediction.output, str)
        assert prediction.output.endswith(".mp4")
        assert prediction.metrics is not None

    @pytest.mark.parametrize(
        "version",
        [pytest.param("ab" * 32, id="bare"), pytest.param("acme/video:" + "ab" * 32, id="with-name")],
    )
    def test_a_prediction_of_a_version_succeeds(self, simulator: ReplicateSimulator, version: str) -> None:
        prediction = Client().predictions.create(version, input=INPUT)
        prediction.wait()
        assert prediction.version == "ab" * 32
        assert prediction.output

    def test_a_prediction_of_a_deployment_succeeds(self, simulator: ReplicateSimulator) -> None:
        prediction = Client().deployments.predictions.create("acme/promo-video", input=INPUT)
        prediction.wait()
        assert prediction.status == "succeeded"

    @pytest.mark.parametrize(
        "reference",
        [pytest.param(VIDEO_MODEL, id="official"), pytest.param("acme/video:" + "ab" * 32, id="version")],
    )
    def test_run_waits_in_the_submit(self, simulator: ReplicateSimulator, reference: str) -> None:
        simulator.job_seconds = 0.1
        output = Client().run(reference, input=INPUT)
        assert httpx.get(str(output)).content == tiny_mp4()
        assert simulator.count("status") == 0
        assert simulator.requests_to("submit")[0].headers["Prefer"] == "wait"

    def test_run_polls_on_where_the_wait_is_too_short(self, simulator: ReplicateSimulator) -> None:
        simulator.job_seconds = 1.1
        assert str(Client().run(VIDEO_MODEL, input=INPUT, wait=1)).endswith(".mp4")
        assert simulator.count("status") > 0

    def test_a_failed_prediction_raises_its_text(self, simulator: ReplicateSimulator) -> None:
        simulator.fail_jobs("content_policy")
        with pytest.raises(ModelError, match="flagged as sensitive"):
            Client().run(VIDEO_MODEL, input=INPUT, wait=False)

    def test_stream_yields_output_until_done(self, simulator: ReplicateSimulator) -> None:
        simulator.polls_until_done = 4
        events = list(Client().stream(TEXT_MODEL, input=INPUT))
        assert [event.event.value for event in events] == ["output", "output", "output", "done"]

    def test_cancel_ends_a_running_prediction(self, simulator: ReplicateSimulator) -> None:
        simulator.hold()
        prediction = Client().models.predictions.create(VIDEO_MODEL, input=INPUT)
        prediction.reload()
        prediction.cancel()
        assert prediction.status == "canceled"

    def test_predictions_are_listed_page_by_page_newest_first(self, simulator: ReplicateSimulator) -> None:
        client = Client()
        created = [client.models.predictions.create(VIDEO_MODEL, input=INPUT).id for _ in range(102)]
        first = client.predictions.list()
        assert first.next is not None
        second = client.predictions.list(first.next)
        assert [prediction.id for prediction in (*first, *second)] == created[::-1]
        assert second.next is None

    def test_an_uploaded_file_is_described_listed_and_deleted(self, simulator: ReplicateSimulator) -> None:
        files = Client().files
        uploaded = files.create(io.BytesIO(tiny_png()), filename="a.png", metadata={"customer": 7})
        assert (uploaded.name, uploaded.content_type, uploaded.size) == (
            "a.png",
            "image/png",
            len(tiny_png()),
        )
        assert files.get(uploaded.id).metadata == {"customer": 7}
        assert [file.id for file in files.list()] == [uploaded.id]
        assert files.delete(uploaded.id)
        assert files.list() == []

    def test_a_file_in_the_input_becomes_its_url(self, simulator: ReplicateSimulator) -> None:
        prediction = Client().models.predictions.create(
            VIDEO_MODEL, input={**INPUT, "image": io.BytesIO(tiny_png())}
        )
        assert prediction.input is not None
        assert prediction.input["image"].startswith(f"{simulator.url}/v1/files/")

    def test_a_model_tells_its_latest_version_and_the_account_its_name(
        self, simulator: ReplicateSimulator
    ) -> None:
        version = Client().models.get("acme/community-video").latest_version
        assert version is not None
        assert version.id == simulator.community_models["acme/community-video"]
        assert Client().accounts.current().username == "simulated"

    @pytest.mark.parametrize(
        ("token", "model", "inputs", "status"),
        [
            pytest.param("wrong", VIDEO_MODEL, INPUT, 401, id="wrong-token"),
            pytest.param(None, "acme/community-video", INPUT, 404, id="community-model"),
            pytest.param(None, VIDEO_MODEL, {}, 422, id="required-input-missing"),
        ],
    )
    def test_a_refused_submit_raises_problem_details(
        self,
        simulator: ReplicateSimulator,
        token: str | None,
        model: str,
        inputs: dict[str, str],
        status: int,
    ) -> None:
        simulator.required_inputs = ("prompt",)
        with pytest.raises(ReplicateError) as refused:
            Client(api_token=token).models.predictions.create(model, input=inputs)
        assert refused.value.status == status
        assert refused.value.title
        assert refused.value.detail

    def test_an_unknown_version_is_refused(self, simulator: ReplicateSimulator) -> None:
        with pytest.raises(ReplicateError, match="Invalid version"):
            Client().predictions.create("acme/community-video", input=INPUT)

    @pytest.mark.parametrize("fault", [THROTTLED, Status(503)])
    def test_reading_is_retried_by_the_client(self, simulator: ReplicateSimulator, fault: Status) -> None:
        prediction = Client().models.predictions.create(VIDEO_MODEL, input=INPUT)
        simulator.inject("status", fault)
        prediction.reload()
        assert simulator.count("status") == 2


class TestAsync:
    def test_a_prediction_goes_from_submit_to_its_output(self, simulator: ReplicateSimulator) -> None:
        async def scenario() -> Prediction:
            prediction = await Client().models.predictions.async_create(VIDEO_MODEL, input=INPUT)
            await prediction.async_wait()
            return prediction

        assert str(asyncio.run(scenario()).output).endswith(".mp4")

    def test_stream_yields_output_until_done(self, simulator: ReplicateSimulator) -> None:
        async def scenario() -> list[str]:
            events = await Client().async_stream(TEXT_MODEL, input=INPUT)
            return [event.event.value async for event in events]

        assert asyncio.run(scenario()) == ["output", "done"]

    def test_cancel_before_the_start_aborts(self, simulator: ReplicateSimulator) -> None:
        simulator.job_seconds = 60

        async def scenario() -> str:
            client = Client()
            prediction = await client.models.predictions.async_create(VIDEO_MODEL, input=INPUT)
            with pytest.raises(ValueError, match="aborted"):  # a status that replicate 1.0.7 does not know
                await prediction.async_cancel()
            return prediction.id

        assert simulator.job_state(asyncio.run(scenario())) == "cancelled"

    def test_upload_describes_the_file(self, simulator: ReplicateSimulator) -> None:
        uploaded = asyncio.run(Client().files.async_create(io.BytesIO(tiny_png()), filename="a.png"))
        assert simulator.files[uploaded.id]["name"] == "a.png"
