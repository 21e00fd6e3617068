"""Owns a simulator of Kling's direct API: path-based and legacy design, both kinds of credentials.

Source: Kling documentation, 2026-09-20 (create-task and query pages, callbacks, error codes). There is no
official client library; the answers follow the response examples of those pages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import ClassVar, Literal

from tarash.tarash_gateway.plugin import Delivery
from tarash.tarash_gateway.testing import ConformanceCases, ConformingSimulator, Example
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    Simulator,
    json_answer,
)

from .bodies import LEGACY_FIELDS, PATH_MODELS, Object, check_legacy_body, check_path_body
from .failures import ERRORS, FAILURES, JOB_FAILURES, REQUEST_ID, error_answer, refuse
from .tokens import check_token

PRODUCTS = "|".join(sorted(LEGACY_FIELDS, key=len, reverse=True))
SUCCESS_WORDS = {"path": "succeeded", "legacy": "succeed"}
WEBHOOK_KEY = b"simulated-webhook-signing-key-00"

ALIASES = {
    "kling-3.0-motion-control": "kling-3.0",
    "kling-2.6-motion-control": "kling-2.6",
    "kling-v3-motion-control": "kling-v3",
    "kling-v2-6-motion-control": "kling-v2-6",
    "kling-v3.0-motion-control": "kling-v3",
    "kling-v2.6-motion-control": "kling-v2-6",
    **{
        name: name.replace("kling-v3.0", "kling-v3").replace(".", "-")
        for name in (
            "kling-v1.5", "kling-v1.6", "kling-v2.1", "kling-v2.1-master", "kling-v2.5-turbo", "kling-v2.6", "kling-v3.0",
            "kling-v3.0-omni",
        )
    },
}  # fmt: skip
"""Names that Kling's older documentation gives to the same models, and models that have an endpoint of their own."""


