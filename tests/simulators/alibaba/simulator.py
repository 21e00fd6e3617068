"""Owns a simulator of Alibaba Cloud Model Studio: videos and images as tasks, images at once, the list of tasks, the storage.

Source: dashscope 2.0.2; @ai-sdk/alibaba 1.0.61; Model Studio documentation (asynchronous task management), read 2026-11-27.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar, cast

from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.testing import (
    ConformanceCases,
    ConformingSimulator,
    ErrorCase,
    Example,
    FailureCase,
)
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    json_answer,
)

from .bodies import (
    AT_ONCE_ONLY,
    DEFAULT_COUNTS,
    IMAGE_MODELS,
    SIZES,
    SNAPSHOT,
    VIDEO_MODELS,
    image_complaint,
    video_complaint,
)
from .failures import (
    AT_CAPACITY,
    BAD_DURATION,
    FAILURES,
    FREE_TIER_SPENT,
    IN_ARREARS,
    INTERNAL,
    NO_RIGHT,
    NO_SUCH_MODEL,
    NO_WORKSPACE,
    NOT_PENDING,
    ONLY_ASYNCHRONOUS,
    ONLY_SYNCHRONOUS,
    OVERDUE,
    REQUEST_ID,
    SENSITIVE_PROMPT,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    UNKNOWN_MODEL,
    WRONG_KEY,
    answer,
    invalid,
    refused,
)
from .storage import TemporaryStorage

SERVICES = "/api/v1/services/aigc"
LOCAL_TIME = timezone(timedelta(hours=8))
URL_LIFETIME = timedelta(hours=24)
WORDS: dict[SimulatedState, str] = {
    "queued": "PENDING",
    "running": "RUNNING",
    "succeeded": "SUCCEEDED",
    "failed": "FAILED",
    "cancelled": "CANCELED",
}


class AlibabaSimulator(ConformingSimulator, TemporaryStorage):
    """Model Studio on loopback.

    Route names: submit (every generating endpoint), status, list, cancel, upload (the policy), upload_bytes (the bucket).
    """

    api_key: ClassVar[str] = "sk-simulatedDashScopeKey0123456789"
    failures: ClassVar = FAILURES
    held_state = "queued"
    """Only a task that still waits can be cancelled."""
    cases: ClassVar = ConformanceCases(
        video_model="wan3.0-video",
        image_model="qwen-image-2.0",
        frame_model="wan3.0-video",
        cancel_route="cancel",
        base_path="/api/v1",
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"parameters.duration": 8, "parameters.ratio": "16:9", "parameters.resolution": "720P"},
                usd=8 * 0.10,  # a second at 720p, LiteLLM's price map
            ),
            Example(
                {"size": "1024x768", "n": 2},
                sent={"parameters.size": "1024*768"},
                usd=2 * 0.035,  # a picture, LiteLLM's price map
                modality="image",
            ),
            Example({"aspect_ratio": "16:9"}, sent={"parameters.size": "2688*1536"}, modality="image"),
        ),
        billed_if_cancelled={"queued": "no", "finished": "yes"},
        errors=(
            ErrorCase("bad duration", "bad_request", BAD_DURATION, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no right", "authentication", NO_RIGHT, AuthenticationError),
            ErrorCase("no workspace", "authentication", NO_WORKSPACE, AuthenticationError),
            ErrorCase("in arrears", "quota_exceeded", IN_ARREARS, QuotaExceededError),
            ErrorCase("free tier spent", "quota_exceeded", FREE_TIER_SPENT, QuotaExceededError),
            ErrorCase("bill overdue", "quota_exceeded", OVERDUE, QuotaExceededError),
            ErrorCase("flagged prompt", "content_moderation", SENSITIVE_PROMPT, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=2.0),
            ErrorCase("at capacity", "rate_limit", AT_CAPACITY, RateLimitError),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("no such model", "model_not_found", NO_SUCH_MODEL, ModelNotFoundError),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
            ErrorCase("unavailable", "server_error", UNAVAILABLE, HTTPError),
        ),
        failures=(
            FailureCase("internal", GenerationFailedError),
            FailureCase("sensitive_output", ContentModerationError),
            FailureCase("infringing_input", ContentModerationError),
            FailureCase("bad_image", ValidationError),
            FailureCase("timeout", GenerationFailedError),
        ),
        status_words={
            "PENDING": "queued",
            "SUSPENDED": "queued",
            "RUNNING": "processing",
            "CANCELED": "cancelled",
            "WARMING_UP": "processing",
        },
    )

    def __init__(self) -> None:
        self.failed_images = 0
        """How many of the next images of a task are missing because they were filtered."""
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /api/v1, and the bucket."""
        return [
            Route("submit", "POST", f"{SERVICES}/video-generation/video-synthesis", self._submit_video),
            Route("submit", "POST", f"{SERVICES}/multimodal-generation/generation", self._images_at_once),
            Route("submit", "POST", f"{SERVICES}/image-generation/generation", self._submit_message),
            Route("submit", "POST", f"{SERVICES}/text2image/image-synthesis", self._submit_prompt),
            Route("submit", "POST", f"{SERVICES}/image2image/image-synthesis", self._submit_prompt),
            Route("list", "GET", "/api/v1/tasks", self._list),
            Route("status", "GET", "/api/v1/tasks/{id}", self._status),
            Route("cancel", "POST", "/api/v1/tasks/{id}/cancel", self._cancel),
            *self.upload_routes(),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Refuse every key but the simulated one."""
        ours = self.has_header(request, "Authorization", f"Bearer {self.api_key}")
        return None if ours else answer(WRONG_KEY)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    # Submissions.

    def _submit_video(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        model = str(body.get("model"))
        if SNAPSHOT.sub("", model) not in VIDEO_MODELS:
            return answer(UNKNOWN_MODEL)
        wrong = video_complaint(model, _members(body, "input"), _members(body, "parameters"))
        return self._task(request, body, wrong)

    def _submit_message(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        if str(body.get("model")).startswith(AT_ONCE_ONLY):
            return answer(ONLY_SYNCHRONOUS)
        return self._task(request, body, self._message_complaint(body))

    def _submit_prompt(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        inputs, model = _members(body, "input"), str(body.get("model"))
        if model not in IMAGE_MODELS:
            return answer(NO_SUCH_MODEL)
        if unknown := set(inputs) - {"prompt", "negative_prompt", "images"}:
            return answer(invalid(f"input.{min(unknown)} is not supported"))
        images = inputs.get("images", [])
        given = cast("list[object]", images) if isinstance(images, list) else []
        wrong = image_complaint(model, given, inputs.get("prompt"), _members(body, "parameters"))
        return self._task(request, body, wrong)

    def _images_at_once(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        if self.has_header(request, "X-DashScope-Async", "enable"):
            return answer(ONLY_SYNCHRONOUS)
        if (wrong := self._message_complaint(body)) is not None:
            return answer(UNKNOWN_MODEL if wrong == "model" else invalid(wrong))
        self.check_media(request, body, str(body["model"]))
        job = self.create_job(request, model=str(body["model"]), inputs=body)
        if job.failure is not None:
            return answer(refused(400, FAILURES[job.failure]["code"], FAILURES[job.failure]["message"]))
        output = {"choices": [_choice([{"image": url} for url in self._image_urls(job)])]}
        usage = {
            "input_image_count": 0,
            "output_image_count": self._count(job),
            "output_width": 2048,
            "output_height": 2048,
        }
        return json_answer({"request_id": job.id, "output": output, "usage": usage})

    def _message_complaint(self, body: Mapping[str, object]) -> str | None:
        model, inputs = str(body.get("model")), _members(body, "input")
        if SNAPSHOT.sub("", model) not in IMAGE_MODELS:
            return "model"
        messages = inputs.get("messages")
        if set(inputs) != {"messages"} or not isinstance(messages, list) or len(messages) != 1:
            return "input must have exactly one message"
        message = cast("Mapping[str, object]", messages[0])
        contents = cast("list[Mapping[str, object]]", message.get("content", []))
        texts = [item["text"] for item in contents if "text" in item]
        images = [item["image"] for item in contents if "image" in item]
        if message.get("role") != "user" or len(texts) + len(images) != len(contents):
            return "the message is not valid"
        prompt = texts[0] if len(texts) == 1 else None
        return image_complaint(model, images, prompt, _members(body, "parameters"))

    def _task(self, request: RecordedRequest, body: Mapping[str, object], wrong: str | None) -> Answer:
        if not self.has_header(request, "X-DashScope-Async", "enable"):
            return answer(ONLY_ASYNCHRONOUS)
        if set(body) - {"model", "input", "parameters"}:
            return answer(invalid("Required parameter(s) missing or invalid"))
        if wrong is not None:
            return answer(UNKNOWN_MODEL if wrong == "model" else invalid(wrong))
        self.check_media(request, body, str(body["model"]))
        job = self.create_job(request, model=str(body["model"]), inputs=body)
        job.details["created_at"] = time.time()
        return json_answer({"request_id": job.id, "output": {"task_id": job.id, "task_status": "PENDING"}})

    # Tasks.

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or "created_at" not in job.details:
            gone = {"task_id": request.parameters["id"], "task_status": "UNKNOWN"}
            return json_answer({"request_id": REQUEST_ID, "output": gone})
        state = self.observe(job)
        word = self._words.popleft() if self._words else WORDS[state]
        output: dict[str, object] = {"task_id": job.id, "task_status": word, "submit_time": _local(job, 0.0)}
        told: dict[str, object] = {"request_id": job.id, "output": output}
        if word in ("SUCCEEDED", "FAILED"):
            output |= {"scheduled_time": _local(job, 1.0), "end_time": _local(job, 60.0)}
        if word == "FAILED" and job.failure is not None:
            output.update(FAILURES[job.failure])
        if word == "SUCCEEDED":
            told["usage"] = self._result(job, output)
        return json_answer(told)

    def _result(self, job: SimulatedJob, output: dict[str, object]) -> dict[str, object]:
        """Write the outputs, and return the usage."""
        path, parameters = job.request.path, _members(job.inputs, "parameters")
        if "video" in path:
            output["orig_prompt"] = _members(job.inputs, "input").get("prompt", "")
            output["video_url"] = self._signed(self.video_url(f"{job.id}.mp4"), job)
            length = parameters.get("duration", 5)
            tier = next((tier for tier, sizes in SIZES.items() if parameters.get("size") in sizes), "1080P")
            return {
                "duration": length,
                "output_video_duration": length,
                "input_video_duration": 0,
                "SR": int(str(parameters.get("resolution", tier)).removesuffix("P")),
                "video_count": 1,
            }
        urls, count = self._image_urls(job), self._count(job)
        if path.endswith("/image-synthesis"):
            missing = [dict(FAILURES["sensitive_output"])] * (count - len(urls))
            output["results"] = [*({"url": url} for url in urls), *missing]
            output["task_metrics"] = {"TOTAL": count, "SUCCEEDED": len(urls), "FAILED": len(missing)}
        else:
            output |= {
                "choices": [_choice([{"image": url, "type": "image"} for url in urls])],
                "finished": True,
            }
        return {"image_count": len(urls)}

    def _image_urls(self, job: SimulatedJob) -> list[str]:
        count = self._count(job)
        failed = min(self.failed_images, count) if job.request.path.endswith("/image-synthesis") else 0
        self.failed_images -= failed
        return [
            self._signed(self.image_url(f"{job.id}/{number}.png"), job) for number in range(count - failed)
        ]

    def _count(self, job: SimulatedJob) -> int:
        count = _members(job.inputs, "parameters").get("n", DEFAULT_COUNTS.get(job.model, 1))
        assert isinstance(count, int)
        return count

    def _signed(self, url: str, job: SimulatedJob) -> str:
        ends = _created(job) + URL_LIFETIME
        return f"{url}?Expires={int(ends.timestamp())}&OSSAccessKeyId=LTAI-simulated&Signature=signed%3D"

    def _list(self, request: RecordedRequest) -> Answer:
        size = int(request.query.get("page_size", "10"))
        wanted = request.query.get("model_name")
        tasks = [
            job for job in reversed(self.jobs) if "created_at" in job.details and wanted in (None, job.model)
        ]
        data = [
            {
                "api_key_id": "1250",
                "gmt_create": int(_created(job).timestamp() * 1000),
                "model_name": job.model,
                "region": "ap-southeast-1",
                "request_id": job.id,
                "status": WORDS[self.state_of(job)],
                "task_id": job.id,
            }
            for job in tasks[:size]
        ]
        pages = {"total": len(tasks), "total_page": -(-len(tasks) // size), "page_no": 1, "page_size": size}
        return json_answer({"request_id": REQUEST_ID, "data": data, **pages})

    def _cancel(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or self.state_of(job) != "queued" or not self.cancel_job(job):
            return answer(NOT_PENDING)
        return json_answer({"request_id": REQUEST_ID})


def _members(body: Mapping[str, object], name: str) -> dict[str, object]:
    found = body.get(name)
    return dict(cast("Mapping[str, object]", found)) if isinstance(found, Mapping) else {}


def _choice(contents: list[dict[str, object]]) -> dict[str, object]:
    return {"finish_reason": "stop", "message": {"role": "assistant", "content": contents}}


def _created(job: SimulatedJob) -> datetime:
    stamp = job.details.get("created_at")
    return datetime.fromtimestamp(stamp if isinstance(stamp, float) else time.time(), UTC)


def _local(job: SimulatedJob, after_seconds: float) -> str:
    """Return a time as the server writes it: its local one, without an offset."""
    moment = (_created(job) + timedelta(seconds=after_seconds)).astimezone(LOCAL_TIME)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
