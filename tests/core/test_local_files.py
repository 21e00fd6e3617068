"""Which local files a request may name: those of the program always, those named by a text as the gateway allows."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.chains import fal_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.minimax import MiniMaxSimulator
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    ImageGenerationRequest,
    Job,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import tiny_png

PNG = tiny_png()
FIRST_FRAME_MODEL = "fal-ai/veo3.1/image-to-video"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a picture; beside it, another picture, to which a link and a link to its folder in the folder lead."""
    inside = tmp_path / "uploads"
    inside.mkdir()
    (inside / "own.png").write_bytes(PNG)
    (inside / "own-link.png").symlink_to(inside / "own.png")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.png").write_bytes(PNG)
    (inside / "link.png").symlink_to(tmp_path / "private" / "secret.png")
    (inside / "linked").symlink_to(tmp_path / "private")
    (inside / "loop.png").symlink_to(inside / "loop.png")
    (tmp_path / "uploads-of-others").mkdir()
    (tmp_path / "uploads-of-others" / "a.png").write_bytes(PNG)
    return inside


@pytest.fixture
def closed() -> Iterator[Gateway]:
    """A gateway for requests from strangers."""
    with Gateway(local_files=False, environ={}) as gateway:
        yield gateway


def _request(image: object) -> VideoGenerationRequest:
    # as a web framework reads it: from JSON, unless the program gives a path of its own
    if isinstance(image, str):
        body = {"prompt": "x", "image_list": [{"image": image, "type": "first_frame"}]}
        return VideoGenerationRequest.model_validate_json(json.dumps(body))
    return VideoGenerationRequest.model_validate(
        {"prompt": "x", "image_list": [{"image": image, "type": "first_frame"}]}
    )


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as caught:
        act()
    return str(caught.value)


@pytest.mark.parametrize("verb", ["generate_video", "generate", "submit_video", "submit"])
def test_a_text_names_no_file_where_that_is_forbidden(
    run: Run, closed: Gateway, fal: FalSimulator, folder: Path, verb: str
) -> None:
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    for text in (str(folder / "own.png"), (folder / "own.png").as_uri()):
        told = _refusal(lambda text=text: run(closed, verb, config, _request(text)))  # type: ignore[misc] # bound at once
        assert "a string may not name a local file here (local_files=False)" in told
        assert "pass an http(s) URL, a data: URL, base64 text or the bytes" in told
    assert fal.requests == []


def test_a_plan_names_no_file_either(closed: Gateway, fal: FalSimulator, folder: Path) -> None:
    request = _request(str(folder / "own.png"))
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    assert "local_files=False" in _refusal(lambda: closed.plan_video(config, request))
    assert "local_files=False" in _refusal(lambda: closed.plan(config, request))


@pytest.mark.parametrize("allowed", ["nothing", "folder"])
def test_a_refusal_does_not_tell_whether_a_file_exists(
    fal: FalSimulator, folder: Path, tmp_path: Path, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    names = [
        "private/secret.png",
        "private/absent.png",
        "pipe.png",
        "loop.png",
        "private",
        "absent/at-all.png",
    ]
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    with Gateway(local_files=False if allowed == "nothing" else folder, environ={}) as gateway:
        told = {
            _refusal(lambda name=name: gateway.plan_video(config, _request(name))).replace(name, "FILE")  # type: ignore[misc] # bound at once
            for name in names
        }
    assert len(told) == 1, told
    assert str(folder) not in told.pop(), "the folder of the server is not told"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda path: path, id="path"),
        pytest.param(lambda path: path.read_bytes(), id="bytes"),
        pytest.param(lambda path: io.BytesIO(path.read_bytes()), id="file-object"),
        pytest.param(lambda path: base64.b64encode(path.read_bytes()).decode(), id="base64"),
        pytest.param(
            lambda path: f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}",
            id="data-url",
        ),
        pytest.param(lambda _path: "https://pictures.example/a.png", id="url"),
    ],
)
def test_what_the_program_gives_itself_is_always_taken(
    run: Run, closed: Gateway, fal: FalSimulator, folder: Path, form: Callable[[Path], object]
) -> None:
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    response = run(closed, "generate_video", config, _request(form(folder / "own.png")))
    assert response.status == "completed"


def test_a_text_names_any_file_by_default(
    run: Run, gateway: Gateway, fal: FalSimulator, folder: Path
) -> None:
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    assert run(gateway, "generate_video", config, _request(str(folder / "link.png"))).status == "completed"


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [
        pytest.param("own.png", True, id="inside"),
        pytest.param("own-link.png", True, id="link-to-inside"),
        pytest.param("../uploads/own.png", True, id="out-and-in-again"),
        pytest.param("link.png", False, id="link-to-outside"),
        pytest.param("linked/secret.png", False, id="through-a-linked-folder"),
        pytest.param("../private/secret.png", False, id="outside"),
        pytest.param("../uploads-of-others/a.png", False, id="sibling-with-the-same-beginning"),
        pytest.param("loop.png", False, id="link-to-itself"),
    ],
)
def test_a_text_names_only_files_that_lie_in_the_folder(
    fal: FalSimulator, folder: Path, name: str, is_allowed: bool
) -> None:
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    with Gateway(local_files=str(folder), environ={}) as gateway:
        for text in (str(folder / name), (folder / name).as_uri()):
            if is_allowed:
                gateway.plan_video(config, _request(text))
                continue
            told = _refusal(lambda text=text: gateway.plan_video(config, _request(text)))  # type: ignore[misc] # bound at once
            # from Python 3.13 on, a link to itself resolves to itself, and cannot be opened
            is_loop = name == "loop.png" and "symbolic links" in told
            assert is_loop or "a string may only name a file in the folder that local_files allows" in told


