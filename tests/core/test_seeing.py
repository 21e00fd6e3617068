"""A response says in one line what it is, a notebook shows it, `show` opens it, and `save` puts it anywhere but over another file."""

from __future__ import annotations

import base64
import io
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from execution import Run
from tarash.tarash_gateway import (
    DownloadError,
    ImageGenerationResponse,
    MockConfig,
    ResponseAsset,
    VideoGenerationResponse,
    generate_image,
    generate_video,
)
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

SIGNED = "https://cdn.example/clips/boat.mp4?X-Signature=secret-signature"


def _video(url: str, **more: Any) -> VideoGenerationResponse:
    return VideoGenerationResponse(
        video=url, request_id="job/1:x", assets=(ResponseAsset(kind="video", url=url),), **more
    )


def _data(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@pytest.fixture(name="clip")
def _clip() -> VideoGenerationResponse:
    return _video(_data(tiny_mp4(), "video/mp4"))


# One line.


def test_a_response_is_one_short_line_without_content_and_signature() -> None:
    made = generate_video("fal/fal-ai/veo3.1", prompt="a boat", mock=MockConfig())
    for text in (repr(made), str(made), f"{made}"):
        assert text.startswith(
            "VideoGenerationResponse(provider='fal', model='fal-ai/veo3.1', url='data:video/mp4"
        )
        assert text.endswith("cost=$0.00, is_mock=True)")
        assert len(text) < 250
        assert "\n" not in text
    assert repr(_video(SIGNED)) == (
        "VideoGenerationResponse(url='https://cdn.example/clips/boat.mp4?…', request_id='job/1:x')"
    )
    pictures = generate_image("openai/gpt-image-2", prompt="a fox", n=2, mock=MockConfig())
    assert "outputs=2" in repr(pictures)
    assert repr(ImageGenerationResponse()) == "ImageGenerationResponse()"


# In a notebook.


def _shown(response: VideoGenerationResponse | ImageGenerationResponse) -> dict[str, str]:
    bundle = response._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"] == repr(response)
    return bundle


def test_ipython_shows_the_clip() -> None:
    pytest.importorskip("IPython")
    program = """
from IPython.core.interactiveshell import InteractiveShell
from tarash.tarash_gateway import MockConfig, generate_video
shell = InteractiveShell.instance()
made = generate_video("fal/fal-ai/veo3.1", prompt="a boat", mock=MockConfig())
formats, _ = shell.display_formatter.format(made)
assert formats["text/html"].startswith('<video controls'), formats
assert formats["text/plain"] == repr(made), formats
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)


def test_a_notebook_plays_a_clip_and_shows_every_picture(clip: VideoGenerationResponse) -> None:
    assert _shown(clip)["text/html"].startswith(
        '<video controls loop style="max-width: 100%" src="data:video/mp4;base64,'
    )
    assert 'src="https://cdn.example/clips/boat.mp4?X-' in _shown(_video(SIGNED))["text/html"]
    pictures = tuple(ResponseAsset(kind="image", url=f"https://cdn.example/{name}.png") for name in "ab")
    assert _shown(ImageGenerationResponse(assets=pictures))["text/html"].count("<img ") == 2


def test_a_stored_output_is_embedded(tmp_path: Path) -> None:
    stored = tmp_path / "boat.mp4"
    stored.write_bytes(tiny_mp4())
    assert _data(tiny_mp4(), "video/mp4") in _shown(_video(stored.as_uri()))["text/html"]


@pytest.mark.parametrize("content", [b"root:x:0:0", tiny_png(), None])
def test_a_notebook_embeds_no_other_file(tmp_path: Path, content: bytes | None) -> None:
    other = tmp_path / "boat.mp4"
    if content is not None:
        other.write_bytes(content)
    assert "text/html" not in _shown(_video(other.as_uri()))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://cdn.example/a.mp4", 'https://x/"><script>alert(1)</script>']
)
def test_a_url_cannot_do_more_than_be_played(url: str) -> None:
    shown = _shown(_video(url)).get("text/html", "")
    assert "javascript:" not in shown
    assert "<script>" not in shown


# Opened.


@pytest.fixture(name="browser")
def _browser(tmp_path: Path) -> Path:
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def _opened(browser: Path, url: str, *, kind: str = "video") -> str:
    """Show an output in an interpreter that has this browser, and return what the browser was given."""
    program = (
        "from tarash.tarash_gateway import *\n"
        f"VideoGenerationResponse(video='x', assets=(ResponseAsset(kind={kind!r}, url={url!r}),)).show()"
    )
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "BROWSER": f"{browser} %s"},
        check=True,
        timeout=60,
    )
    return (browser.parent / "opened").read_text()


def test_show_opens_the_url(browser: Path) -> None:
    assert _opened(browser, SIGNED) == SIGNED


def test_show_opens_a_stored_file_and_an_inline_one(browser: Path, tmp_path: Path) -> None:
    stored = tmp_path / "boat.mp4"
    stored.write_bytes(tiny_mp4())
    assert _opened(browser, stored.as_uri()) == stored.as_uri()
    inline = Path(_opened(browser, _data(tiny_mp4(), "video/mp4")).removeprefix("file://"))
    assert (inline.suffix, inline.read_bytes()) == (".mp4", tiny_mp4())
    inline.unlink()


@pytest.mark.parametrize("name", ["script.sh", "gone.mp4"])
def test_show_opens_nothing_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "script.sh").write_text("#!/bin/sh\n")
    with pytest.raises(DownloadError):
        _video((tmp_path / name).as_uri()).show()
    with pytest.raises(DownloadError, match="cannot be opened"):
        _video("vbscript:x").show()


# Saved.


def test_a_file_is_never_overwritten_silently(
    run: Run, clip: VideoGenerationResponse, tmp_path: Path
) -> None:
    target = tmp_path / "boat.mp4"
    target.write_bytes(b"paid for")
    with pytest.raises(
        DownloadError, match="exists already; save it under another name, or pass overwrite=True"
    ):
        run(clip, "save", target)
    assert target.read_bytes() == b"paid for"
    assert run(clip, "save", target, overwrite=True) == target
    assert target.read_bytes() == tiny_mp4()
    assert [path.name for path in tmp_path.iterdir()] == ["boat.mp4"], "nothing half written is left"


def test_a_file_that_appears_meanwhile_is_kept(clip: VideoGenerationResponse, tmp_path: Path) -> None:
    target = tmp_path / "boat.mp4"
    with pytest.raises(DownloadError, match="exists already"):
        clip.save(target, on_progress=lambda _progress: target.write_bytes(b"first"))
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_the_name_in_a_folder_is_not_overwritten_either(
    clip: VideoGenerationResponse, tmp_path: Path
) -> None:
    saved = clip.save(tmp_path)
    assert saved == tmp_path / "job_1_x.mp4"
    with pytest.raises(DownloadError, match="exists already"):
        clip.save(tmp_path)
    assert clip.save(tmp_path, overwrite=True) == saved


def test_folders_are_created(clip: VideoGenerationResponse, tmp_path: Path) -> None:
    assert clip.save(f"{tmp_path}/night/clips/") == tmp_path / "night" / "clips" / "job_1_x.mp4"
    assert clip.save(tmp_path / "day" / "boat.mp4").read_bytes() == tiny_mp4()
    assert clip.save((tmp_path / "by url.mp4").as_uri()) == tmp_path / "by url.mp4"


def test_a_file_object_gets_the_bytes(run: Run, clip: VideoGenerationResponse, tmp_path: Path) -> None:
    written = io.BytesIO()
    assert run(clip, "save", written) is None
    assert written.getvalue() == tiny_mp4()
    with (tmp_path / "boat.mp4").open("wb") as file:
        run(clip, "save", file)
    assert (tmp_path / "boat.mp4").read_bytes() == tiny_mp4()


def test_a_file_object_gets_a_whole_result_or_nothing() -> None:
    written = io.BytesIO()
    with pytest.raises(DownloadError):
        _video(_data(tiny_png(), "image/png")).save(written)
    assert written.getvalue() == b""


def test_a_file_object_that_takes_no_bytes_is_told(clip: VideoGenerationResponse) -> None:
    closed = io.BytesIO()
    closed.close()
    files: tuple[Any, ...] = (closed, io.StringIO())
    for file in files:
        with pytest.raises(DownloadError, match="open it in binary mode for writing"):
            clip.save(file)


def test_a_store_of_fsspec_gets_the_file(run: Run, clip: VideoGenerationResponse) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    folder = f"night-{run.mode}"
    assert run(clip, "save", f"memory://{folder}/boat.mp4") == Path(f"/{folder}/boat.mp4")
    assert memory.cat(f"/{folder}/boat.mp4") == tiny_mp4()
    with pytest.raises(DownloadError, match="exists already"):
        run(clip, "save", f"memory://{folder}/boat.mp4")
    run(clip, "save", f"memory://{folder}/boat.mp4", overwrite=True)
    assert run(clip, "save", f"memory://{folder}/clips/") == Path(f"/{folder}/clips/job_1_x.mp4")
    with pytest.raises(DownloadError, match="exists already"):
        run(clip, "save", f"memory://{folder}/clips")


def test_a_store_that_is_not_there_is_told(clip: VideoGenerationResponse) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(DownloadError, match="cannot write to nowhere://"):
        clip.save("nowhere://bucket/boat.mp4")


def test_without_fsspec_its_package_is_named(clip: VideoGenerationResponse) -> None:
    program = f"""
import sys
sys.modules["fsspec"] = None
from tarash.tarash_gateway import *
try:
    VideoGenerationResponse.model_validate_json({clip.model_dump_json()!r}).save("s3://bucket/boat.mp4")
except ValidationError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("saving to s3:// needs fsspec; install it and the package of the store")


def test_looking_at_a_response_loads_no_browser() -> None:
    program = (
        "from tarash.tarash_gateway import VideoGenerationResponse as R; repr(R(video='x')); "
        "import sys; assert not {'webbrowser', 'fsspec', 'IPython'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
