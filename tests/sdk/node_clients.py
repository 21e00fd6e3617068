"""Owns how the providers' official clients for Node.js are run against a simulator: one module of JavaScript, which prints JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "node"
INSTALL_SECONDS = 50
RUN_SECONDS = 45


def installed(package: str, version: str) -> Path:
    """Return a folder with the package, which is downloaded once; without Node.js or a registry, the test is skipped."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    folder = CACHE / f"{package.strip('@').replace('/', '-')}-{version}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # apart, and moved when it is whole: another worker may install the same package
        apart = Path(tempfile.mkdtemp(dir=CACHE, prefix="installing-"))
        _install(apart, package, version)
        try:
            apart.rename(folder)
        except OSError:
            shutil.rmtree(apart)
    return folder


def _install(folder: Path, package: str, version: str) -> None:
    (folder / "package.json").write_text('{"private": true}')
    npm = [shutil.which("npm") or "npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save"]
    try:
        subprocess.run(
            [*npm, f"{package}@{version}", "zod@4"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=INSTALL_SECONDS,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(folder)
        pytest.skip(f"npm cannot install {package}: {str(error.stderr or error).strip()[-200:]}")


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
