"""Owns the headless Chromium in which tests look at pages, from disk and without a network."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = [
    "--no-sandbox",  # root, as in a container, has none; it opens our own files only
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: install it, or set CHROMIUM"
)


@contextlib.contextmanager
def opened_page() -> Iterator[Page]:
    """Open a page in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        page = browser.new_page()
        # on a busy machine, a large page takes more than ten
        page.set_default_timeout(30_000)
        yield page
        browser.close()
