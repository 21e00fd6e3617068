"""Whoever asks to have a request adjusted gets a payload from every video model, and a list of what was changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.every_provider import VIDEO_PROVIDERS
from tarash.tarash_gateway import VideoGenerationRequest
from tarash.tarash_gateway.discovery import process_registry
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import Mapped
from tarash.tarash_gateway.plugin import Call, Credentials, Secret
from tarash.tarash_gateway.testing.conformance.requests import minimal_request

WANTED: dict[str, object] = {
    "duration_seconds": 7,
    "aspect_ratio": "4:3",
    "resolution": "1080p",
    "generate_audio": True,
}


def video_rows() -> Iterator[tuple[str, Model]]:
    for name in (*VIDEO_PROVIDERS, "local"):
        for row in process_registry().get(name).catalogue.rows:
            if row.modality == "video":
                yield name, row


def mapped(provider: str, row: Model) -> Mapped:
    plugin = process_registry().get(provider)
    call = Call(
        provider=plugin.info,
        model=row.example_name,
        modality="video",
        row=row,
        base_url=plugin.info.base_url,
        credentials=Credentials(api_key=Secret("a-key-of-these-tests")),
        unsupported="adjust",
    )
    request = minimal_request(row, **WANTED)
    assert isinstance(request, VideoGenerationRequest)
    found = plugin.manager.hook.tarash_map(call=call, request=request)
    assert isinstance(found, Mapped)
    return found


@pytest.mark.parametrize(
    ("provider", "row"), [pytest.param(name, row, id=f"{name}-{row.id}") for name, row in video_rows()]
)
def test_an_unsuitable_request_is_adjusted_and_every_change_is_listed(provider: str, row: Model) -> None:
    result = mapped(provider, row)
    for name, wanted in WANTED.items():
        # more than one where a rule between fields changes once more what another had changed
        steps = [item for item in result.adjustments if item.field == name]
        told = wanted
        for step in steps:
            assert step.requested == told, f"{name}: {told} was asked for, not {step.requested}"
            assert step.reason
            told = step.used
        used = result.values.get(name)
        assert used == told, f"{name}={wanted} became {used}, but {told} is told"
    assert all((item.provider, bool(item.model)) == (provider, True) for item in result.adjustments)
