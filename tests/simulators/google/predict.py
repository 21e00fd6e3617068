"""Owns the methods of models in the simulator: generateContent, predictLongRunning with its polls, predict."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from typing import cast

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    Media,
    RecordedRequest,
    Refusal,
    Route,
    SimulatedJob,
    json_answer,
    tiny_mp4,
    tiny_png,
)

from .failures import FAILURES, refusal
from .fields import check_content, check_prediction, invalid
from .files import GoogleFiles

MODEL = "{model:[^/:]+}"
PUBLISHED = f"/{{version}}/projects/{{project}}/locations/{{location}}/publishers/google/models/{MODEL}"
EXPRESS = f"/{{version}}/publishers/google/models/{MODEL}"
DRAFT = b"a draft, no picture"


class GooglePredict(GoogleFiles):
    """The methods of models, on the Gemini API and on Vertex AI."""

    retired_on_gemini: tuple[str, ...] = ("veo-", "imagen-")
    """Model names (beginnings) that the Gemini API answers with 404; empty it to be the server of before."""
    retired_on_vertex: tuple[str, ...] = ("imagen-", "veo-2", "veo-3.0")

    def predict_routes(self) -> list[Route]:
        """Every method under each of its three addresses."""
        found = [
            Route("status", "POST", f"{PUBLISHED}:fetchPredictOperation", self._fetch_operation),
            Route("status", "GET", f"/{{version}}/models/{MODEL}/operations/{{id}}", self._get_operation),
        ]
        for address in (PUBLISHED, EXPRESS, f"/{{version}}/models/{MODEL}"):
            found += [
                Route("submit", "POST", f"{address}:generateContent", self._generate_content),
                Route("submit", "POST", f"{address}:predictLongRunning", self._predict_long_running),
                Route("submit", "POST", f"{address}:predict", self._predict),
            ]
        return found

    def require_model(self, request: RecordedRequest, model: str) -> None:
        """Refuse unknown and retired models."""
        vertex = is_vertex(request)
        retired = self.retired_on_vertex if vertex else self.retired_on_gemini
        name = f"Publisher Model `{model}`" if vertex else f"models/{model}"
        if model.startswith(retired):
            raise Refusal(refusal(404, "NOT_FOUND", f"{name} is no longer available."))
        if not any(word in model for word in ("gemini", "veo", "imagen")):
            raise Refusal(refusal(404, "NOT_FOUND", f"{name} is not found for API version v1beta."))

    async def _generate_content(self, request: RecordedRequest) -> Answer:
        model = request.parameters["model"]
        self.require_model(request, model)
        if "omni" in model:
            raise invalid("This model only supports Interactions API.")
        body = request.json_object()
        check_content(body, vertex=is_vertex(request))
        job = self.create_job(request, model=model, inputs=body)
        await self.wait_until_done(job)
        answer: dict[str, object] = {
            "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 1290, "totalTokenCount": 1302},
            "modelVersion": model,
            "responseId": job.id,
        }
        failure = FAILURES.get(job.failure or "")
        if failure is not None:
            return json_answer({**answer, **failure.content})
        parts: list[object] = []
        if "pro" in model:
            parts += [
                {"text": "Planning the picture", "thought": True},
                {"inlineData": blob(DRAFT), "thought": True},
            ]
        parts += [{"text": "Here it is."}, {"inlineData": blob(tiny_png())}]
        content = {"role": "model", "parts": parts}
        return json_answer(
            {**answer, "candidates": [{"finishReason": "STOP", "index": 0, "content": content}]}
        )

    def _predict_long_running(self, request: RecordedRequest) -> Answer:
        model = request.parameters["model"]
        self.require_model(request, model)
        body = request.json_object()
        instance = check_prediction(body, vertex=is_vertex(request))
        if not instance.get("prompt") and "image" not in instance:
            raise invalid("prompt is required.")
        identifier = uuid.uuid4().hex
        job = self.create_job(request, model=model, inputs=body, job_id=identifier)
        resource = request.path.partition("/")[2].partition("/")[2].partition(":")[0]
        job.details["operation"] = f"{resource}/operations/{identifier}"
        return json_answer({"name": job.details["operation"]})

    def _get_operation(self, request: RecordedRequest) -> Answer:
        return json_answer(self._operation(request.parameters["id"], vertex=False))

    def _fetch_operation(self, request: RecordedRequest) -> Answer:
        name = str(request.json_object().get("operationName", ""))
        resource, _, identifier = name.rpartition("/operations/")
        if f"/{request.parameters['version']}/{resource}:fetchPredictOperation" != request.path:
            raise invalid("The operation does not belong to this model.")
        return json_answer(self._operation(identifier, vertex=True))

    def _operation(self, identifier: str, *, vertex: bool) -> dict[str, object]:
        job = self.find_job(identifier)
        if job is None:
            raise Refusal(refusal(404, "NOT_FOUND", "The operation was not found."))
        answer: dict[str, object] = {"name": job.details["operation"]}
        state = self.observe(job)
        if state in ("queued", "running"):
            return answer
        answer["done"] = True
        failure = FAILURES.get(job.failure or "")
        if failure is not None:
            result = dict(failure.operation)
            if not vertex and "response" in result:
                result["response"] = {"generateVideoResponse": result["response"]}
            return {**answer, **result}
        return {**answer, "response": self._videos(job) if vertex else self._samples(job)}

    def _videos(self, job: SimulatedJob) -> dict[str, object]:
        parameters = cast("Mapping[str, object]", job.inputs.get("parameters", {}))
        count = cast("int", parameters.get("sampleCount", 1))
        folder = parameters.get("storageUri")
        videos: list[dict[str, object]] = []
        for number in range(count):
            if folder is None:
                encoded = base64.b64encode(tiny_mp4()).decode()
                videos.append({"bytesBase64Encoded": encoded, "mimeType": "video/mp4"})
                continue
            uri = f"{str(folder).rstrip('/')}/{job.id}/sample_{number}.mp4"
            self.objects[uri] = Media(tiny_mp4(), "video/mp4")
            videos.append({"gcsUri": uri, "mimeType": "video/mp4"})
        kind = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
        return {"@type": kind, "raiMediaFilteredCount": 0, "videos": videos}

    def _samples(self, job: SimulatedJob) -> dict[str, object]:
        uri = self.add_file(tiny_mp4(), "video/mp4", downloadable=True)
        samples = [{"video": {"uri": f"{uri}:download?alt=media"}}]
        return {"generateVideoResponse": {"generatedSamples": samples}}

    async def _predict(self, request: RecordedRequest) -> Answer:
        model = request.parameters["model"]
        self.require_model(request, model)
        body = request.json_object()
        job = self.create_job(request, model=model, inputs=body)
        await self.wait_until_done(job)
        count = cast("dict[str, int]", body.get("parameters", {})).get("sampleCount", 1)
        if job.failure is not None:
            return json_answer({"predictions": [{"raiFilteredReason": "Filtered. Support codes: 29310472"}]})
        encoded = base64.b64encode(tiny_png()).decode()
        return json_answer(
            {"predictions": [{"bytesBase64Encoded": encoded, "mimeType": "image/png"}] * count}
        )


def is_vertex(request: RecordedRequest) -> bool:
    """Whether a request went to a Vertex AI address."""
    return "/projects/" in request.path or "/publishers/" in request.path


def blob(data: bytes) -> dict[str, str]:
    """Inline media of generateContent."""
    return {"mimeType": "image/png", "data": base64.b64encode(data).decode()}
