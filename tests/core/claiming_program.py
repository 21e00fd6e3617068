"""Owns a program that claims a job of a journal, says whether it could, and holds it until it is killed.

Arguments: the journal's folder, the job's id.
"""

from __future__ import annotations

import sys
import time

from tarash.tarash_gateway import JournalFolder

print(JournalFolder(sys.argv[1]).claim(sys.argv[2]), flush=True)  # noqa: T201 - it is a program
time.sleep(600)
