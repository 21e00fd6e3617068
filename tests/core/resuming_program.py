"""Owns a program that reads a saved job from standard input, waits for it, and prints the ledger.

Keys come from the environment, as they would in a worker of its own. Argument: the configuration as JSON, without keys; it names
the servers that may see them.
"""

from __future__ import annotations

import sys

from tarash.tarash_gateway import Job, VideoGenerationConfig, resume

response = resume(
    Job.from_json(sys.stdin.read()), config=VideoGenerationConfig.model_validate_json(sys.argv[1])
)
print(response.execution_metadata.model_dump_json())  # noqa: T201 - it is a program
