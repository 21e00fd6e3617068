"""A third modality is one record, its models, and the rows that offer it: the core knows nothing of sound."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, cast

import pytest

from core.acme import broken
from execution import Run
from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    Job,
    MockConfig,
    MockResponse,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    Price,
    duration_field_mapper,
    passthrough_field_mapper,
)
from tarash.tarash_gateway.models import (
    GenerationConfig,
    GenerationRequest,
    GenerationResponse,
    Modality,
    Sample,
    register_modality,
)
from tarash.tarash_gateway.models.modality import forget_modality
from tarash.tarash_gateway.models.response import Outputs
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    hookimpl,
    send,
    wire,
)


class AudioGenerationConfig(GenerationConfig, init=False):
    """Who makes a sound."""


class AudioGenerationRequest(GenerationRequest):
    """A sound to make."""

    duration_seconds: float | None = None
    number_of_takes: int = 1
    instrumental: bool | None = None

    count_field: ClassVar[str] = "number_of_takes"


class AudioGenerationResponse(GenerationResponse):
    """A sound."""

    audio: str
    takes: tuple[str, ...]
    duration: float | None = None

    @classmethod
    def fields_of(cls, outputs: Outputs) -> Mapping[str, object]:
        takes = tuple(asset.url for asset in outputs.assets if asset.kind == "audio")
        return {"audio": takes[0], "takes": takes, "duration": outputs.duration_seconds}


def hum(values: Mapping[str, object], seed: int) -> Sample:
    """A sine in a WAV file."""
    asked = values.get("duration_seconds")
    seconds = float(asked) if isinstance(asked, int | float) else 1.0
    pitch = 220.0 + seed
    wave = b"".join(
        struct.pack("<h", int(8000 * math.sin(2 * math.pi * pitch * n / 8000)))
        for n in range(int(8000 * seconds))
    )
    head = b"RIFF" + struct.pack("<I", 36 + len(wave)) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16) + b"data" + struct.pack("<I", len(wave))
    return Sample(content=head + wave, content_type="audio/wav", duration_seconds=seconds)


AUDIO = Modality(
    name="audio",
    described="a sound",
    config=AudioGenerationConfig,
    request=AudioGenerationRequest,
    response=AudioGenerationResponse,
    content_type="audio/wav",
    sample=hum,
)


class Band:
    """A provider of sound: POST /sounds → {"id"}; GET /sounds/<id> → {"state", "urls"}; DELETE /sounds/<id>."""

    def __init__(self, provider_id: str = "band") -> None:
        self._info = ProviderInfo(
            id=provider_id,
            title="The Band",
            home_page="https://band.example/docs",
            hook_api=1,
            api_key_env=("BAND_KEY",),
            base_url=f"https://{provider_id}.example",
            modalities=frozenset({"audio"}),
        )

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return self._info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {
            "prompt": passthrough_field_mapper("prompt", required=True),
            "length": duration_field_mapper("int", allowed_values=(10, 30)),
            "takes": passthrough_field_mapper("number_of_takes", maximum=4),
        }
        price = Price(usd=0.02, unit="second", source="this module")
        return Catalogue(
            (Model(id="songs", modality="audio", fields=fields, source="this module", prices=(price,)),)
        )

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        job_id = (yield from send(call.request("POST", "/sounds", json=dict(payload)))).require_text("id")
        return Submission(job={"id": job_id}, request_id=job_id)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        body = (yield from send(call.request("GET", f"/sounds/{job['id']}"))).json_object()
        state = cast("Literal['processing', 'completed', 'failed']", wire.text(body, "state"))
        return JobStatus(state=state, raw=body, suggested_delay_seconds=0.0)

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        urls = [str(url) for url in wire.items(raw, "urls")]
        return Generated(assets=tuple(Asset(kind="audio", url=url) for url in urls), raw=raw)

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        yield from send(call.request("DELETE", f"/sounds/{job['id']}"))
        return Cancellation(outcome="accepted")


class Studio:
    """The band's server, as the transport of a gateway: blocking, and asynchronous."""

    def __init__(self) -> None:
        self.bodies: list[Mapping[str, Any]] = []
        self.down: set[str] = set()

    def blocking(self) -> Studio:
        return self

    def asynchronous(self) -> AsyncStudio:
        return AsyncStudio(self)

    def exchange(self, call: HttpCall) -> HttpReply:
        if any(host in call.url for host in self.down):
            raise broken("connect")
        if call.method == "POST":
            self.bodies.append(cast("Mapping[str, Any]", call.json))
            return _json({"id": f"sound-{len(self.bodies)}"})
        takes = self.bodies[-1].get("takes", 1)
        urls = [f"https://cdn.band.example/{n}.wav" for n in range(takes)]
        return _json({"state": "completed", "urls": urls})

    def open_download(self, call: HttpCall, silence_seconds: float) -> Any:
        raise NotImplementedError

    def open_stream(self, call: HttpCall) -> Any:
        raise NotImplementedError

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing is open."""


class AsyncStudio:
    """The same, for an event loop."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def exchange(self, call: HttpCall) -> HttpReply:
        return self._studio.exchange(call)

    async def open_download(self, call: HttpCall, silence_seconds: float) -> Any:
        raise NotImplementedError

    async def open_stream(self, call: HttpCall) -> Any:
        raise NotImplementedError

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> Any:
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing is open."""


def _json(body: object) -> HttpReply:
    return HttpReply(200, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.fixture(autouse=True)
def _audio() -> Iterator[None]:
    register_modality(AUDIO)
    yield
    forget_modality("audio")


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def gateway(studio: Studio) -> Iterator[Gateway]:
    registry = Registry(lambda _group: ())
    registry.register("band", Band())
    registry.register("choir", Band("choir"))
    with Gateway(registry=registry, transport=studio, environ={"BAND_KEY": "band-key-1"}) as opened:
        yield opened


def band(provider: str = "band", **changes: object) -> AudioGenerationConfig:
    return AudioGenerationConfig.model_validate({"provider": provider, "model": "songs", **changes})


SONG = AudioGenerationRequest(prompt="rain on a tin roof", duration_seconds=30, number_of_takes=2)


def test_a_sound_is_generated(run: Run, gateway: Gateway, studio: Studio) -> None:
    response = run(gateway, "generate", band(), SONG)
    assert isinstance(response, AudioGenerationResponse)
    assert (response.audio, len(response.takes), response.duration) == (
        "https://cdn.band.example/0.wav",
        2,
        30,
    )
    assert studio.bodies == [{"prompt": SONG.prompt, "length": 30, "takes": 2}]
    (attempt,) = response.execution_metadata.attempts
    assert attempt.estimated_cost_usd == pytest.approx(1.2)


def test_it_is_planned(gateway: Gateway, studio: Studio) -> None:
    (planned,) = gateway.plan(band(), SONG).attempts
    assert planned.payload == {"prompt": SONG.prompt, "length": 30, "takes": 2}
    assert planned.estimated_cost_usd == pytest.approx(1.2)
    assert studio.bodies == []


def test_it_is_submitted_stored_and_resumed(run: Run, gateway: Gateway, studio: Studio) -> None:
    job = Job.from_json(run(gateway, "submit", band(), SONG).to_json())
    assert job.modality == "audio"
    response = run(gateway, "resume", job)
    assert isinstance(response, AudioGenerationResponse)
    assert len(studio.bodies) == 1


def test_another_provider_takes_over(run: Run, gateway: Gateway, studio: Studio) -> None:
    studio.down.add("//band.")
    config = band(timeout=5, fallback_configs=[band("choir")])
    response = run(gateway, "generate", config, SONG)
    assert response.provider == "choir"
    assert response.execution_metadata.attempts[0].error_type == "HTTPConnectionError"


def test_it_is_mocked_with_a_real_sound(run: Run, gateway: Gateway, studio: Studio) -> None:
    response = run(gateway, "generate", band(mock=MockConfig()), SONG)
    assert response.is_mock
    assert response.audio.startswith("data:audio/wav;base64,")
    assert (len(response.takes), response.duration) == (2, 30)
    assert studio.bodies == []


def test_a_mock_without_the_plugin_makes_a_sound_too(run: Run) -> None:
    with Gateway(registry=Registry(lambda _group: ()), environ={}) as gateway:
        response = run(gateway, "generate", band("nobody", mock=MockConfig()), SONG)
    assert response.takes[0].startswith("data:audio/wav")


def test_a_mocked_failure_falls_back(run: Run, gateway: Gateway) -> None:
    down = MockConfig(responses=[MockResponse(error=HTTPConnectionError("down"))])
    config = band(mock=down, fallback_configs=[band("choir", mock=MockConfig())])
    response = run(gateway, "generate", config, SONG)
    assert [entry.status for entry in response.execution_metadata.attempts] == ["failed", "success"]


def test_a_request_that_the_row_does_not_take_is_refused(gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match="instrumental"):
        gateway.plan(band(), AudioGenerationRequest(prompt="x", instrumental=True))


def test_modalities_are_not_mixed(gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match="expected AudioGenerationRequest"):
        gateway.generate(band(), VideoGenerationRequest(prompt="x"))
    with pytest.raises(ValidationError, match="has no video models"):
        gateway.generate(
            VideoGenerationConfig(provider="band", model="songs"), VideoGenerationRequest(prompt="x")
        )
    with pytest.raises(ValidationError, match="expected VideoGenerationConfig"):
        gateway.generate_video(cast("Any", band()), cast("Any", SONG))


def test_the_tasks_of_its_rows_are_named_after_it(gateway: Gateway) -> None:
    (found,) = gateway.registry.find_models("band")
    assert found.model.tasks() == ("text-to-audio",)
