"""Owns how the providers' official clients for Node.js are run against a simulator: one module of JavaScript, which prints JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "node"
INSTALL_SECONDS = 300
RUN_SECONDS = 45


def installed(package: str, version: str) -> Path:
    """Return a folder with the package, which is downloaded once; without Node.js or a registry, the test is skipped."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    folder = CACHE / f"{package.strip('@').replace('/', '-')}-{version}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        command = [
            npm,
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--no-save",
            f"{package}@{version}",
            "zod@4",
        ]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
        if done.returncode != 0:
            pytest.skip(f"npm cannot install {package}: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return folder


def run(folder: Path, module: str, **given: object) -> dict[str, object]:
    """Run a module that ends with `tell(value)`, and return what it tells; `given` has what was passed on.

    An exception of the module is told, too, as `{"error": its message}`.
    """
    prelude = "const given = JSON.parse(process.env.GIVEN);\nconst tell = (value) => console.log(JSON.stringify(value));\n"
    caught = f"try {{\n{module}\n}} catch (error) {{ tell({{ error: String(error.message) }}); }}\n"
    imports = "".join(f"{line}\n" for line in module.splitlines() if line.startswith("import "))
    body = "".join(f"{line}\n" for line in caught.splitlines() if not line.startswith("import "))
    done = subprocess.run(
        [shutil.which("node") or "node", "--input-type=module", "--eval", imports + prelude + body],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "GIVEN": json.dumps(given)},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(told, dict)
    return told
