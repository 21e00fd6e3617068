"""Draws the badges of the README out of what the core's pyproject.toml declares."""

from __future__ import annotations

import tomllib
from html import escape
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "core" / "pyproject.toml"

_CHARACTER, _PADDING, _HEIGHT = 6.6, 8, 20  # pixels of 11 px sans-serif text
_LABEL, _VALUE = "#444c56", "#1f6feb"
_PYTHON = "Programming Language :: Python :: 3."


def badges(project: Path = PROJECT) -> dict[str, str]:
    """Return every badge as SVG text, by the name of its file."""
    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    minors = sorted(
        int(name.removeprefix(_PYTHON)) for name in declared["classifiers"] if name.startswith(_PYTHON)
    )
    facts = {
        "python": f"3.{minors[0]} to 3.{minors[-1]}",
        "licence": declared["license"],
        "typed": "mypy --strict, pyright",
        "dependencies": str(len(declared["dependencies"])),
    }
    return {f"badge-{label}.svg": _badge(label, value) for label, value in facts.items()}


def _badge(label: str, value: str) -> str:
    widths = [round(len(text) * _CHARACTER) + 2 * _PADDING for text in (label, value)]
    width = sum(widths)
    told = f"{escape(label)}: {escape(value)}"
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" aria-label="{told}">',
            f'<clipPath id="r"><rect width="{width}" height="{_HEIGHT}" rx="3"/></clipPath>',
            '<g clip-path="url(#r)">',
            f'<rect width="{widths[0]}" height="{_HEIGHT}" fill="{_LABEL}"/>',
            f'<rect x="{widths[0]}" width="{widths[1]}" height="{_HEIGHT}" fill="{_VALUE}"/>',
            "</g>",
            '<g fill="#fff" text-anchor="middle" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">',
            f'<text x="{widths[0] / 2:g}" y="14">{escape(label)}</text>',
            f'<text x="{widths[0] + widths[1] / 2:g}" y="14">{escape(value)}</text>',
            "</g>",
            "</svg>\n",
        )
    )


__all__ = ["badges"]
