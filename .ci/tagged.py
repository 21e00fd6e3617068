"""Says which distribution a tag releases: `python .ci/tagged.py tarash-gateway-fal-v1.2.0`.

Prints its name and its folder as `key=value` lines. Refuses a tag that names no distribution of this checkout, another version
than its pyproject.toml, or a version without a section in its changelog.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"(?P<distribution>tarash-gateway(?:-[a-z0-9]+)*)-v(?P<version>\d.*)")


def distributions(root: Path) -> dict[str, Path]:
    """The folder of every distribution of the checkout, by name."""
    projects = [root / "core" / "pyproject.toml", *sorted(root.glob("plugins/*/pyproject.toml"))]
    return {
        tomllib.loads(path.read_text("utf-8"))["project"]["name"]: path.parent.relative_to(root)
        for path in projects
    }


def read_tag(tag: str, root: Path) -> tuple[str, Path]:
    """The distribution and the folder that `tag` names; exits with the reason if it must not be published."""
    match = TAG.fullmatch(tag)
    folders = distributions(root)
    if match is None or match["distribution"] not in folders:
        sys.exit(
            f"tag {tag!r} names no distribution; use <distribution>-v<version> with one of: {', '.join(folders)}"
        )
    distribution, version = match["distribution"], match["version"]
    folder = folders[distribution]
    declared = tomllib.loads((root / folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if version != declared:
        sys.exit(
            f"tag {tag!r} does not match version {declared} in {folder}/pyproject.toml; change one of them"
        )
    changelog = (root / folder / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(version)}(?: |$)", changelog, re.MULTILINE):
        sys.exit(
            f"{folder}/CHANGELOG.md has no section '## {version}'; rename 'Unreleased' and add the date first"
        )
    return distribution, folder


def main() -> None:
    """Read the tag from the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: tagged.py TAG")
    distribution, folder = read_tag(sys.argv[1], ROOT)
    sys.stdout.write(f"distribution={distribution}\nfolder={folder.as_posix()}\n")


if __name__ == "__main__":
    main()
