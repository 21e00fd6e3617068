"""The built documentation, as a reader sees it: in headless Chromium, from disk, without a network.

One browser visits every page once. It is skipped where there is no Chromium (`apt-get install chromium`, or `CHROMIUM=/path/to/it`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page

from chromium import needs_chromium, opened_page

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "_build" / "html"
WIDTHS = (1920, 1280, 390)
LARGEST_PAGE_BYTES = 450_000
TOO_WIDE = """async () => {
    const measure = () => [
        ["the page", document.documentElement],
        ...[...document.querySelectorAll(".table-wrapper")].map((table) => [table.innerText.slice(0, 60), table]),
    ].filter(([, element]) => element.scrollWidth > element.clientWidth + 1).map(([name]) => name);
    const frame = () => new Promise(requestAnimationFrame);
    // the page fits its tables when it hears of the new size, which may be a frame after the size has changed
    return measure().length ? (await frame(), await frame(), measure()) : [];
}"""

pytestmark = [
    needs_chromium,
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module", name="page")
def _page() -> Iterator[Page]:
    # quick if `make docs` has built it: only what changed since then is built again
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "html", "docs", str(SITE)], cwd=ROOT, check=True
    )
    with opened_page() as page:
        yield page


def built_pages() -> list[Path]:
    return sorted(page for page in SITE.rglob("*.html") if "_static" not in page.parts)


@pytest.mark.timeout(300)
def test_every_page_fits_and_reports_no_error_and_loads_nothing_from_elsewhere(page: Page) -> None:
    wrong: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:"))
            else wrong.append(f"{page.url} loads {request.url}")
        ),
    )
    assert len(built_pages()) > 60
    for path in built_pages():
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(path.as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wrong += [
                f"{path.relative_to(SITE)} at {width} px: {name} is too wide"
                for name in page.evaluate(TOO_WIDE)
            ]
    assert wrong == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("fal-ai/veo3.1/image-to-video", "fal: veo > fal-ai/veo3.1/image-to-video"),
        ("kling-v2-6", "Kling AI > kling-v2-6"),
        ("gen4.5", "Runway > gen4.5"),
    ],
)
def test_the_search_finds_a_model_first(page: Page, query: str, first: str) -> None:
    page.goto((SITE / "search.html").as_uri() + f"?q={query}")
    link = page.locator("#search-results li a").first
    link.wait_for()
    assert link.inner_text() == first
    link.click()
    assert page.locator(":target h3, h3:target").first.inner_text().startswith(query)


def test_a_code_block_has_a_copy_button(page: Page) -> None:
    page.goto((SITE / "index.html").as_uri())
    page.locator("div.highlight").first.hover()
    assert page.locator("div.highlight button.copybtn").first.is_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_screen_has_code_and_a_picture(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((SITE / "index.html").as_uri())
    picture = page.locator("article img").first
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    for element in (page.locator("article div.highlight-python").first, picture):
        box = element.bounding_box()
        assert box is not None
        assert box["y"] < 900


def test_no_page_is_too_large_to_read(page: Page) -> None:
    large = {path.name: path.stat().st_size for path in built_pages()}
    assert {name: size for name, size in large.items() if size > LARGEST_PAGE_BYTES} == {}
