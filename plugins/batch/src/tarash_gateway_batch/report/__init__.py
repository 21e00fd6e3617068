"""The report of a batch: one HTML file with a gallery, the costs and the failures, which opens from disk without a network."""

from __future__ import annotations

from .page import NAME, report_bytes
from .writing import write_report

__all__ = ["NAME", "report_bytes", "write_report"]
