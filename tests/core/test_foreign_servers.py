"""A server that an answer names is not the provider's: whichever hook goes there, its address is checked and the key stays away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tarash_gateway_fal
from core.chains import BOAT, fal_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, TarashException, VideoGenerationResponse
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    HttpCall,
    JobReference,
    JobStatus,
    StatusStream,
    Submission,
    hookimpl,
    send,
)
from tarash.tarash_gateway.testing.simulator import tiny_mp4

Hooks = Callable[[str], Mapping[str, object]]


def _sends(result: object) -> Callable[[str], Callable[..., Flow[Any]]]:
    def of(url: str) -> Callable[..., Flow[Any]]:
        def flow() -> Flow[Any]:
            yield from send(HttpCall(method="GET", url=url, accept_statuses=frozenset(range(300, 600))))
            return result

        return flow

    return of


def _submit(url: str) -> Mapping[str, object]:
    go = _sends(None)(url)

    @hookimpl
    def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        yield from go()
        return (yield from tarash_gateway_fal.tarash_submit(call=call, payload=payload))

    return {"tarash_submit": tarash_submit}


def _poll(url: str) -> Mapping[str, object]:
    go = _sends(JobStatus(state="completed"))(url)

    @hookimpl
    def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
        return go()

    return {"tarash_poll": tarash_poll, "tarash_stream": None}


def _result(url: str) -> Mapping[str, object]:
    go = _sends(Generated(assets=(Asset(kind="video", content=tiny_mp4()),)))(url)

    @hookimpl
    def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
        return go()

    return {"tarash_normalize": tarash_normalize}


def _download(url: str) -> Mapping[str, object]:
    @hookimpl
    def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
        yield from ()
        download = HttpCall(method="GET", url=url)
        return Generated(assets=(Asset(kind="video", download=download),))

    return {"tarash_normalize": tarash_normalize}


def _stream(url: str) -> Mapping[str, object]:
    @hookimpl
    def tarash_stream(call: Call, job: JobReference) -> Flow[StatusStream]:
        yield from ()
        return StatusStream(call=HttpCall(method="GET", url=url), read=lambda _event: None)

    return {"tarash_stream": tarash_stream}


def _registry(hooks: Mapping[str, object]) -> Registry:
    plugin = ModuleType("fal_elsewhere")
    for name in dir(tarash_gateway_fal):
        if name.startswith("tarash_"):
            setattr(plugin, name, getattr(tarash_gateway_fal, name))
    for name, hook in hooks.items():
        if hook is None:
            delattr(plugin, name)
        else:
            setattr(plugin, name, hook)
    registry = Registry(entry_points=lambda _group: ())
    registry.register("fal", plugin)
    return registry


every_hook = pytest.mark.parametrize(
    "hooks",
    [
        pytest.param(_submit, id="submit"),
        pytest.param(_poll, id="poll"),
        pytest.param(_result, id="result"),
        pytest.param(_download, id="download"),
        pytest.param(_stream, id="stream"),
    ],
)


def _generate(
    run: Run, fal: FalSimulator, hooks: Mapping[str, object], folder: Path, *, allow_private_hosts: bool
) -> VideoGenerationResponse | TarashException:
    with Gateway(
        registry=_registry(hooks),
        environ={},
        output_dir=folder,
        allow_private_hosts=allow_private_hosts,
    ) as gateway:
        try:
            response: VideoGenerationResponse = run(
                gateway, "generate_video", fal_video(fal, timeout=3), BOAT
            )
        except TarashException as error:
            return error
        return response


@every_hook
def test_no_hook_reaches_another_server_on_this_machine(
    run: Run, fal: FalSimulator, replicate: ReplicateSimulator, tmp_path: Path, hooks: Hooks
) -> None:
    outcome = _generate(run, fal, hooks(f"{replicate.url}/named"), tmp_path, allow_private_hosts=False)
    assert replicate.requests == []
    if hooks is _stream:
        # without the stream, the job is polled
        assert not isinstance(outcome, TarashException)
        assert fal.count("status") > 0
    else:
        assert isinstance(outcome, TarashException)
        # a status request is repeated until the deadline, which then is the error
        assert hooks is _poll or re.search("on a private network|is not https", str(outcome))


@every_hook
def test_with_permission_it_is_reached_without_the_key(
    run: Run, fal: FalSimulator, replicate: ReplicateSimulator, tmp_path: Path, hooks: Hooks
) -> None:
    _generate(run, fal, hooks(f"{replicate.url}/named"), tmp_path, allow_private_hosts=True)
    assert {request.path for request in replicate.requests} == {"/named"}
    for request in replicate.requests:
        assert fal.api_key not in str(request.headers)


def test_a_result_is_saved_from_a_private_server_where_the_gateway_allows_it(
    run: Run, fal: FalSimulator, tmp_path: Path
) -> None:
    config = fal_video(fal)
    with Gateway(environ={}, allow_private_hosts=True) as gateway:
        response = run(gateway, "generate_video", config, BOAT)
        job = run(gateway, "submit_video", config, BOAT)
        resumed = run(gateway, "resume", job, config=config)
        over = job.model_copy(update={"state": "ended", "response": resumed.model_dump(mode="json")})
        fetched = run(gateway, "resume", over)
    assert fetched == resumed
    for made in (response, resumed, fetched, response.model_copy()):
        assert run(made, "save", tmp_path / "a.mp4", overwrite=True).read_bytes()
        with pytest.raises(TarashException, match="is not https"):
            run(made, "save", tmp_path / "b.mp4", allow_private_hosts=False)
    # a text grants nothing
    restored = VideoGenerationResponse.model_validate_json(response.model_dump_json())
    with pytest.raises(TarashException, match="pass allow_private_hosts=True"):
        run(restored, "save", tmp_path / "b.mp4")
    assert not (tmp_path / "b.mp4").exists()


def test_a_result_of_an_ordinary_gateway_is_not_saved_from_a_private_server(
    run: Run, gateway: Gateway, fal: FalSimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = run(gateway, "generate_video", fal_video(fal), BOAT)
    with pytest.raises(TarashException, match="pass allow_private_hosts=True"):
        run(response, "save", tmp_path / "a.mp4")
    monkeypatch.setenv("TARASH_ALLOW_PRIVATE_HOSTS", "1")
    assert run(response, "save", tmp_path / "a.mp4").read_bytes()
