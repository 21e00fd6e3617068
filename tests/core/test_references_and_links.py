"""Ids from the reference of a saved job, and when the link to a result ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.plugin import Asset, link_expiry, quoted_id, reference_id, web_url

URL = "https://results.example.org/a.mp4"
SIX = datetime(2026, 11, 27, 6, tzinfo=UTC)
MADE_AT = datetime(2026, 11, 26, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_id_of_a_reference_is_text() -> None:
    assert reference_id({"id": 7}) == "7"
    assert reference_id({"task_id": "a853"}, "task_id") == "a853"


def test_an_edited_id_stays_one_segment_of_a_path() -> None:
    assert quoted_id({"id": "../jobs?x=1#y"}) == "..%2Fjobs%3Fx%3D1%23y"


@pytest.mark.parametrize(
    "job", [{}, {"id": None}, {"id": ""}, {"id": [7]}, {"id": "\ud800"}, {"task_id": "a853"}]
)
def test_a_reference_without_the_id_says_what_to_do(job: dict[str, object]) -> None:
    with pytest.raises(
        ValidationError, match="the job's reference has no id; resume the job as it was saved"
    ):
        reference_id(job)


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Date=20261127T050000Z&X-Amz-Expires=3600&X-Amz-Signature=x",
        "X-Goog-Date=20261127T050000Z&X-Goog-Expires=3600",
        "X-Tos-Algorithm=TOS4&X-Tos-Date=20261127T050000Z&X-Tos-Expires=3600",
        "Expires=1795759200&Signature=x",
        "se=2026-11-27T06%3A00%3A00Z&sig=x",
        "_jwt=eyJhbGciOiJIUzI1NiJ9.eyJidWNrZXQiOiJydW53YXktdGFzay1hcnRpZmFjdHMiLCJleHAiOjE3OTU3NTkyMDB9.c2ln",
    ],
)
def test_a_signature_says_when_the_link_ends(query: str) -> None:
    assert link_expiry(f"{URL}?{query}") == SIX
    assert link_expiry(f"{URL}?{query}", made_at=MADE_AT, lifetime=2 * DAY) == SIX


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://[::1",
        "https://[broken/a.mp4?X-Amz-Date=20261127T050000Z&X-Amz-Expires=3600",
        f"{URL}?X-Amz-Date=soon&X-Amz-Expires=1",
        f"{URL}?X-Amz-Date=20261127T050000Z&X-Amz-Expires=99999999999999",
        f"{URL}?X-Tos-Date=20261127T050000Z&X-Tos-Expires=9{'9' * 400}",
        f"{URL}?Expires=soon",
        f"{URL}?_jwt=x",
        f"{URL}?_jwt=x.%%%.y",
        f"{URL}?_jwt=x.eyJleHAiOg.y",
        f"{URL}?_jwt=x.W11bXVtd.y",
    ],
)
def test_a_link_without_a_readable_signature_ends_as_the_provider_says(url: str) -> None:
    assert link_expiry(url) is None
    assert link_expiry(url, made_at=MADE_AT) is None
    assert link_expiry(url, made_at=MADE_AT, lifetime=DAY) == MADE_AT + DAY


def test_an_end_beyond_the_calendar_is_unknown() -> None:
    assert link_expiry(URL, made_at=datetime.max.replace(tzinfo=UTC), lifetime=DAY) is None


@pytest.mark.parametrize(
    "expires_at", [SIX, SIX.replace(tzinfo=None), SIX.astimezone(timezone(timedelta(hours=9)))]
)
def test_an_output_s_time_without_a_zone_is_in_utc_and_any_other_stays(expires_at: datetime) -> None:
    assert Asset(kind="video", url=URL, expires_at=expires_at).expires_at == SIX


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (URL, URL),
        (f" HTTPS{URL.removeprefix('https')}\n", URL),
        ("https://results.example.org/\x1b[2Ja.mp4", "https://results.example.org/%1B[2Ja.mp4"),
        ("http://results.example.org/\ud83d.mp4", "http://results.example.org/%3F.mp4"),
        ("file:///etc/passwd", None),
        ("fi\nle:/etc/passwd", None),
        ("https:/etc/passwd", None),
        ("data:video/mp4;base64,AAAA", None),
        ("a boat", None),
        ("", None),
    ],
)
def test_a_url_is_read_however_it_is_written(text: str, url: str | None) -> None:
    assert web_url(text) == url
