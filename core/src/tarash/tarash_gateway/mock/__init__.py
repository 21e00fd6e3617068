"""The mock provider: behaves like a real one, answers with small real media, calls nobody."""

from __future__ import annotations

import random
from typing import Literal, cast

import pluggy

from ..discovery import Provider
from ..exceptions import GenerationFailedError, TarashException
from ..mapping.catalogue import Catalogue
from ..mapping.table import ModalityName as Modality
from ..mapping.table import Model
from ..mapping.values import Values, read_values
from ..models.config import GenerationConfig
from ..models.dimensions import Ratio, Size
from ..models.mock import MockConfig, MockResponse
from ..models.request import GenerationRequest
from ..plugin.contract import Asset, Call, Generated, JobReference, JobStatus, ProviderInfo, Submission
from ..plugin.hookspecs import PROJECT, HookSpecs, hookimpl
from ..steps import Flow, new_token, read_random
from .sample_media import sample_image, sample_video

DEFAULT_SECONDS = 4.0
DEFAULT_SHORT_SIDE = 360
LARGEST_SIDE = 2048

_INFO = ProviderInfo(
    id="mock",
    title="Mock",
    home_page="",
    base_url="mock:",
    modalities=frozenset({"video", "image"}),
    key_required=False,
)
_ROWS = {
    modality: Model(id=f"mock-{modality}", modality=modality, fields={}, generic=True, source="this module")
    for modality in ("video", "image")
}


class _MockPlugin:
    """The hooks. What to answer stands in `call.provider_config`, put there by `mock_call`."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return _INFO

    @hookimpl
    def tarash_models(self) -> Catalogue:
        return Catalogue(_ROWS.values())

    @hookimpl
    def tarash_submit(self, call: Call) -> Flow[Submission]:
        return _submit(call)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _poll(call, job)

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference) -> Flow[Generated]:
        return _normalize(call, job)


def _submit(call: Call) -> Flow[Submission]:
    settings = _settings(call)
    token = yield from new_token()
    draw = random.Random(settings.seed).random() if settings.seed is not None else (yield from read_random())
    index = _drawn(settings.responses, draw)
    # mutable on purpose: the percentage shown last is the job's only state, and nobody else holds it
    job: dict[str, object] = {"outcome": index, "shown": 0}
    return Submission(job=job, request_id=f"mock-{token[:16]}", suggested_delay_seconds=0.0)


def _poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    yield from ()  # a flow that needs no step
    settings = _settings(call)
    shown = job["shown"]
    step = shown if isinstance(shown, int) else 0
    if step < len(settings.progress):
        if isinstance(job, dict):
            job["shown"] = step + 1
        percent = settings.progress[step]
        return JobStatus(
            state="queued" if step == 0 else "processing",
            progress_percent=percent,
            suggested_delay_seconds=settings.delay_seconds,
        )
    outcome = _outcome(settings, job)
    if outcome is not None and outcome.error is not None:
        return JobStatus(state="failed", error=_fresh(outcome.error))
    return JobStatus(state="completed", progress_percent=100.0)


def _normalize(call: Call, job: JobReference) -> Flow[Generated]:
    yield from ()  # a flow that needs no step
    settings = _settings(call)
    outcome = _outcome(settings, job)
    given = outcome.media(call.modality) if outcome is not None else None
    values = _values(call)
    seed = values.get("seed")
    width, height = _frame_size(values, call.modality)
    if given is not None:
        kind = cast("Literal['video', 'image', 'audio']", call.modality)
        asset = Asset(kind=kind, url=given.as_text(), content_type=given.content_type or None)
        return Generated(assets=(asset,), raw={"mock": True}, cost_usd=0.0)
    colour = seed if isinstance(seed, int) else 0
    count = values.get("number_of_videos" if call.modality == "video" else "n")
    assets = tuple(
        _made(call.modality, values, width, height, abs(colour) + index)
        for index in range(count if isinstance(count, int) else 1)
    )
    duration = _duration(values) if call.modality == "video" else None
    return Generated(
        assets=assets,
        duration_seconds=duration,
        seed=seed if isinstance(seed, int) else None,
        raw={"mock": True},
        cost_usd=0.0,
    )


def _made(modality: Modality, values: Values, width: int, height: int, colour: int) -> Asset:
    if modality == "video":
        url = _video_url(_duration(values), width, height, colour)
        return Asset(
            kind="video",
            url=url,
            content_type="video/mp4",
            width=width,
            height=height,
            duration_seconds=_duration(values),
        )
    return Asset(
        kind="image",
        url=_image_url(width, height, colour),
        content_type="image/png",
        width=width,
        height=height,
    )


def _video_url(duration: float, width: int, height: int, colour: int) -> str:
    return _data_url(
        "video/mp4", sample_video(duration_seconds=duration, width=width, height=height, colour_seed=colour)
    )


def _image_url(width: int, height: int, colour: int) -> str:
    return _data_url("image/png", sample_image(width=width, height=height, colour_seed=colour))


def _data_url(kind: str, content: bytes) -> str:
    from ..media.inputs import Media

    return Media(content=content, content_type=kind).as_data_uri()


def _frame_size(values: Values, modality: Modality) -> tuple[int, int]:
    size = values.get("size") if modality == "image" else values.get("resolution")
    ratio = values.get("aspect_ratio")
    frame = Size.of_frame(
        size if isinstance(size, str) else None,
        ratio if isinstance(ratio, str) else None,
        default_ratio=Ratio(16, 9) if modality == "video" else Ratio(1, 1),
        default_short_side=DEFAULT_SHORT_SIDE,
        largest_side=LARGEST_SIDE,
    )
    return frame.width, frame.height


def _duration(values: Values) -> float:
    seconds = values.get("duration_seconds")
    return float(seconds) if isinstance(seconds, int | float) else DEFAULT_SECONDS


def _drawn(responses: tuple[MockResponse, ...], draw: float) -> int:
    if not responses:
        return -1
    mark = draw * sum(response.weight for response in responses)
    for index, response in enumerate(responses):
        mark -= response.weight
        if mark < 0:
            return index
    return len(responses) - 1


def _outcome(settings: MockConfig, job: JobReference) -> MockResponse | None:
    index = job["outcome"]
    return (
        settings.responses[index] if isinstance(index, int) and 0 <= index < len(settings.responses) else None
    )


def _fresh(error: TarashException | type[TarashException]) -> TarashException:
    """Return the error to raise: a copy, since the gateway writes the attempt's place into it."""
    if isinstance(error, type):
        return error("the mock was told to fail")
    copy = type(error).__new__(type(error))
    copy.args = error.args
    copy.__dict__.update(error.__dict__)
    return copy


