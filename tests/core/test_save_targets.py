"""A wrong target, or an output that there is not, is told in words before anything is fetched; nothing else is replaced."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any, cast

import pytest

from tarash.tarash_gateway import DownloadError, ImageGenerationResponse, ValidationError
from tarash.tarash_gateway.models import ResponseAsset
from tarash.tarash_gateway.testing.simulator import tiny_png


@pytest.fixture
def pictures(tmp_path: Path) -> ImageGenerationResponse:
    """Two pictures that the gateway has stored."""
    (tmp_path / "stored.png").write_bytes(tiny_png())
    asset = ResponseAsset(kind="image", url=(tmp_path / "stored.png").as_uri())
    return ImageGenerationResponse(request_id="boat", image=asset.url, assets=(asset, asset))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("overwrite", [False, True])
def test_no_device_and_no_pipe_is_replaced(
    pictures: ImageGenerationResponse, tmp_path: Path, overwrite: bool
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("pipe.png")
    for name in ("pipe.png", "link.png"):
        with pytest.raises(DownloadError, match="is a device or a pipe; open it"):
            pictures.save(tmp_path / name, overwrite=overwrite)
    assert stat.S_ISFIFO((tmp_path / "pipe.png").lstat().st_mode)
    assert (tmp_path / "link.png").is_symlink()


@pytest.mark.parametrize("switch", ["overwrite", "allow_private_hosts"])
def test_a_text_is_no_switch(pictures: ImageGenerationResponse, tmp_path: Path, switch: str) -> None:
    with pytest.raises(ValidationError, match=f"{switch}='false' is not allowed; use True or False"):
        pictures.save(tmp_path / "a.png", **cast("dict[str, Any]", {switch: "false"}))


@pytest.mark.parametrize("index", [2, -3, "1", None])
def test_an_output_that_there_is_not_is_told(
    pictures: ImageGenerationResponse, tmp_path: Path, index: int
) -> None:
    with pytest.raises(ValidationError, match=f"index={index!r} is not an output; .* has 2"):
        pictures.save(tmp_path / "a.png", index=index)
    with pytest.raises(ValidationError, match="is not an output"):
        pictures.show(index=index)


def test_a_negative_index_names_the_same_file(pictures: ImageGenerationResponse, tmp_path: Path) -> None:
    assert pictures.save(f"{tmp_path}/new/", index=-1).name == "boat-2.png"
    assert pictures.save(f"{tmp_path}/new/", index=-2).name == "boat.png"


@pytest.mark.parametrize("target", [None, 5, b"a.png", ["a.png"]])
def test_what_is_neither_a_path_nor_a_file_is_told(pictures: ImageGenerationResponse, target: Any) -> None:
    what = "None" if target is None else f"an object of type {type(target).__name__}"
    with pytest.raises(ValidationError, match=f"cannot save to {what}; pass a path, such as 'clip.mp4'"):
        pictures.save(target)


def test_an_empty_path_is_not_the_working_directory(pictures: ImageGenerationResponse) -> None:
    with pytest.raises(
        ValidationError, match="cannot save to an empty path; pass a file, or a folder such as"
    ):
        pictures.save("")


@pytest.mark.skipif(os.name == "nt", reason="Windows makes up a home for every name")
def test_the_home_of_an_unknown_user_is_told(pictures: ImageGenerationResponse) -> None:
    with pytest.raises(DownloadError, match=r"cannot write ~nobody-of-that-name/a\.png"):
        pictures.save("~nobody-of-that-name/a.png")


@pytest.mark.parametrize("letter", ["a", "湖", "🌅"])
def test_every_name_that_the_file_system_takes_can_be_saved(
    pictures: ImageGenerationResponse, tmp_path: Path, letter: str
) -> None:
    name = letter * (250 // len(letter.encode()))
    assert pictures.save(tmp_path / f"{name}.png").read_bytes() == tiny_png()


def test_an_async_progress_function_is_not_passed_over(
    pictures: ImageGenerationResponse, tmp_path: Path
) -> None:
    async def watch(_progress: object) -> None:
        """Never runs."""

    with pytest.raises(TypeError, match="on_progress is an async function"):
        asyncio.run(pictures.save_async(tmp_path / "a.png", on_progress=watch))
    assert [path.name for path in tmp_path.iterdir()] == ["stored.png"]
