"""Owns a program that reads a saved job from standard input, waits for it, and prints the ledger.

Keys come from the environment, as they would in a worker of its own. Arguments: the configuration as JSON, without keys, which names
the servers that may see them; a folder for the journal, or none.
"""

from __future__ import annotations

import sys

from tarash.tarash_gateway import Gateway, Job, JournalFolder, VideoGenerationConfig

config = VideoGenerationConfig.model_validate_json(sys.argv[1])
with Gateway(journal=JournalFolder(sys.argv[2]) if len(sys.argv) > 2 else None) as gateway:
    response = gateway.resume(Job.from_json(sys.stdin.read()), config=config)
print(response.execution_metadata.model_dump_json())  # noqa: T201 - it is a program
