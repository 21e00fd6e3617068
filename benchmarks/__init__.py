"""Measures what the gateway costs, compared with a handwritten httpx loop that makes the same exchanges."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# the simulators of the providers live with the tests
sys.path.append(str(ROOT / "tests"))
