"""Owns the proof that the simulator of Luma speaks both wires: luma-agents and lumaai work against it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import luma_agents
import lumaai
import pytest
from lumaai.types.generations import video_modify_params

from simulators.luma import LumaSimulator
from simulators.luma.failures import OUT_OF_CREDIT, TOO_MANY_REQUESTS, UPSTREAM_DOWN
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

VIDEO_URL = "https://media.example.org/boat.mp4"
IMAGE_URL = "https://media.example.org/boat.png"


@pytest.fixture
def agents(simulator: LumaSimulator) -> Iterator[luma_agents.Luma]:
    with luma_agents.Luma(auth_token=simulator.agents_key, base_url=f"{simulator.url}/v1") as client:
        yield client


@pytest.fixture
def dream(simulator: LumaSimulator) -> Iterator[lumaai.LumaAI]:
    address = f"{simulator.url}/dream-machine/v1"
    with lumaai.LumaAI(auth_token=simulator.dream_machine_key, base_url=address) as client:
        yield client


class TestAgents:
    def test_a_video_goes_through_the_queue_to_its_output(
        self, simulator: LumaSimulator, agents: luma_agents.Luma
    ) -> None:
        simulator.polls_until_done = 2
        made = agents.generations.create(
            model="ray-3.2",
            type="video",
            prompt="a paper boat",
            aspect_ratio="16:9",
            video={"duration": "5s", "resolution": "720p", "start_frame": {"url": IMAGE_URL}},
        )
        states = [agents.generations.get(made.id) for _ in range(3)]
        assert [made.state, *(view.state for view in states)] == [
            "queued",
            "queued",
            "processing",
            "completed",
        ]
        assert states[-1].output is not None
        assert httpx.get(states[-1].output[0].url).content == tiny_mp4()

    def test_ten_seconds_take_keyframes_and_refuse_a_start_frame(self, agents: luma_agents.Luma) -> None:
        frame = luma_agents.types.ImageRefParam(url=IMAGE_URL)
        agents.generations.create(
            model="ray-3.2",
            type="video",
            prompt="a paper boat",
            video={"duration": "10s", "keyframes": [frame, frame], "keyframe_indexes": [0, 240]},
        )
        with pytest.raises(luma_agents.UnprocessableEntityError):
            agents.generations.create(
                model="ray-3.2",
                type="video",
                prompt="a paper boat",
                video={"duration": "10s", "start_frame": frame},
            )

    def test_an_image_is_edited_from_inline_data(self, agents: luma_agents.Luma) -> None:
        data = base64.b64encode(tiny_png()).decode()
        made = agents.generations.create(
            model="uni-1",
            type="image_edit",
            prompt="make it blue",
            source={"data": data, "media_type": "image/png"},
            image_ref=[{"url": IMAGE_URL}],
            output_format="jpeg",
        )
        agents.generations.get(made.id)
        output = agents.generations.get(made.id).output
        assert output is not None
        assert output[0].type == "image"

    def test_layering_gives_one_output_per_layer(self, agents: luma_agents.Luma) -> None:
        made = agents.generations.create(
            type="layering",
            prompt="boat and street",
            source={"url": IMAGE_URL},
            layering={"resolution": "2k"},
        )
        agents.generations.get(made.id)
        output = agents.generations.get(made.id).output
        assert output is not None
        assert [item.layer.alpha_hint for item in output if item.layer is not None] == ["hard", "none"]

    def test_a_file_is_uploaded_by_a_signed_address_and_referred_to(
        self, simulator: LumaSimulator, agents: luma_agents.Luma
    ) -> None:
        made = agents.files.create(mime_type="video/mp4", size_bytes=len(tiny_mp4()), filename="boat.mp4")
        assert made.upload is not None
        httpx.put(made.upload.url, content=tiny_mp4(), headers=made.upload.headers).raise_for_status()
        assert agents.files.complete(made.id).state == "pending"
        states = [agents.files.get(made.id).state for _ in range(2)]
        assert states == ["pending", "ready"]
        agents.generations.create(
            model="ray-3.2",
            type="video_edit",
            prompt="at night",
            source={"file_id": made.id, "media_type": "video/mp4"},
        )
        assert agents.files.list(state="ready").data[0].id == made.id
        agents.files.delete(made.id)
        assert agents.files.get(made.id).state == "deleted"

    def test_a_file_travels_in_a_form_as_well(
        self, simulator: LumaSimulator, agents: luma_agents.Luma
    ) -> None:
        reply = httpx.post(
            f"{simulator.url}/v1/files",
            headers={"Authorization": f"Bearer {simulator.agents_key}"},
            files={"file": ("boat.png", tiny_png(), "image/png")},
            data={"purpose": "reference"},
        )
        assert reply.json()["upload"] is None
        assert agents.files.list(purpose="reference").data[0].mime_type == "image/png"

    @pytest.mark.parametrize(
        ("failure", "code"),
        [("content_moderated", "content_moderated"), ("budget_exhausted", "budget_exhausted")],
    )
    def test_a_failed_generation_says_why(
        self, simulator: LumaSimulator, agents: luma_agents.Luma, failure: str, code: str
    ) -> None:
        simulator.fail_jobs(failure)
        made = agents.generations.create(prompt="a boat")
        agents.generations.get(made.id)
        view = agents.generations.get(made.id)
        assert (view.state, view.failure_code) == ("failed", code)

    def test_an_unknown_model_is_a_bad_request(self, agents: luma_agents.Luma) -> None:
        with pytest.raises(luma_agents.BadRequestError, match="Unknown model"):
            agents.generations.create(prompt="a boat", extra_body={"model": "ray-9"})

    @pytest.mark.parametrize("key", ["wrong", "luma-api-wrong", LumaSimulator.dream_machine_key])
    def test_another_key_is_refused(self, simulator: LumaSimulator, key: str) -> None:
        with (
            luma_agents.Luma(auth_token=key, base_url=f"{simulator.url}/v1") as client,
            pytest.raises(luma_agents.AuthenticationError),
        ):
            client.generations.create(prompt="a boat")

    def test_an_unknown_generation_is_not_found(self, agents: luma_agents.Luma) -> None:
        with pytest.raises(luma_agents.NotFoundError, match="Generation not found"):
            agents.generations.get("00000000-0000-0000-0000-000000000000")

    def test_links_expire_and_a_new_reading_gives_a_fresh_one(
        self, simulator: LumaSimulator, agents: luma_agents.Luma
    ) -> None:
        made = agents.generations.create(prompt="a boat")
        simulator.finish(made.id)
        first = agents.generations.get(made.id).output
        simulator.expire_links()
        second = agents.generations.get(made.id).output
        assert first is not None
        assert second is not None
        assert [httpx.get(first[0].url).status_code, httpx.get(second[0].url).status_code] == [403, 200]

    def test_the_client_repeats_a_submit_by_itself_and_so_makes_no_second_job_after_a_refusal(
        self, simulator: LumaSimulator, agents: luma_agents.Luma
    ) -> None:
        simulator.inject("submit", UPSTREAM_DOWN)
        agents.generations.create(prompt="a boat")
        assert (simulator.count("submit"), len(simulator.jobs)) == (2, 1)


class TestDreamMachine:
    def test_a_video_goes_through_the_queue_to_its_assets(
        self, simulator: LumaSimulator, dream: lumaai.LumaAI
    ) -> None:
        simulator.polls_until_done = 2
        made = dream.generations.create(
            model="ray-2",
            prompt="a paper boat",
            duration="5s",
            resolution="720p",
            keyframes={"frame0": {"type": "image", "url": IMAGE_URL}},
            concepts=[{"key": "dolly_zoom"}],
        )
        assert made.id is not None
        states = [dream.generations.get(made.id) for _ in range(3)]
        assert [view.state for view in states] == ["queued", "dreaming", "completed"]
        assert states[1].assets is not None
        assert states[1].assets.progress_video is not None
        assert states[2].assets is not None
        assert states[2].assets.video is not None
        assert httpx.get(states[2].assets.video).content == tiny_mp4()

    def test_an_image_is_made_at_once_where_the_caller_waits(self, dream: lumaai.LumaAI) -> None:
        made = dream.generations.image.create(
            model="photon-1",
            prompt="a boat",
            image_ref=[{"url": IMAGE_URL, "weight": 0.85}],
            character_ref={"identity0": {"images": [IMAGE_URL]}},
            sync=True,
            sync_timeout=30,
        )
        assert made.state == "completed"
        assert made.assets is not None
        assert made.assets.image is not None

    def test_the_other_kinds_of_generation_are_accepted(self, dream: lumaai.LumaAI) -> None:
        media: video_modify_params.Media = {"url": VIDEO_URL}
        clip = dream.generations.video.modify(
            generation_type="modify_video",
            media=media,
            mode="flex_2",
            model="ray-2",
            first_frame={"url": IMAGE_URL},
        )
        dream.generations.video.reframe(
            generation_type="reframe_video",
            media={"url": VIDEO_URL},
            model="ray-flash-2",
            aspect_ratio="9:16",
        )
        dream.generations.image.reframe(
            generation_type="reframe_image", media={"url": IMAGE_URL}, model="photon-1", aspect_ratio="21:9"
        )
        assert clip.id is not None
        dream.generations.upscale(clip.id, generation_type="upscale_video", resolution="4k")
        dream.generations.audio(clip.id, generation_type="add_audio", prompt="rain")

    def test_the_list_shows_what_was_asked_newest_first(self, dream: lumaai.LumaAI) -> None:
        for prompt in ("a boat", "a bridge"):
            dream.generations.create(model="ray-2", prompt=prompt)
        page = dream.generations.list(limit=1)
        assert page.has_more is True
        request = page.generations[0].request
        assert request is not None
        assert request.to_dict()["prompt"] == "a bridge"

    def test_a_deleted_generation_is_gone(self, simulator: LumaSimulator, dream: lumaai.LumaAI) -> None:
        made = dream.generations.create(model="ray-2", prompt="a boat")
        assert made.id is not None
        dream.generations.delete(made.id)
        with pytest.raises(lumaai.NotFoundError):
            dream.generations.get(made.id)

    def test_the_account_answers(self, dream: lumaai.LumaAI) -> None:
        assert dream.credits.get().credit_balance == 5000
        assert dream.ping.check().message == "pong"
        assert "dolly_zoom" in dream.generations.concepts.list()

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            pytest.param({"model": "ray-9"}, lumaai.UnprocessableEntityError, id="unknown-model"),
            pytest.param({"prompt": "no"}, lumaai.BadRequestError, id="short-prompt"),
            pytest.param(
                {"keyframes": {"frame0": {"type": "image", "url": "data:image/png;base64,AAAA"}}},
                lumaai.UnprocessableEntityError,
                id="inline-picture",
            ),
        ],
    )
    def test_what_it_does_not_take_is_refused(
        self, dream: lumaai.LumaAI, body: dict[str, object], kind: type[lumaai.APIStatusError]
    ) -> None:
        with pytest.raises(kind):
            dream.generations.create(model="ray-2", prompt="a boat", extra_body=body)

    def test_errors_of_the_account_are_told_apart(
        self, simulator: LumaSimulator, dream: lumaai.LumaAI
    ) -> None:
        patient = dream.with_options(max_retries=0)
        simulator.inject("dream_submit", OUT_OF_CREDIT)
        with pytest.raises(lumaai.APIStatusError) as broke:
            patient.generations.create(model="ray-2", prompt="a boat")
        assert broke.value.status_code == 402
        simulator.inject("dream_submit", TOO_MANY_REQUESTS)
        with pytest.raises(lumaai.RateLimitError):
            patient.generations.create(model="ray-2", prompt="a boat")

    def test_a_failed_generation_says_why(self, simulator: LumaSimulator, dream: lumaai.LumaAI) -> None:
        simulator.fail_jobs("frame_moderation")
        made = dream.generations.create(model="ray-2", prompt="a boat")
        assert made.id is not None
        dream.generations.get(made.id)
        assert dream.generations.get(made.id).failure_reason == "Frame moderation failed"