def _settings(call: Call) -> MockConfig:
    settings = call.provider_config.get("mock")
    if not isinstance(settings, MockConfig):
        raise GenerationFailedError("the mock has no settings")
    return settings


def _values(call: Call) -> Values:
    values = call.provider_config.get("values")
    return values if isinstance(values, dict) else {}


def _build() -> Provider:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    plugin = _MockPlugin()
    manager.register(plugin)
    hooks = frozenset(caller.name for caller in manager.get_hookcallers(plugin) or ())
    return Provider(_INFO, Catalogue(_ROWS.values()), manager, hooks)


MOCK_PROVIDER = _build()


def mock_call(
    config: GenerationConfig, request: GenerationRequest, modality: Modality, values: Values | None = None
) -> Call:
    """Return the call of a mocked attempt; it goes by the names of the provider it stands for.

    Args:
        config: with `mock` set.
        request: what is asked.
        modality: "video" or "image".
        values: the request as the real provider's table settled it; None reads the request itself.
    """
    stands_for = ProviderInfo(
        id=config.provider,
        title=config.provider,
        home_page="",
        base_url="mock:",
        modalities=_INFO.modalities,
        key_required=False,
    )
    settled = read_values(request) if values is None else values
    return Call(
        provider=stands_for,
        model=config.model,
        modality=modality,
        row=_ROWS[modality],
        base_url="mock:",
        provider_config={"mock": config.mock, "values": settled},
        timeout_seconds=config.timeout,
        unsupported=config.unsupported,
    )


__all__ = ["MOCK_PROVIDER", "MockConfig", "MockResponse", "mock_call"]
