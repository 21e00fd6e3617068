"""Owns a program that reads a saved job from standard input, waits for it, and prints the ledger.

Keys come from the environment, as they would in a worker of its own.
"""

from __future__ import annotations

import sys

from tarash.tarash_gateway import Job, resume

response = resume(Job.from_json(sys.stdin.read()))
print(response.execution_metadata.model_dump_json())  # noqa: T201 - it is a program
