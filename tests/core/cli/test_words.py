from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from tarash.tarash_gateway import ProgressUpdate, ValidationError
from tarash.tarash_gateway.cli.building import is_loopback
from tarash.tarash_gateway.cli.interruption import Abandonment
from tarash.tarash_gateway.cli.key_values import read_image, read_pairs
from tarash.tarash_gateway.cli.progress import Bars, Lines
from tarash.tarash_gateway.plugin.events import Event


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["steps=30"], {"steps": 30}, id="number"),
        pytest.param(["fast=true", "none=null"], {"fast": True, "none": None}, id="words of JSON"),
        pytest.param(["style=noir", "empty="], {"style": "noir", "empty": ""}, id="texts"),
        pytest.param(['list=[1, "a"]'], {"list": [1, "a"]}, id="list"),
        pytest.param(["a.b=1", "a.c.d=x"], {"a": {"b": 1, "c": {"d": "x"}}}, id="nested"),
        pytest.param(["url=https://x/?a=b"], {"url": "https://x/?a=b"}, id="equals in the value"),
    ],
)
def test_pairs_become_one_object(words: list[str], expected: dict[str, object]) -> None:
    assert read_pairs(words, option="--param") == expected


@pytest.mark.parametrize("word", ["steps", "=1", "a..b=1"])
def test_a_word_that_is_no_pair_is_refused(word: str) -> None:
    with pytest.raises(ValidationError, match="--param"):
        read_pairs([word], option="--param")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("first_frame=a.png", {"type": "first_frame", "image": "a.png"}, id="role"),
        pytest.param("a.png", {"image": "a.png", "type": "auto"}, id="path"),
        pytest.param("https://x/i?sig=1", {"image": "https://x/i?sig=1", "type": "auto"}, id="url"),
        pytest.param(
            "style=https://x/i?a=1", {"type": "style", "image": "https://x/i?a=1"}, id="role and url"
        ),
    ],
)
def test_an_image_may_name_its_role(word: str, expected: dict[str, str]) -> None:
    assert read_image(word) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://[::1]/v1", True),
        ("http://localhost:1", True),
        ("https://10.0.0.1", False),
        ("https://localhost.example.com", False),
        (None, False),
    ],
)
def test_only_this_machine_is_loopback(url: str | None, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("abandonment", "words"),
    [
        (Abandonment(), "no job is known"),
        (Abandonment("fal"), "had not accepted a job"),
        (Abandonment("fal", "r1", "yes"), "cancelled: yes"),
        (Abandonment("fal", "r1", "no"), "may finish and be billed"),
        (Abandonment("fal", "r1", "unconfirmed"), "cancelled: unconfirmed"),
    ],
)
def test_an_interruption_says_what_may_still_be_billed(abandonment: Abandonment, words: str) -> None:
    assert words in abandonment.sentence()


ACCEPTED = Event(
    kind="submitted",
    generation_id="0f3c",
    provider="fal",
    model="m",
    attempt_number=1,
    at=datetime.now(UTC),
    request_id="r1",
)


def updates() -> list[ProgressUpdate]:
    def at(**facts: object) -> ProgressUpdate:
        return ProgressUpdate.model_validate({"provider": "fal", "model": "m", **facts})

    return [
        at(status="queued", queue_position=2),
        at(status="queued", queue_position=2),
        at(status="processing", progress_percent=11),
        at(status="processing", progress_percent=13),
        at(status="processing", progress_percent=50),
        at(status="processing", attempt_number=2),
    ]


def test_plain_lines_tell_every_change_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines() as display:
        for update in updates():
            display.update(update)
    assert capsys.readouterr().err.splitlines() == [
        "attempt 1: fal/m: queued, 2 ahead",
        "attempt 1: fal/m: processing, 11 %",
        "attempt 1: fal/m: processing, 50 %",
        "attempt 2: fal/m: processing",
    ]


def test_a_terminal_gets_a_line_per_attempt_and_a_bar_where_the_percentage_is_known() -> None:
    screen = io.StringIO()
    with Bars(Console(file=screen, force_terminal=True, width=120, color_system=None)) as display:
        display.show_job(ACCEPTED)
        for update in updates():
            display.update(update)
    assert "submitted as job 0f3c (the provider's id: r1)" in screen.getvalue()
    last = screen.getvalue().split("\x1b[1A")[-1]
    assert "attempt 1: fal/m" in last
    assert "━" in last.split("attempt 2")[0]
    assert "processing, 50 %" in last
    assert "━" not in last.split("attempt 2")[1]
