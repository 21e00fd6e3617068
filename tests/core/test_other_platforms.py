"""What differs on Windows and macOS, as far as it can be seen elsewhere: folders, and the form of paths and of `file:` URLs."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

from tarash.tarash_gateway.media.delivering import ends_as_folder
from tarash.tarash_gateway.media.file_urls import path_text
from tarash.tarash_gateway.media.permissions import is_elsewhere
from tarash.tarash_gateway.media.platform_folders import FolderKind, own_folder, user_folder


@pytest.mark.parametrize(
    ("path", "url"),
    [
        (r"C:\Users\Zoë\a clip#1.mp4", "file:///C:/Users/Zo%C3%AB/a%20clip%231.mp4"),
        (r"d:\100 %\夜.mp4", "file:///d:/100%20%25/%E5%A4%9C.mp4"),
        (r"\\nas\share\clip.mp4", "file://nas/share/clip.mp4"),
        (r"\\nas.local\c$\a b.png", "file://nas.local/c%24/a%20b.png"),
    ],
)
def test_a_url_that_windows_writes_leads_back_to_its_file(path: str, url: str) -> None:
    assert PureWindowsPath(path_text(url, platform="win32")) == PureWindowsPath(path)


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


FOLDERS: list[tuple[str, FolderKind, str]] = [
    ("linux", "config", ".config"),
    ("linux", "state", ".local/state"),
    ("linux", "cache", ".cache"),
    ("darwin", "config", "Library/Application Support"),
    ("darwin", "state", "Library/Application Support"),
    ("darwin", "cache", "Library/Caches"),
    ("win32", "config", "AppData/Local"),
    ("win32", "state", "AppData/Local"),
    ("win32", "cache", "AppData/Local"),
]


@pytest.mark.parametrize(("platform", "kind", "usual"), FOLDERS)
def test_the_platform_says_where_the_files_of_a_user_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, kind: FolderKind, usual: str
) -> None:
    # on Windows, `Path.home` reads the latter
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert own_folder(kind, platform=platform) == tmp_path / usual


@pytest.mark.parametrize(
    ("platform", "follows"), [("linux", "xdg"), ("darwin", "Library/Caches"), ("win32", "local")]
)
def test_a_variable_of_another_platform_says_nothing(tmp_path: Path, platform: str, follows: str) -> None:
    given = {"LOCALAPPDATA": str(tmp_path / "local"), "XDG_CACHE_HOME": str(tmp_path / "xdg")}
    assert user_folder("cache", {**given, "HOME": str(tmp_path)}, platform=platform) == tmp_path / follows


def test_windows_without_its_variable_is_not_led_to_the_home_of_another_shell() -> None:
    assert user_folder("state", {"HOME": "/c/Users/me"}, platform="win32") is None
