"""The examples and exit codes at the end of each command's help."""

from __future__ import annotations

from tarash.tarash_gateway.cli.examples import examples

_EXIT_CODES = (
    "\n\nExit codes: 0 if every row is completed; otherwise, the first that applies: 130 after Ctrl-C, 7 if the submission of a failed "
    "row is unknown, 9 if a result could not be stored, 5 if a row failed or an output failed its checks, 2 if rows are over the "
    "budget or cancelled, or if an argument is wrong."
)
RUN = (
    examples(
        "tarash batch run prompts.csv --out videos --plan",
        "tarash batch run prompts.csv --out rehearsal --model fal/fal-ai/veo3.1 --mock",
        "tarash batch run prompts.csv --out videos --model fal/fal-ai/veo3.1 --budget 50",
        'tarash batch run people.csv --template "{name} waves from a boat" --concurrency fal=20 --rate fal=60/min',
    )
    + _EXIT_CODES
)
RESUME = examples("tarash batch resume prompts", "tarash batch resume prompts --budget 80") + _EXIT_CODES
RETRY = examples("tarash batch retry prompts", "tarash batch retry prompts --cancelled --json") + _EXIT_CODES
WORKER = examples(
    "tarash batch worker --database postgresql://tarash@db/batches --worker-id a",
    "tarash batch worker --database postgresql://tarash@db/batches --provider fal --until-idle",
)
CANCEL = examples("tarash batch cancel prompts", "tarash batch cancel prompts --json")
STATUS = examples("tarash batch status prompts", "tarash batch status prompts --json")
LIST = examples("tarash batch list", "tarash batch list --database batches.sqlite --json")
REPORT = examples("tarash batch report prompts", "tarash batch report prompts --json")

__all__ = ["CANCEL", "LIST", "REPORT", "RESUME", "RETRY", "RUN", "STATUS", "WORKER"]
