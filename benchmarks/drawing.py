"""Sets up matplotlib for the pictures of the documentation."""

from __future__ import annotations

import matplotlib as mpl


def draw_svg(name: str) -> None:
    """Draw as SVG, in the style of the documentation, and the same file for the same numbers.

    Args:
        name: name of the picture, from which the ids in the file follow.
    """
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = name
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.size"] = 9
    mpl.rcParams["axes.spines.top"] = mpl.rcParams["axes.spines.right"] = False
