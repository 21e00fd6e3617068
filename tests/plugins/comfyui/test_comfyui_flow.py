"""What is submitted, and what becomes of lost answers, statuses, cancels and errors; without a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import tarash_gateway_comfyui as comfyui
from plugins.comfyui.calls import JOB, call_for_graph, call_of, graph_of, titled
from simulators.comfyui.failures import INVALID, NO_NODE, NO_NODE_OLD
from tarash.tarash_gateway.plugin import (
    Cancellation,
    GenerationFailedError,
    HttpReply,
    ModelNotFoundError,
    ServerEvent,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import drive, json_reply, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

REFERENCE = {"prompt_id": JOB, "nodes": 8}
NOWHERE = json_reply({"queue_running": [], "queue_pending": []})
RUNNING = json_reply({"queue_running": [[3, JOB, {}, {}, []]], "queue_pending": []})
PENDING = json_reply(
    {"queue_running": [[3, "other", {}, {}, []]], "queue_pending": [[5, JOB, {}], [4, "b", {}]]}
)
NO_HISTORY = json_reply({})
FINISHED = Cancellation(outcome="finished")
FILE = {"filename": "boat 1.mp4", "subfolder": "video", "type": "output"}


def history(status: str, *messages: object, outputs: object = None) -> HttpReply:
    entry = {"outputs": outputs or {}, "status": {"status_str": status, "messages": list(messages)}}
    return json_reply({JOB: entry})


def submitted(call: Any, *answers: HttpReply, **fields: Any) -> Any:
    payload = map_for(comfyui, call, **fields).payload
    return drive(comfyui.tarash_submit(call, payload), *answers)


class TestSubmitting:
    """A job has an id of our own, so a lost answer loses no job."""

    def test_the_workflow_is_queued_under_our_own_id(self) -> None:
        submission, (sent,) = submitted(
            call_of("text_to_video", provider_config={}),
            json_reply({"prompt_id": JOB, "number": 1, "node_errors": {}}),
            seed=4,
        )
        assert (sent.method, sent.url) == ("POST", "http://127.0.0.1:8188/prompt")
        assert (sent.json["prompt_id"], sent.json["client_id"]) == (JOB, JOB)
        assert sent.json["prompt"]["3"]["inputs"]["seed"] == 4
        assert set(sent.json) == {"prompt", "prompt_id", "client_id"}
        assert submission.job == REFERENCE
        assert sent.may_create_job

    def test_without_a_seed_every_attempt_has_its_own(self) -> None:
        seeds: list[object] = []
        for key in ("0123456789abcdef" * 2, "fedcba9876543210" * 2, "0123456789abcdef" * 2):
            call = replace(call_of("text_to_video"), idempotency_key=key)
            submission, (sent,) = submitted(call, json_reply({"prompt_id": JOB}))
            seeds.append(sent.json["prompt"]["3"]["inputs"]["seed"])
            assert submission.job["seed"] == seeds[-1]
        assert seeds[0] == seeds[2] != seeds[1]
        assert all(isinstance(seed, int) and 0 <= seed < 2**31 for seed in seeds)

    def test_an_image_is_uploaded_under_its_hash_and_named_as_the_server_says(self) -> None:
        image = {"image_list": [{"image": tiny_png(), "type": "first_frame"}]}
        stored = json_reply({"name": "kept (1).png", "subfolder": "in", "type": "input"})
        _, (upload, sent) = submitted(
            call_of("image_to_video"), stored, json_reply({"prompt_id": JOB}), **image
        )
        parts = {part.name: part for part in upload.multipart}
        assert parts["image"].value == tiny_png()
        assert parts["image"].filename.startswith("tarash-")
        assert parts["image"].filename.endswith(".png")
        assert upload.repeatable
        assert sent.json["prompt"]["52"]["inputs"]["image"] == "in/kept (1).png"

    def test_an_image_by_url_is_downloaded_without_the_key(self) -> None:
        image = {"image_list": [{"image": "https://media.example/a.png", "type": "first_frame"}]}
        _, (fetched, upload, _) = submitted(
            call_of("image_to_video"),
            HttpReply(200, {"content-type": "image/png"}, tiny_png()),
            json_reply({"name": "a.png"}),
            json_reply({"prompt_id": JOB}),
            **image,
        )
        assert fetched.url == "https://media.example/a.png"
        assert "Authorization" not in fetched.headers
        assert upload.multipart[0].value == tiny_png()

    def test_outputs_that_the_server_leaves_out_are_told_in_the_log(self) -> None:
        errors = INVALID.json["node_errors"]  # type: ignore[index]  # the simulator's own JSON
        call = call_of("text_to_video")
        submission, _ = submitted(call, json_reply({"prompt_id": JOB, "node_errors": errors}))
        status, _ = drive(comfyui.tarash_poll(call, submission.job), NO_HISTORY, RUNNING)
        assert status.logs == ("KSampler 3: Required input is missing: model",)

    def test_a_proxy_gets_its_header_and_partner_nodes_their_key(self) -> None:
        config = {
            "auth_header": "X-Proxy",
            "auth_secret": "Basic dXNlcjpwYXNz",
            "comfy_org_api_key": "comfyui-key-0123",
        }
        call = call_of("text_to_video", provider_config=config)
        _, (sent,) = submitted(call, json_reply({"prompt_id": JOB}))
        assert sent.headers["X-Proxy"] == "Basic dXNlcjpwYXNz"
        assert sent.json["extra_data"] == {"api_key_comfy_org": "comfyui-key-0123"}
        assert sent.secrets == ("comfyui-key-0123",)
        stream, _ = drive(comfyui.tarash_stream(call, REFERENCE))
        assert stream.call.headers["X-Proxy"] == "Basic dXNlcjpwYXNz"

    @pytest.mark.parametrize(
        ("answers", "is_there"),
        [
            ((RUNNING,), True),
            ((PENDING,), True),
            ((NOWHERE, history("success")), True),
            ((NOWHERE, NO_HISTORY), False),
        ],
    )
    def test_a_lost_submission_is_looked_up(self, answers: tuple[HttpReply, ...], is_there: bool) -> None:
        call = call_of("text_to_video")
        flow = comfyui.tarash_find_submission(call, map_for(comfyui, call).payload)
        found, _ = drive(flow, *answers)
        assert (found is not None) == is_there
        assert found is None or found.job == {**REFERENCE, "seed": int("01234567", 16) >> 1}


class TestPolling:
    """The history knows what has ended, the queue all else."""

    @pytest.mark.parametrize(
        ("answers", "state", "position"),
        [
            ((NO_HISTORY, PENDING), "queued", 1),
            ((NO_HISTORY, RUNNING), "processing", None),
            ((history("success"),), "completed", None),
            ((history("error", ["execution_interrupted", {}]),), "cancelled", None),
            ((history("error", ["execution_error", {}]),), "failed", None),
            ((history("TELEPORTING"),), "processing", None),
            ((json_reply({JOB: {"outputs": {}}}),), "completed", None),
        ],
    )
    def test_each_place_of_a_job_is_its_state(
        self, answers: tuple[HttpReply, ...], state: str, position: int | None
    ) -> None:
        status, _ = drive(comfyui.tarash_poll(call_of("text_to_video"), REFERENCE), *answers)
        assert (status.state, status.queue_position) == (state, position)

    def test_a_job_that_moves_between_the_two_answers_is_not_lost(self) -> None:
        flow = comfyui.tarash_poll(call_of("text_to_video"), REFERENCE)
        status, _ = drive(flow, NO_HISTORY, NOWHERE, history("success"))
        assert status.state == "completed"

    def test_a_job_that_is_nowhere_is_lost(self) -> None:
        flow = comfyui.tarash_poll(call_of("text_to_video"), REFERENCE)
        status, _ = drive(flow, NO_HISTORY, NOWHERE, NO_HISTORY, NOWHERE)
        assert status.state == "failed"
        assert "no longer knows the job" in str(status.error)

    def test_a_failure_names_the_node_and_what_to_do_about_memory(self) -> None:
        data = {
            "node_id": "3",
            "node_type": "KSampler",
            "exception_type": "torch.OutOfMemoryError",
            "exception_message": "Allocation failed\n",
        }
        flow = comfyui.tarash_poll(call_of("text_to_video"), REFERENCE)
        status, _ = drive(flow, history("error", ["execution_error", data]))
        assert str(status.error).startswith(
            "KSampler 3 failed: OutOfMemoryError: Allocation failed; the server has"
        )


class TestWebSocket:
    """The server tells the client of a job what becomes of it."""

    def read(self, kind: str, **data: object) -> Any:
        stream, _ = drive(comfyui.tarash_stream(call_of("text_to_video"), REFERENCE))
        text = json_reply({"type": kind, "data": {"prompt_id": JOB, **data}}).text()
        return stream.read(ServerEvent("message", text))

    def test_it_is_that_of_the_client_of_the_job(self) -> None:
        stream, _ = drive(comfyui.tarash_stream(call_of("text_to_video"), REFERENCE))
        assert stream.call.url == f"http://127.0.0.1:8188/ws?clientId={JOB}"
        assert (stream.protocol, stream.begins_with_status) == ("websocket", False)

    def test_the_job_has_ended_when_the_history_has_it(self) -> None:
        assert self.read("execution_success") is None
        assert self.read("executing", node=None).state == "completed"

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            ("execution_start", "processing"),
            ("execution_error", "failed"),
            ("execution_interrupted", "cancelled"),
        ],
    )
    def test_each_message_is_a_state(self, kind: str, state: str) -> None:
        assert self.read(kind).state == state

    def test_the_percentage_is_that_of_all_nodes(self) -> None:
        nodes = {
            "6": {"state": "finished"},
            "3": {"state": "running", "value": 10, "max": 20},
            "7": {"max": 0},
        }
        assert self.read("progress_state", nodes=nodes).progress_percent == pytest.approx(100 * 1.5 / 8)

    @pytest.mark.parametrize(
        "event",
        [
            ServerEvent("binary", ""),
            ServerEvent("message", '{"type": "status", "data": {"status": {}}}'),
            ServerEvent("message", '{"type": "executing", "data": {"prompt_id": "other", "node": null}}'),
        ],
    )
    def test_previews_the_queue_and_other_jobs_say_nothing(self, event: ServerEvent) -> None:
        stream, _ = drive(comfyui.tarash_stream(call_of("text_to_video"), REFERENCE))
        assert stream.read(event) is None


class TestCancelling:
    """No other job is ever stopped."""

    def calls(self, *answers: HttpReply) -> tuple[Any, list[tuple[str, object]]]:
        outcome, sent = drive(comfyui.tarash_cancel(call_of("text_to_video"), REFERENCE), *answers)
        return outcome, [
            (http.url.rpartition(":8188")[2], http.json) for http in sent if http.method == "POST"
        ]

    def test_a_waiting_job_is_deleted(self) -> None:
        outcome, posts = self.calls(PENDING, HttpReply(200), NOWHERE, NO_HISTORY)
        assert (outcome.outcome, outcome.billed) == ("accepted", "no")
        assert posts == [("/queue", {"delete": [JOB]})]

    def test_the_job_that_runs_is_interrupted_once(self) -> None:
        outcome, sent = drive(
            comfyui.tarash_cancel(call_of("text_to_video"), REFERENCE),
            *(RUNNING, HttpReply(200), RUNNING, NOWHERE),
            history("error", ["execution_interrupted", {}]),
        )
        assert outcome.outcome == "accepted"
        posts = [http for http in sent if http.method == "POST"]
        assert [(http.json, http.repeatable) for http in posts] == [({"prompt_id": JOB}, False)]

    def test_an_interrupt_that_does_nothing_is_not_taken_for_a_cancel(self) -> None:
        outcome, posts = self.calls(RUNNING, HttpReply(200), *[RUNNING] * 5)
        assert outcome.outcome == "unknown"
        assert len(posts) == 1

    def test_a_job_that_ends_before_the_interrupt_has_ended(self) -> None:
        outcome, _ = self.calls(RUNNING, HttpReply(200), NOWHERE, history("success"))
        assert outcome == FINISHED

    def test_a_job_that_begins_while_it_is_deleted_is_interrupted(self) -> None:
        outcome, posts = self.calls(PENDING, HttpReply(200), RUNNING, HttpReply(200), NOWHERE, NO_HISTORY)
        assert outcome.outcome == "accepted"
        assert [path for path, _ in posts] == ["/queue", "/interrupt"]

    def test_a_job_that_has_ended_is_left_alone(self) -> None:
        assert self.calls(NOWHERE) == (FINISHED, [])
        outcome, posts = self.calls(PENDING, HttpReply(200), NOWHERE, history("success"))
        assert outcome == FINISHED
        assert [path for path, _ in posts] == ["/queue"]

    def test_a_job_that_still_waits_is_no_cancelled_one(self) -> None:
        outcome, _ = self.calls(PENDING, HttpReply(200), PENDING)
        assert outcome.outcome == "refused"


class TestResults:
    """The files of the history, by what they are."""

    def assets(self, files: object, modality: str = "video", **reference: object) -> list[tuple[str, str]]:
        call = call_of("text_to_video", modality)
        generated, _ = drive(
            comfyui.tarash_normalize(call, {**REFERENCE, **reference}, None),
            history("success", outputs=files),
        )
        return [
            (asset.kind, asset.download.url.partition("?")[2]) for asset in generated.assets if asset.download
        ]

    def test_a_video_under_images_is_a_video(self) -> None:
        found = self.assets({"50": {"images": [FILE], "animated": [True]}})
        assert found == [("video", "filename=boat+1.mp4&subfolder=video&type=output")]

    def test_previews_count_only_if_there_is_nothing_else(self) -> None:
        preview = {"filename": "p.png", "subfolder": "", "type": "temp"}
        assert len(self.assets({"51": {"images": [preview]}, "50": {"gifs": [FILE]}})) == 1
        assert self.assets({"51": {"images": [preview]}})[0][0] == "image"

    @pytest.mark.parametrize(("modality", "kind"), [("video", "video"), ("image", "image")])
    def test_an_animation_is_a_video_if_one_was_asked_for(self, modality: str, kind: str) -> None:
        moving = {"images": [{**FILE, "filename": "a.webp"}], "animated": [True]}
        assert self.assets({"50": moving}, modality)[0][0] == kind

    def test_a_node_that_is_titled_output_is_the_result(self) -> None:
        outputs = {"1": {"images": [{**FILE, "filename": "depth.mp4"}]}, "50": {"images": [FILE]}}
        assert len(self.assets(outputs)) == 2
        assert len(self.assets(outputs, outputs=["50"])) == 1
        call = call_of("image_to_video")
        image = {"image_list": [{"image": tiny_png(), "type": "first_frame"}]}
        assert map_for(comfyui, call, **image).payload["outputs"] == ["50"]

    def test_texts_and_files_without_a_name_are_skipped(self) -> None:
        odd = {"text": ["a"], "images": [None, {"filename": ""}, {"filename": "\ud800"}, {"subfolder": "x"}]}
        with pytest.raises(GenerationFailedError, match=r"without a file.*change the seed"):
            self.assets({"50": odd})

    def test_the_random_seed_is_told(self) -> None:
        flow = comfyui.tarash_normalize(
            call_of("text_to_video"), {**REFERENCE, "seed": 86}, {"outputs": {"50": {"images": [FILE]}}}
        )
        assert drive(flow)[0].seed == 86

    def test_a_failure_that_the_websocket_did_not_tell_is_one(self) -> None:
        for answer, says in (
            (history("error", ["execution_error", {"node_type": "KSampler"}]), "KSampler failed"),
            (history("error", ["execution_interrupted", {}]), "interrupted"),
        ):
            with pytest.raises(GenerationFailedError, match=says):
                drive(comfyui.tarash_normalize(call_of("text_to_video"), REFERENCE, None), answer)

    def test_an_ended_job_that_is_not_in_the_history_is_asked_for_again(self) -> None:
        with pytest.raises(UnexpectedResponseError, match="does not have it"):
            drive(comfyui.tarash_normalize(call_of("text_to_video"), REFERENCE, None), NO_HISTORY)


class TestErrors:
    """What the server says of a workflow, in words that help."""

    def refusal(self, *problems: dict[str, object], kind: str = "prompt_outputs_failed_validation") -> Any:
        body = {
            "error": {
                "type": kind,
                "message": "Prompt outputs failed validation",
                "details": "",
                "extra_info": {},
            },
            "node_errors": {"4": {"errors": list(problems), "class_type": "CheckpointLoaderSimple"}},
        }
        return comfyui.tarash_error(json_reply(body if problems else {**body, "node_errors": {}}, 400))

    def not_in_list(self, value: str, config: object) -> dict[str, object]:
        told = {"input_name": "ckpt_name", "received_value": value, "input_config": config}
        return {
            "type": "value_not_in_list",
            "message": "Value not in list",
            "details": "…",
            "extra_info": told,
        }

    def test_the_problems_of_each_node_are_told(self) -> None:
        error = comfyui.tarash_error(json_reply(INVALID.json, 400))
        assert type(error) is ValidationError
        assert (
            error.message == "the server refuses the workflow: KSampler 3: Required input is missing: model"
        )

    @pytest.mark.parametrize(
        "config", [[["a.safetensors", "b.ckpt"], {}], ["COMBO", {"options": ["a.safetensors", "b.ckpt"]}]]
    )
    def test_a_model_file_that_the_server_lacks_is_named_with_those_it_has(self, config: object) -> None:
        error = self.refusal(self.not_in_list("wan.safetensors", config))
        assert type(error) is ModelNotFoundError
        assert (
            "ckpt_name 'wan.safetensors' is not on the server; it has a.safetensors, b.ckpt" in error.message
        )

    def test_another_value_that_is_not_offered_is_a_mistake_in_the_request(self) -> None:
        error = self.refusal(self.not_in_list("eulr", [[str(number) for number in range(20)]]))
        assert type(error) is ValidationError
        assert "10, 11 and 8 more" in error.message

    @pytest.mark.parametrize("answer", [NO_NODE, NO_NODE_OLD])
    def test_a_missing_custom_node_is_named(self, answer: Any) -> None:
        error = comfyui.tarash_error(json_reply(answer.json, 400))
        assert type(error) is ModelNotFoundError
        assert "UltimateSDUpscale" in error.message

    def test_a_workflow_without_outputs_is_told(self) -> None:
        error = self.refusal(kind="prompt_no_outputs")
        assert type(error) is ValidationError
        assert "Prompt outputs failed validation" in error.message


def test_the_server_is_chosen_by_the_base_url() -> None:
    call = call_for_graph(titled(graph_of(), "50", "output"), base_url="http://gpu.lan:8188")
    _, (sent,) = submitted(call, json_reply({"prompt_id": JOB}))
    assert sent.url == "http://gpu.lan:8188/prompt"
    assert comfyui.PROVIDER.base_url == "http://127.0.0.1:8188"
