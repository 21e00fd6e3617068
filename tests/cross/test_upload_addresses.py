"""An upload address that a provider's answer names is checked before a customer's file goes there, and never gets the key."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tarash.tarash_gateway import TarashException, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.chain import Preparation
from tarash.tarash_gateway.engine.generation import Generation
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.mock.standing_in import MockProviders
from tarash.tarash_gateway.models import VIDEO
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime, json_reply
from tarash.tarash_gateway.testing.flows import PUBLIC_ADDRESS
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

# Luma wants to see its own prefix
KEY = "luma-api-the-key-0123456789"
LARGE_CLIP = tiny_mp4() + bytes(11 * 1024 * 1024)
LARGE_PICTURE = tiny_png() + bytes(300_000)


@dataclass(frozen=True)
class Upload:
    """One provider's upload: what asks for it, and how the provider answers with an address."""

    provider: str
    model: str
    request: Mapping[str, object]
    method: str

    def ticket(self, address: str) -> HttpReply:
        """Return the provider's answer that names the address."""
        match self.provider:
            case "alibaba":
                return json_reply({"data": {"upload_host": address, "upload_dir": "a/b"}})
            case "fal":
                return json_reply({"upload_url": address, "file_url": "https://v3.fal.media/files/a.png"})
            case "runway":
                return json_reply({"uploadUrl": address, "fields": {"key": "k"}, "runwayUri": "runway://abc"})
            case "luma":
                return json_reply({"id": "f1", "state": "pending", "upload": {"url": address}}, 201)
            case _:
                return HttpReply(200, {"x-goog-upload-url": address})


FIRST_FRAME = {"image": LARGE_PICTURE, "type": "first_frame"}
UPLOADS = [
    Upload("alibaba", "wan2.7-videoedit", {"prompt": "x", "video": LARGE_CLIP}, "POST"),
    Upload("fal", "fal-ai/veo3.1/image-to-video", {"prompt": "x", "image_list": [FIRST_FRAME]}, "PUT"),
    Upload("runway", "aleph2", {"prompt": "x", "video": LARGE_CLIP}, "POST"),
    Upload("luma", "ray-3.2", {"prompt": "x", "video": LARGE_CLIP}, "PUT"),
    Upload("google", "gemini-omni-flash", {"prompt": "x", "video": LARGE_CLIP}, "POST"),
]
every_upload = pytest.mark.parametrize("upload", UPLOADS, ids=lambda upload: upload.provider)


def _calls(upload: Upload, address: str, *, allow_private_hosts: bool = False) -> tuple[list[HttpCall], str]:
    """Return the calls to the address, and the message with which the generation ends: nothing answers there."""
    registry = Registry(entry_points=lambda _group: ())
    registry.register(upload.provider, importlib.import_module(f"tarash_gateway_{upload.provider}"))
    config = VideoGenerationConfig(provider=upload.provider, model=upload.model, api_key=KEY)
    chain = Preparation(
        request=VideoGenerationRequest.model_validate(upload.request),
        modality=VIDEO,
        provider_for=MockProviders(registry).provider_for,
        registry=registry,
        environ={},
        today=date(2026, 11, 22),
        allow_private_hosts=allow_private_hosts,
    ).chain((config,))

    def server(call: HttpCall, _now: float) -> HttpReply:
        if call.url == address:
            raise TransportFailure("nobody there", kind="connect", request_may_have_arrived=False)
        return upload.ticket(address)

    driver = VirtualTime(server)
    with pytest.raises(TarashException) as caught:
        driver.run(Generation(chain, Memory(Path("unused")), reports=False).generate())
    metadata = caught.value.execution_metadata
    assert metadata is not None
    assert [attempt.submitted for attempt in metadata.attempts] == ["no"]
    return [call for _, call in driver.calls if call.url == address], str(caught.value)


@every_upload
@pytest.mark.parametrize(
    "address",
    [
        "https://10.0.0.7/put",
        "https://127.0.0.1:9/put",
        "https://169.254.169.254/latest/put",
        "https://[::1]/put",
        "https://[64:ff9b::10.0.0.7]/put",
        "https://2130706433/put",
    ],
)
def test_an_upload_into_the_private_network_is_not_sent(upload: Upload, address: str) -> None:
    calls, told = _calls(upload, address)
    assert calls == []
    assert "on a private network" in told


@every_upload
def test_an_upload_goes_to_the_address_that_was_checked_without_the_key(upload: Upload) -> None:
    calls, _ = _calls(upload, "https://bucket.example/put?signature=s")
    assert calls
    for call in calls:
        assert (call.method, call.address) == (upload.method, PUBLIC_ADDRESS)
        assert KEY not in f"{call.url} {dict(call.headers)}"


@every_upload
def test_a_private_upload_server_is_reached_where_the_gateway_allows_it(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "https://10.0.0.7/put"
    allowed, _ = _calls(upload, address, allow_private_hosts=True)
    monkeypatch.setenv("TARASH_ALLOW_PRIVATE_HOSTS", "1")
    by_variable, _ = _calls(upload, address)
    for call in (*allowed, *by_variable):
        assert KEY not in f"{call.url} {dict(call.headers)}"
    assert allowed
    assert by_variable


@every_upload
def test_the_configured_server_needs_no_permission(upload: Upload) -> None:
    # a private server that stores uploads itself
    registry_address = importlib.import_module(f"tarash_gateway_{upload.provider}").PROVIDER.base_url
    calls, _ = _calls(upload, f"{registry_address}/put")
    assert calls
    assert {call.address for call in calls} == {None}
