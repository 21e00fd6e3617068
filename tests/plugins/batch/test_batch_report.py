"""The report shows outputs, costs and failures, and takes whatever a row or a provider said for text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page

from chromium import needs_chromium, opened_page
from plugins.batch.simulators_with_clips import clip
from tarash.tarash_gateway.mock.sample_media import sample_image
from tarash.tarash_gateway.models import Adjustment, AttemptMetadata
from tarash_gateway_batch import BatchProgress, OutputFile, Rejection, RowResult
from tarash_gateway_batch.media_facts import read_media
from tarash_gateway_batch.report import report_bytes, write_report

EVIL = "</script><script>document.title = 'broken'</script><img src=x onerror=\"document.title='broken'\">&amp;\x00\u202e"


def evil_result(line: int, folder: Path) -> RowResult:
    """Every text of it is hostile, the name of its file included, which exists."""
    name = "javascript:alert('a') %2F\"><script>#?.mp4"
    (folder / name).write_bytes(sample_image(width=160, height=90, colour_seed=1))
    return RowResult(
        batch=EVIL,
        key=EVIL,
        line=line,
        state="bad_media",
        prompt=EVIL,
        provider=EVIL,
        model=EVIL,
        request_id=EVIL,
        error_code=EVIL,
        error_message=EVIL,
        warnings=(EVIL,),
        files=(
            OutputFile(
                path=str(folder / name),
                poster=str(folder / name),
                sha256="0",
                size_bytes=1,
                kind="video",
                problems=(EVIL,),
            ),
        ),
        attempts=(AttemptMetadata(provider=EVIL, model=EVIL, request_id=EVIL, error_message=EVIL),),
        adjustments=(Adjustment(field=EVIL, requested=EVIL, used=EVIL, reason=EVIL),),
        rejections=(Rejection(provider=EVIL, model=EVIL, link=0, next_link=0, problems=(EVIL,)),),
    )


def attempt(provider: str, cost_usd: float, **changes: object) -> AttemptMetadata:
    fields = {"provider": provider, "model": "m", "status": "success", "billed": "yes", "cost_usd": cost_usd}
    return AttemptMetadata.model_validate({**fields, **changes})


def results_in(folder: Path) -> list[RowResult]:
    """Write outputs into a folder, and return a row of each kind."""
    video, poster, image = folder / "a b" / "1.mp4", folder / "a b" / "posters" / "1.jpg", folder / "2.png"
    poster.parent.mkdir(parents=True)
    video.write_bytes(clip(2.0, 320, 180))
    media = read_media(video, "video", poster)
    image.write_bytes(sample_image(width=160, height=90, colour_seed=1))
    made = [
        OutputFile(
            path=str(video), poster=str(poster), media=media, sha256="0" * 64, size_bytes=9, kind="video"
        ),
        OutputFile(path=str(image), sha256="1" * 64, size_bytes=9, kind="image"),
    ]
    return [
        RowResult(
            batch="boats", key="1", line=2, state="completed", prompt="a paper boat", provider="kling", model="m",
            files=(made[0],), attempts=(attempt("fal", 0.0, status="failed", billed="no"), attempt("kling", 0.42)),
            total_cost_usd=0.42, elapsed_seconds=60.0,
        ),
        RowResult(
            batch="boats", key="2", line=3, state="completed", prompt="a kite", provider="fal", model="m", files=(made[1],),
            attempts=(attempt("fal", 1.0),), total_cost_usd=1.0, elapsed_seconds=20.0,
        ),
        RowResult(
            batch="boats", key="3", line=4, state="failed", prompt="a whale", provider="fal", model="m", error_code="timeout",
            error_message="not finished by the deadline", attempts=(attempt("fal", 1.0, status="failed", billed="unknown"),),
            total_cost_usd=1.0, is_cost_certain=False,
        ),
    ]  # fmt: skip


def written(folder: Path, *results: RowResult, budget_usd: float | None = 50.0) -> Path:
    found = [*results_in(folder), *results]
    counts: Counter[str] = Counter(result.state for result in found)
    counts["waiting"] = 2
    return Path(write_report("boats", found, BatchProgress(counts, 2.42, budget_usd), folder))


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_everything_from_a_row_or_a_provider_is_text(tmp_path: Path) -> None:
    content = report_bytes(
        EVIL, [evil_result(1, tmp_path)], BatchProgress({"bad_media": 1}, 0, None), str(tmp_path)
    )
    page = Elements(content.decode())
    (script,) = page.all("script")
    assert script == {}
    assert page.all("img") == []
    assert all(not name.startswith("on") for _, attributes in page.found for name in attributes)
    # the prompt, and each of its other uses
    assert page.text.count("document.title = 'broken'") >= 12
    (video,) = page.all("video")
    expected = "./javascript%3Aalert%28%27a%27%29%20%252F%22%3E%3Cscript%3E%23%3F.mp4"
    assert (video["src"], video["poster"]) == (expected, expected)


def test_links_are_relative_to_the_report(tmp_path: Path) -> None:
    page = Elements(written(tmp_path / "videos").read_text("utf-8"))
    (video,) = page.all("video")
    assert (video["src"], video["poster"], video["preload"]) == (
        "./a%20b/1.mp4",
        "./a%20b/posters/1.jpg",
        "none",
    )
    assert [image["src"] for image in page.all("img")] == ["./2.png"]
    assert str(tmp_path) not in "".join(str(value) for _, found in page.found for value in found.values())


def test_a_store_has_links_too() -> None:
    file = OutputFile(path="s3://clips/night/a b.png", sha256="0", size_bytes=1, kind="image")
    elsewhere = OutputFile(path="s3://other/c.png", sha256="0", size_bytes=1, kind="image")
    rows = [
        RowResult(batch="boats", key=str(line), line=line, state="completed", prompt="a boat", files=(one,))
        for line, one in enumerate((file, elsewhere))
    ]
    content = report_bytes("boats", rows, BatchProgress({"completed": 2}, 0, None), "s3://clips/night")
    page = Elements(content.decode())
    assert [image["src"] for image in page.all("img")] == ["./a%20b.png"]
    assert "s3://other/c.png" in page.text


def test_costs_and_failures_are_added_up(tmp_path: Path) -> None:
    text = " ".join(Elements(written(tmp_path).read_text("utf-8")).text.split())
    assert "5 rows, 2 of them not generated yet" in text
    assert "Completed2 of 540 % Spent$2.42of $50.00".replace(" ", "") in text.replace(" ", "")
    # of fal: one that succeeded, one that may be billed, and one that certainly is not
    assert "fal/m31$2.00" in text
    assert "kling/m11$0.42" in text
    assert "timeoutnot finished by the deadline1" in text
    assert "at most $1.00" in text


def test_an_empty_batch_has_a_report(tmp_path: Path) -> None:
    content = report_bytes("boats", [], BatchProgress({}, 0.0, 0.0), str(tmp_path))
    assert "0 rows" in Elements(content.decode()).text


@pytest.fixture(scope="module", name="page")
def _page() -> Iterator[Page]:
    with opened_page() as page:
        yield page


@needs_chromium
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_shows_it_from_disk_and_filters_it(page: Page, tmp_path: Path, width: int) -> None:
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(message.text)

    def asked(url: str) -> None:
        if not url.startswith("file:"):
            wrong.append(url)

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked(request.url))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(written(tmp_path, evil_result(9, tmp_path)).as_uri())
    cards = page.locator(".card:visible")
    assert page.title() == "boats: batch report"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") == 160
    assert cards.count() == 4

    page.get_by_role("button", name="failed 1").click()
    assert cards.count() == 1
    assert "a whale" in cards.inner_text()
    page.get_by_role("button", name="completed 2").click()
    assert cards.count() == 3
    page.get_by_label("Provider").select_option("kling")
    assert cards.count() == 1
    page.get_by_label("Search").fill("no such row")
    assert cards.count() == 0
    assert page.get_by_text("No row matches.").is_visible()
    page.get_by_label("Search").fill("boat PAPER")
    assert cards.count() == 1
    assert page.get_by_text("1 of 4 shown").is_visible()

    page.get_by_role("button", name="Play").first.click()
    video = page.locator("video").first
    video.evaluate(
        "video => new Promise(seen => { video.ontimeupdate = () => video.currentTime > 0 && seen() })"
    )
    assert video.evaluate("video => [video.videoWidth, video.controls]") == [320, True]
    assert page.title() == "boats: batch report"
    assert wrong == []
