"""What people and logs get to see: no key by its name, none by its shape, none that is known, and no media."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tarash.tarash_gateway.media.inputs import Media
from tarash.tarash_gateway.media.redaction import (
    is_secret_name,
    redact,
    redact_text,
    secret_texts,
    without_secrets,
)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("api_key", True),
        ("Authorization", True),
        ("X-API-Key", True),
        ("x-key", True),
        ("apiKey", True),
        ("access_token", True),
        ("client_secret", True),
        ("aws_secret_access_key", True),
        ("password", True),
        ("Set-Cookie", True),
        ("key", True),
        ("prompt", False),
        ("keyframes", False),
        ("monkey", False),
        ("max_tokens", False),
        ("token_count", False),
        ("keywords", False),
    ],
)
def test_a_name_tells_a_secret(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invalid key sk-abcdefghijklmnop1234 given", "invalid key *** given"),
        ("header 'Authorization: Bearer abc.def-ghi_123'", "header 'Authorization: ***'"),
        ("https://x.example/a?X-Amz-Signature=abc123&w=1", "https://x.example/a?X-Amz-Signature=***&w=1"),
        ("https://x.example/a?token=abc&Expires=12", "https://x.example/a?token=***&Expires=***"),
        ("https://me:hunter2@x.example:8443/v1 is down", "https://***@x.example:8443/v1 is down"),
        ("https://x.example/a@b", "https://x.example/a@b"),
        ("r8_abcdefghijklmnopqrst", "***"),
        ("bfl_abcdefghijklmnopqrst", "***"),
        ("a scene with a skateboard", "a scene with a skateboard"),
        ("key frame 12 of the token economy", "key frame 12 of the token economy"),
    ],
)
def test_texts_lose_what_looks_like_a_key(text: str, shown: str) -> None:
    assert redact_text(text) == shown


def test_texts_lose_the_secrets_that_are_known_unless_they_are_ordinary_words() -> None:
    assert redact_text("the key hunter2222 and the word cat", secrets=["hunter2222", "cat"]) == (
        "the key *** and the word cat"
    )


@pytest.mark.parametrize(
    "part", ["?", "&", "?a", "a", "key", "?key-", "://", "://a", "data:", "data:a/b;", "sk-", "."]
)
def test_no_answer_makes_the_search_slow(part: str) -> None:
    """A search that is quadratic in the length of the answer would take hours for this."""
    assert redact_text(part * (1_000_000 // len(part)))


def test_texts_lose_media() -> None:
    assert (
        redact_text("see data:image/png;base64,iVBORw0KGgo= there")
        == "see <inline image/png, 34 characters> there"
    )
    assert redact_text("A" * 600) == "<600 characters of base64>"
    assert redact_text("A" * 100) == "A" * 100


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("https://cdn.example/a.png?X-Amz-Signature=feed&x=1", "https://cdn.example/a.png?…"),
        ("https://ann:pass@cdn.example/a@2x.png", "https://cdn.example/a@2x.png"),
        ("gs://films/a.png", "gs://films/a.png"),
    ],
)
def test_an_input_is_shown_without_what_signs_its_url(url: str, shown: str) -> None:
    assert Media(url=url).summary() == shown


def test_what_is_no_json_is_shown_as_text_without_secrets() -> None:
    odd = {"file": PurePosixPath("/tmp/hunter2222/a"), "when": {"hunter2222"}, b"hunter2222": 1}  # noqa: S108 - only shown
    assert redact(odd, secrets=["hunter2222"]) == {"file": "/tmp/***/a", "when": ["***"], "b'***'": 1}  # noqa: S108 - only shown


def test_what_contains_itself_is_cut() -> None:
    endless: dict[str, object] = {"password": "hunter2"}
    endless["self"] = endless
    shown = repr(redact(endless))
    assert "hunter2" not in shown
    assert shown.count("self") < 200


def test_a_number_under_the_name_of_a_secret_is_none() -> None:
    value = {"token": 512, "key": {"frame": 3}, "password": ["hunter2"], "secret": "x"}
    assert redact(value) == {"token": 512, "key": {"frame": 3}, "password": "***", "secret": "***"}


def test_values_are_masked_at_any_depth_and_keep_their_shape() -> None:
    value = {
        "api_key": "short",
        "nested": [
            {"Authorization": "Key x"},
            ("a", b"1234"),
            {"image": Media(content=b"12345", content_type="image/png")},
        ],
        "url": Media(url="https://x.example/a.png"),
        "count": 3,
        "flag": True,
        "none": None,
        "empty_key": "",
        "token": None,
    }
    assert redact(value) == {
        "api_key": "***",
        "nested": [{"Authorization": "***"}, ["a", "<4 bytes>"], {"image": "<image/png, 5 bytes>"}],
        "url": "https://x.example/a.png",
        "count": 3,
        "flag": True,
        "none": None,
        "empty_key": "",
        "token": None,
    }
    assert value["api_key"] == "short", "what was handed in stays as it is"


def test_secrets_are_collected_and_left_out_by_their_names() -> None:
    settings = {
        "webhook_secret": "whsec_1",
        "priority": "low",
        "proxy": {"password": "hush", "port": 8080},
        "tags": ["a"],
    }
    assert secret_texts(settings) == ("whsec_1", "hush")
    assert without_secrets(settings) == {"priority": "low", "proxy": {"port": 8080}, "tags": ["a"]}


@pytest.mark.parametrize(
    "settings",
    [
        {"api_keys": ["first-secret-value", "second"]},
        {"servers": [{"region": "eu", "api_key": "first-secret-value"}]},
        {"proxy": {"secrets": ("first-secret-value",)}},
    ],
    ids=["list-of-keys", "key-in-a-list", "nested"],
)
def test_secrets_in_lists_are_found_too(settings: dict[str, object]) -> None:
    assert "first-secret-value" not in repr(without_secrets(settings))
    assert "first-secret-value" not in repr(redact(settings))
    assert "first-secret-value" in secret_texts(settings)
