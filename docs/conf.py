"""Owns how the documentation is built: Sphinx with MyST Markdown; a warning is an error."""

from __future__ import annotations

from pathlib import Path

project = "Tarash Gateway"
author = "The Tarash Gateway authors"
copyright = "2026, The Tarash Gateway authors"

extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = ["_build", "picture_maker", "reference_generator", "catalogue_check"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "Tarash Gateway"
html_copy_source = False
html_show_search_summary = (
    False  # the pages are also read from disk, where a browser cannot fetch them for it
)
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(Path(__file__).with_name("search_scorer.js"))

copybutton_exclude = ".linenos, .gp, .go"