class KlingSimulator(ConformingSimulator, Simulator):
    """Kling on loopback. Route names: submit, status (both for either design)."""

    api_key: ClassVar[str] = "api-key-kling-simulated"
    access_key: ClassVar[str] = "SimulatedAccessKey0123456789"
    secret_key: ClassVar[str] = "simulated-secret-key-of-32-bytes"
    webhook_secret: ClassVar[str] = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="kling-3.0",
        image_model="kling-v3",
        frame_model="kling-3.0",
        provider_config={"webhook_secret": webhook_secret},
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"settings.duration": 8, "settings.aspect_ratio": "16:9", "settings.resolution": "720p"},
                usd=8 * 0.084,  # a silent second at 720p, Kling's price page of 2026-09-20
            ),
            # a clip of 5 s, price list of Comfy's partner nodes of 2025
            Example({"duration_seconds": 5}, sent={"duration": "5"}, usd=0.14, model="kling-v1"),
            Example(
                {"aspect_ratio": "16:9", "size": "1k", "n": 2},
                sent={"aspect_ratio": "16:9", "resolution": "1k", "n": 2},
                usd=2 * 0.028,  # a picture at 1K, Kling's price page of 2026-09-20
                modality="image",
            ),
        ),
        aliases=ALIASES,
        errors=ERRORS,
        failures=JOB_FAILURES,
        status_words={
            "submitted": "queued",
            "processing": "processing",
            "succeeded": "completed",
            "succeed": "completed",
            "failed": "failed",
        },
    )

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.clock_offset_seconds = 0.0
        """How far the server's clock is ahead of this machine's."""
        self._forced_words: list[str] = []
        self._by_external_id: dict[str, str] = {}
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        """The path-based endpoints, then those under /v1."""
        legacy = f"/v1/{{product:{PRODUCTS}}}"
        return [
            Route("submit", "POST", f"/{{operation:{'|'.join(PATH_MODELS)}}}/{{model}}", self._submit),
            Route("status", "GET", "/tasks", self._tasks),
            Route("submit", "POST", legacy, self._submit_legacy),
            Route("status", "GET", f"{legacy}/{{id}}", self._legacy_task),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """An API key is good everywhere, a token of AccessKey and SecretKey under /v1 only."""
        sent = request.headers.get("Authorization", "")
        if not sent:
            return error_answer(1001, "Authorization is empty")
        if sent == f"Bearer {self.api_key}":
            return None
        if not sent.startswith("Bearer ") or not request.path.startswith("/v1/"):
            return error_answer(1002, "Authorization is invalid")
        now = time.time() + self.clock_offset_seconds
        refusal = check_token(
            sent.removeprefix("Bearer "), access_key=self.access_key, secret_key=self.secret_key, now=now
        )
        if refusal is None:
            return None
        date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
        return Answer(refusal.status, refusal.body, {"Date": date})

    def not_found(self, request: RecordedRequest) -> Answer:
        """The gateway in front answers unknown paths in its own form, without `code`."""
        return json_answer(
            {"timestamp": "2026-11-22", "status": 404, "error": "Not Found", "path": request.path}, status=404
        )

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next `times` status answers carry this wire word."""
        self._forced_words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A callback about a job as Standard Webhooks sign it; its body is the task without envelope."""
        job = next(job for job in self.jobs if job.id == request_id)
        body = json.dumps(self._task(job, "succeeded" if state == "completed" else "failed")).encode()
        now = datetime.now(UTC)
        identifier, timestamp = "8674665223082153551", str(int(now.timestamp()))
        digest = hmac.new(WEBHOOK_KEY, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json; charset=utf-8",
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        return Delivery(headers=headers, body=body, received_at=now)

    # Submit.

    def _submit(self, request: RecordedRequest) -> Answer:
        body = _body(request)
        operation, model = request.parameters["operation"], request.parameters["model"]
        check_path_body(operation, model, body)
        options = body.get("options")
        external_id = options.get("external_task_id") if isinstance(options, dict) else None
        job = self._create(request, model=model, body=body, external_id=external_id)
        job.details.update(design="path", images=False)
        return _envelope(self._path_view(job, "queued", "submitted"))

    def _submit_legacy(self, request: RecordedRequest) -> Answer:
        body, product = _body(request), request.parameters["product"]
        check_legacy_body(product, body)
        job = self._create(
            request,
            model=str(body.get("model_name", product)),
            body=body,
            external_id=body.get("external_task_id"),
        )
        job.details.update(design="legacy", product=product, images=product.startswith("images/"))
        return _envelope(self._legacy_view(job, "queued", "submitted"))

    def _create(
        self, request: RecordedRequest, *, model: str, body: Object, external_id: object
    ) -> SimulatedJob:
        known = external_id if isinstance(external_id, str) and external_id else None
        if known is not None and known in self._by_external_id:
            raise refuse(1201, "external_task_id must be unique within the account")
        number = f"8{len(self.jobs):017d}"
        job = self.create_job(request, model=model, inputs=body, job_id=number)
        job.details.update(external_id=known or "", created_ms=int(time.time() * 1000))
        if known is not None:
            self._by_external_id[known] = job.id
        return job

    # Query.

    def _tasks(self, request: RecordedRequest) -> Answer:
        wanted, external = request.query.get("task_ids"), request.query.get("external_task_ids")
        if bool(wanted) == bool(external):
            raise refuse(1201, "give either task_ids or external_task_ids")
        names = (wanted or external or "").split(",")
        ids = names if wanted else [self._by_external_id.get(name, "") for name in names]
        jobs = [job for name in ids if (job := self.find_job(name)) and job.details["design"] == "path"]
        # the order of the answer is not promised
        return _envelope([self._task(job, self.observe(job)) for job in reversed(jobs)])

    def _legacy_task(self, request: RecordedRequest) -> Answer:
        name = request.parameters["id"]
        job = self.find_job(self._by_external_id.get(name, name))
        if job is None or job.details.get("product") != request.parameters["product"]:
            raise refuse(1203, "task not found")
        return _envelope(self._task(job, self.observe(job)))

    def _task(self, job: SimulatedJob, state: SimulatedState) -> Object:
        design = str(job.details["design"])
        if self._forced_words:
            word = self._forced_words.pop(0)
            state = "succeeded" if word in SUCCESS_WORDS.values() else state
        else:
            words: dict[str, str] = {
                "queued": "submitted",
                "running": "processing",
                "succeeded": SUCCESS_WORDS[design],
            }
            word = words.get(state, "failed")
        return self._path_view(job, state, word) if design == "path" else self._legacy_view(job, state, word)

    def _path_view(self, job: SimulatedJob, state: SimulatedState, word: str) -> Object:
        task: Object = {
            "id": job.id,
            "status": word,
            "message": FAILURES[job.failure] if state == "failed" and job.failure else "",
            "create_time": job.details["created_ms"],
            "update_time": int(time.time() * 1000),
            "external_id": job.details["external_id"],
        }
        if state == "succeeded":
            url = self.video_url(f"{job.id}.mp4")
            task["outputs"] = [
                {"type": "video", "id": "v1", "url": url, "watermark_url": "", "duration": "5.1"}
            ]
            task["billing"] = [
                {
                    "charge_type": "cash",
                    "cash_type": "balance",
                    "amount": "0.42",
                    "currency": "USD",
                    "list_price": "0.42",
                }
            ]
        return task

    def _legacy_view(self, job: SimulatedJob, state: SimulatedState, word: str) -> Object:
        task: Object = {
            "task_id": job.id,
            "task_status": word,
            "task_status_msg": FAILURES[job.failure] if state == "failed" and job.failure else "",
            "task_info": {"external_task_id": job.details["external_id"]},
            "created_at": job.details["created_ms"],
            "updated_at": int(time.time() * 1000),
        }
        if state == "succeeded":
            task["final_unit_deduction"] = "3.5"
            task["task_result"] = self._images(job) if job.details["images"] else self._videos(job)
        return task

    def _videos(self, job: SimulatedJob) -> Object:
        url = self.video_url(f"{job.id}.mp4")
        return {"videos": [{"id": "v1", "url": url, "watermark_url": "", "duration": "5.1"}]}

    def _images(self, job: SimulatedJob) -> Object:
        count = job.inputs.get("n", 1)
        images = [
            {"index": number, "url": self.image_url(f"{job.id}-{number}.png"), "watermark_url": ""}
            for number in range(count if isinstance(count, int) else 1)
        ]
        if job.inputs.get("result_type") == "series":
            return {"result_type": "series", "images": [], "series_images": images}
        return {"images": images}


def _body(request: RecordedRequest) -> Object:
    if not request.headers.get("Content-Type", "").startswith("application/json") or not isinstance(
        request.json, dict
    ):
        raise refuse(1200, "the body must be a JSON object")
    return request.json


def _envelope(data: object) -> Answer:
    return json_answer({"code": 0, "message": "SUCCEED", "request_id": REQUEST_ID, "data": data})
