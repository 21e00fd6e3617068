"""What differs on Windows, as far as it can be seen elsewhere: the form of paths and of `file:` URLs."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from tarash.tarash_gateway.media.delivering import ends_as_folder
from tarash.tarash_gateway.media.file_urls import path_text
from tarash.tarash_gateway.media.permissions import is_elsewhere


@pytest.mark.parametrize(
    "path",
    [r"C:\Users\Zoë\a clip#1.mp4", r"d:\100 %\夜.mp4", r"\\nas\share\clip.mp4", r"\\nas.local\c$\a b.png"],
)
def test_a_url_that_windows_writes_leads_back_to_its_file(path: str) -> None:
    stored = PureWindowsPath(path)
    assert PureWindowsPath(path_text(stored.as_uri(), platform="win32")) == stored


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file://localhost/C:/clip.mp4", r"C:\clip.mp4"),
        ("file:/C:/clip.mp4", r"C:\clip.mp4"),
        ("file://C:/clip.mp4", r"C:\clip.mp4"),
        ("FILE:///c:/clip.mp4", r"c:\clip.mp4"),
        ("file://~/clip.mp4", r"~\clip.mp4"),
        ("file:///clip.mp4", r"\clip.mp4"),
    ],
)
def test_other_forms_of_a_url_are_read_on_windows(url: str, path: str) -> None:
    assert PureWindowsPath(path_text(url, platform="win32")) == PureWindowsPath(path)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_elsewhere_a_path_is_taken_as_it_stands(platform: str) -> None:
    assert path_text("file:///C:/clip%201.mp4", platform=platform) == "/C:/clip 1.mp4"


@pytest.mark.parametrize(
    ("path", "elsewhere"),
    [
        (r"\\evil.example\share\a.png", True),
        ("//evil.example/share/a.png", True),
        (r"\\?\UNC\evil.example\share\a.png", True),
        (r"\\.\pipe\a", True),
        (r"\\NAS\Uploads\a.png", False),
        (r"\\nas\uploads\..\a.png", False),
        (r"C:\a.png", False),
        ("a.png", False),
    ],
)
def test_a_path_of_a_strangers_machine_is_known_without_asking_it(path: str, elsewhere: bool) -> None:
    assert is_elsewhere(PureWindowsPath(path), PureWindowsPath(r"\\nas\uploads\pictures")) is elsewhere
    assert is_elsewhere(PureWindowsPath(path), PureWindowsPath("C:/uploads")) is (
        elsewhere or path[:1] == "\\"
    )


@pytest.mark.parametrize(
    ("text", "windows", "linux"), [("clips/", True, True), ("clips\\", True, False), ("clips", False, False)]
)
def test_a_folder_ends_with_the_slash_of_the_system(text: str, windows: bool, linux: bool) -> None:
    assert ends_as_folder(text, separator="\\") is windows
    assert ends_as_folder(text, separator="/") is linux
