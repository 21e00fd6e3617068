"""Packages are read where they were downloaded to, the newest of each; the price map is one file of one of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from catalogue.archives import tarball, wheel
from catalogue_check.facts import KnownPrice
from catalogue_check.packages import PackageMissingError, open_package
from catalogue_check.price_map import read_ends, read_prices


def test_the_newest_archive_of_a_package_is_read(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.1", "1.2"):
        wheel(tmp_path, f"acme_sdk-{version}-py3-none-any.whl", {"acme/types/a.py": f"# {version}"})
    wheel(tmp_path, "acme_sdk_extra-7.0-py3-none-any.whl", {"acme/types/a.py": "# another package"})
    package = open_package(tmp_path, "acme-sdk", lambda path: path.endswith(".py"))
    assert (str(package), package.file("types/a.py")) == ("acme-sdk 1.10.1", "# 1.10.1")


def test_a_tarball_of_npm_is_read_and_only_what_is_wanted(tmp_path: Path) -> None:
    tarball(tmp_path, "fal-ai-client-1.10.1.tgz", {"package/src/a.d.ts": "a", "package/README.md": "b"})
    package = open_package(tmp_path, "fal-ai-client", lambda path: path.endswith(".d.ts"))
    assert package.files == {"package/src/a.d.ts": "a"}


def test_a_package_that_was_not_downloaded_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(PackageMissingError, match="no package acme; run: make clients"):
        open_package(tmp_path / "nowhere", "acme", lambda _: True)


def test_a_file_that_a_package_no_longer_has_is_reported(tmp_path: Path) -> None:
    wheel(tmp_path, "acme-1.0-py3-none-any.whl", {"acme/a.py": ""})
    with pytest.raises(PackageMissingError, match=r"acme 1\.0 has 0 files named …types/b\.py"):
        open_package(tmp_path, "acme", lambda _: True).file("types/b.py")


MAP = {
    "sample_spec": {"mode": "one of: chat, image_generation"},
    "acme/clip": {
        "litellm_provider": "acme", "mode": "video_generation",
        "output_cost_per_second": 0.2, "output_cost_per_second_480p": 0.1, "output_cost_per_second_2k": 0.4,
    },
    "clip": {"litellm_provider": "acme", "mode": "video_generation", "output_cost_per_video_per_second": 0.2},
    "acme/talk": {"litellm_provider": "acme", "mode": "chat", "output_cost_per_image": 9},
    "other/clip": {"litellm_provider": "other", "mode": "video_generation", "output_cost_per_second": 9},
    "high/1024-x-1536/still": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_image": 0.3},
    "still": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_image": 0.001, "output_cost_per_token": 1},
    "acme/paint": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_image": 0.05},
    "acme/low/100-x-200/grid": {"litellm_provider": "acme", "mode": "image_generation", "input_cost_per_pixel": 2e-7},
    "acme/word": {"litellm_provider": "acme", "mode": "image_generation", "output_cost_per_image_token": 3e-5},
    "acme/dots": {"litellm_provider": "acme", "mode": "image_generation", "output_cost_per_pixel": 2e-8, "output_cost_per_image": 1},
}  # fmt: skip


def test_prices_are_read_with_what_they_depend_on() -> None:
    prices = read_prices(json.dumps(MAP), "acme")
    assert prices == {
        # the price without a condition is the last resort, and stands once
        "clip": [
            KnownPrice(usd=0.1, unit="second", when={"resolution": "480p"}),
            KnownPrice(usd=0.4, unit="second", when={"resolution": "2k"}),
            KnownPrice(usd=0.2, unit="second"),
        ],
        # an input of its own costs something else
        "still": [KnownPrice(usd=0.3, unit="image", when={"size": "1024x1536", "quality": "high"})],
        "dots": [KnownPrice(usd=0.020972, unit="megapixel")],
        # where nothing else has a price, the map enters that of the picture as that of an input
        "paint": [KnownPrice(usd=0.05, unit="image")],
        "grid": [KnownPrice(usd=0.004, unit="image", when={"size": "100x200", "quality": "low"})],
        "word": [KnownPrice(usd=3e-5, unit="token")],
    }


def test_a_section_may_name_its_models_with_another_beginning() -> None:
    entry = {"litellm_provider": "acme-video", "mode": "video_generation", "output_cost_per_second": 0.2}
    prices = read_prices(json.dumps({"acme/clip": entry}), "acme-video", "acme")
    assert prices == {"clip": [KnownPrice(usd=0.2, unit="second")]}


def test_the_end_of_a_model_is_read_whatever_its_mode() -> None:
    entries = {
        "acme/clip": {"litellm_provider": "acme", "mode": "chat", "deprecation_date": "2026-12-03"},
        "low/1024-x-1024/shot": {
            "litellm_provider": "acme", "mode": "image_generation", "deprecation_date": "2026-12-01",
        },
        "acme/reel": {"litellm_provider": "acme", "mode": "video_generation"},
        "other/clip": {"litellm_provider": "other", "mode": "chat", "deprecation_date": "2027-01-01"},
    }  # fmt: skip
    assert read_ends(json.dumps(entries), "acme") == {"clip": date(2026, 12, 3), "shot": date(2026, 12, 1)}