def test_a_folder_may_itself_be_a_link(fal: FalSimulator, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder)
    with Gateway(local_files=tmp_path / "alias", environ={}) as gateway:
        gateway.plan_video(
            fal_video(fal, model=FIRST_FRAME_MODEL), _request(str(tmp_path / "alias" / "own.png"))
        )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param("", "pass True, False or the path of a folder", id="unset-variable"),
        pytest.param("/no/such/folder", "No such file or directory; pass an existing folder", id="missing"),
        pytest.param(__file__, "is not a folder", id="file"),
        pytest.param("~nobody-of-that-name/a", "cannot be used", id="home-of-nobody"),
        pytest.param(7, "cannot be used", id="number"),
    ],
)
def test_a_folder_that_cannot_be_meant_is_refused(given: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Gateway(local_files=given)


def test_only_regular_files_of_the_folder_are_read(fal: FalSimulator, folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / "device.png").symlink_to("/dev/zero")
    (folder / "sub").mkdir()
    config = fal_video(fal, model=FIRST_FRAME_MODEL)
    for gateway_files, name, told in (
        (folder, "pipe.png", "not a regular file"),
        (folder, "sub", "not a regular file"),
        (folder, "device.png", "in the folder that local_files allows"),
        (True, "device.png", "not a regular file"),
    ):
        with (
            Gateway(local_files=gateway_files, environ={}) as gateway,
            pytest.raises(ValidationError, match=told),
        ):
            gateway.plan_video(config, _request(str(folder / name)))


# Parameters that only one provider has.

_PICTURE = {"image": PNG, "type": "reference"}
PARAMETERS = [
    pytest.param(
        ImageGenerationConfig(provider="openai", model="gpt-image-2.5-flare", api_key="k"),
        ImageGenerationRequest,
        {"image_list": [_PICTURE]},
        "markup",
        id="openai-markup",
    ),
    pytest.param(
        VideoGenerationConfig(provider="minimax", model="MiniMax-H3", api_key="k"),
        VideoGenerationRequest,
        {"image_list": [_PICTURE]},
        "reference_audio",
        id="minimax-reference-audio",
    ),
    pytest.param(
        ImageGenerationConfig(provider="stability", model="control/style-transfer", api_key="k"),
        ImageGenerationRequest,
        {"image_list": [_PICTURE, {"image": PNG, "type": "style"}]},
        "init_image",
        id="stability-part",
    ),
]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "voice.mp3"
    path.write_bytes(b"ID3\x04" + bytes(200))
    return path


@pytest.mark.parametrize(("config", "kind", "fields", "name"), PARAMETERS)
def test_a_parameter_of_one_provider_names_files_under_the_same_rule(
    closed: Gateway,
    gateway: Gateway,
    folder: Path,
    sound: Path,
    config: VideoGenerationConfig | ImageGenerationConfig,
    kind: type[VideoGenerationRequest | ImageGenerationRequest],
    fields: dict[str, object],
    name: str,
) -> None:
    file = sound if name == "reference_audio" else folder / "own.png"

    def asking(value: object) -> VideoGenerationRequest | ImageGenerationRequest:
        return kind.model_validate({"prompt": "x", **fields, "extra_params": {name: value}})

    for text in (str(file), file.as_uri(), [str(file)], str(file.with_name("absent.png"))):
        told = _refusal(lambda text=text: closed.plan(config, asking(text)))  # type: ignore[misc] # bound at once
        assert told.startswith(f"extra_params['{name}']: media ")
        assert "a string may not name a local file here (local_files=False)" in told
    for own in (file, file.read_bytes()):
        assert closed.plan(config, asking(own)).attempts[0].skipped_reason is None
    assert gateway.plan(config, asking(str(file))).attempts[0].skipped_reason is None
    with pytest.raises(ValidationError, match="No such file"):
        gateway.plan(config, asking(str(file.with_name("absent.png"))))


def test_a_parameter_that_is_no_media_stays_a_text(closed: Gateway, fal: FalSimulator, folder: Path) -> None:
    text = str(folder / "own.png")
    request = VideoGenerationRequest(prompt="x", extra_params={"watermark": text})
    assert closed.plan(fal_video(fal), request).attempts[0].payload["watermark"] == text


def test_a_saved_job_carries_the_files_of_its_parameters_and_may_name_none(
    run: Run, gateway: Gateway, sound: Path
) -> None:
    with MiniMaxSimulator() as minimax:
        config = VideoGenerationConfig(
            provider="minimax", model="MiniMax-H3", api_key=minimax.api_key, base_url=minimax.url
        )
        request = VideoGenerationRequest(
            prompt="x", image_list=[{"image": PNG}], extra_params={"reference_audio": str(sound)}
        )
        job = run(gateway, "submit_video", config, request)
        content = sound.read_bytes()
        sound.unlink()
        data = json.loads(job.to_json())
        assert data["request"]["extra_params"] == {
            "reference_audio": f"data:audio/mpeg;base64,{base64.b64encode(content).decode()}"
        }
        resumed = run(gateway, "resume", Job.from_json(job.to_json()), config=config)
        assert resumed.status == "completed"
        asked = len(minimax.requests)
        data["request"]["extra_params"]["reference_audio"] = "/etc/hostname"
        del data["checksum"]
        with pytest.raises(ValidationError, match="saved jobs carry the content of their files"):
            run(gateway, "resume", Job.from_data(data), config=config)
        assert len(minimax.requests) == asked
