"""Owns how the documentation is built: Sphinx with MyST Markdown; a warning is an error."""

from __future__ import annotations

project = "Tarash Gateway"
author = "The Tarash Gateway authors"
copyright = "2026, The Tarash Gateway authors"

extensions = ["myst_parser"]
exclude_patterns = ["_build", "reference_generator"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Tarash Gateway"
html_copy_source = False
