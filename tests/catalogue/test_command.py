"""The command reads a folder of packages, writes the page and the extracts, and says what to do if a package is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from catalogue.archives import tarball, wheel
from catalogue_check.clients import CLIENTS, PRICE_PACKAGE
from catalogue_check.price_map import MAP

ROOT = Path(__file__).resolve().parents[2]
ENDPOINTS = """
export type Input = { prompt: string; image_url?: string; resolution?: "720p" };
export type Output = { video: File };
export type EndpointTypeMap = {
    "fal-ai/veo3.1": { input: Input; output: Output };
    "fal-ai/next-year": { input: Input; output: Output };
};
"""
PRICES = {
    "fal_ai/fal-ai/veo3.1": {
        "litellm_provider": "fal_ai",
        "mode": "video_generation",
        "output_cost_per_second": 0.4,
    },
    "sora-2": {"litellm_provider": "openai", "mode": "video_generation", "output_cost_per_second": 0.1},
}


def _packages(folder: Path) -> None:
    names = {client.package for clients in CLIENTS.values() for client in clients} - {"fal-ai-client"}
    for name in names:
        wheel(
            folder,
            f"{name.replace('-', '_')}-1.0-py3-none-any.whl",
            {f"{name}/types/nothing_params.py": "import nowhere\n"},
        )
    tarball(folder, "fal-ai-client-1.0.tgz", {"package/src/types/endpoints.d.ts": ENDPOINTS})
    wheel(folder, f"{PRICE_PACKAGE}-1.0-py3-none-any.whl", {MAP: json.dumps(PRICES)})


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT / "docs"), *sys.path]
    return subprocess.run(
        [sys.executable, "-m", "catalogue_check", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONPATH": ":".join(paths), "PYTHONUTF8": "1"},
        check=False,
    )


def test_the_page_and_the_extracts_are_written(tmp_path: Path) -> None:
    _packages(tmp_path)
    page = tmp_path / "page.md"
    done = _run(tmp_path, "--page", page, "--extracts", tmp_path, "--date", "2026-11-27")
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "On 2026-11-27" in text
    assert "fal-ai-client 1.0, litellm 1.0" in text
    assert "**Models they know and we lack** (1): `fal-ai/next-year`." in text
    assert "only we: 1080p, 4k |" in text
    extract = json.loads((tmp_path / "fal_required_fields.json").read_text(encoding="utf-8"))
    assert extract == {
        "source": "fal-ai-client 1.0",
        "read": "2026-11-27",
        "required": {"fal-ai/veo3.1": ["prompt"]},
    }
    prices = json.loads((tmp_path / "prices.json").read_text(encoding="utf-8"))["prices"]
    assert {provider: models for provider, models in prices.items() if models} == {
        "fal": {"fal-ai/veo3.1": [[0.4, "second", {}]]},
        "openai": {"sora-2": [[0.1, "second", {}]]},
    }


def test_the_same_packages_give_the_same_page(tmp_path: Path) -> None:
    _packages(tmp_path)
    first, second = (_run(tmp_path, "--date", "2026-11-27").stdout for _ in range(2))
    assert first
    assert first == second


def test_a_missing_package_is_named_with_what_to_do(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("; run: make clients\n")
