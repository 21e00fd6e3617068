"""The examples at the end of each `--help`; a test parses every one."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """Return the end of a help page: one command a line."""
    # Typer joins single lines and keeps paragraphs
    return "\n\n".join(("Examples:", *commands))


VIDEO = examples(
    'tarash video "a paper boat in the rain" -o boat.mp4',
    'tarash video "a paper boat" -m fal/fal-ai/veo3.1 -d 8 -f replicate/google/veo-3.1-fast --max-cost 5',
)
IMAGE = examples(
    'tarash image "a paper boat" -o boat.png',
    'tarash image "a paper boat" -m openai/gpt-image-2 --size 1024x1024 -n 2 -o boats/',
)
GENERATE_VIDEO = examples(
    'tarash generate video "a paper boat in the rain" -o boat.mp4 --open',
    'tarash generate video "a paper boat" -p fal -m fal-ai/veo3.1 --duration 8 --fallback replicate/google/veo-3.1-fast',
    'tarash generate video "the boat sails away" -p runway -m gen4_turbo --image boat.png',
    "tarash generate video - --mock < prompt.txt",
)
GENERATE_IMAGE = examples(
    'tarash generate image "a paper boat" -o boat.png',
    'tarash generate image "a paper boat" -p openai -m gpt-image-2 --size 1024x1024 -n 2 -o boats/',
)
PLAN_VIDEO = examples('tarash plan video "a paper boat" -p fal -m fal-ai/veo3.1 --duration 8')
PLAN_IMAGE = examples('tarash plan image "a paper boat" -p stability -m ultra --aspect-ratio 16:9')
PROVIDERS = examples("tarash providers", "tarash providers --available")
MODELS = examples(
    "tarash models fal",
    "tarash models --search veo",
    "tarash models --can image-to-video --max-cost 1 --sort cost",
)
DOCTOR = examples("tarash doctor", "tarash doctor fal --reachability")
JOBS_LIST = examples("tarash jobs list", "tarash jobs list --all --json")
JOBS_SHOW = examples("tarash jobs show 0f3c")
JOBS_RESUME = examples("tarash jobs resume 0f3c -o boat.mp4")
JOBS_CANCEL = examples("tarash jobs cancel 0f3c")
JOBS_FORGET = examples("tarash jobs forget 0f3c")
PLUGIN_NEW = examples('tarash plugin new acme --title "Acme Motion"', "tarash plugin new acme --image --sync")
KEYS_SET = examples(
    "tarash keys set fal",
    "tarash keys set fal --account studio < key.txt",
    "tarash keys set kling --part access_key",
)
KEYS_LIST = examples("tarash keys list", "tarash keys list fal --account studio --json")
KEYS_REMOVE = examples("tarash keys remove fal", "tarash keys remove fal --account studio")
KEYS_PATH = examples("tarash keys path")
CONFIG_SET = examples(
    "tarash config set video-model fal/fal-ai/veo3.1", "tarash config set image-model openai/gpt-image-2"
)
CONFIG_GET = examples("tarash config get video-model")
CONFIG_LIST = examples("tarash config list")
CONFIG_UNSET = examples("tarash config unset video-model")
COMPARE = examples(
    'tarash compare "a paper boat" -m fal/fal-ai/veo3.1 -m kling/kling-v2-6 -d 5 --plan',
    'tarash compare "a paper boat" -m fal/fal-ai/veo3.1 -m runway/gen4.5 --max-cost 5 -o boats/',
    'tarash compare "a paper boat" --modality image -m openai/gpt-image-2 -m stability/ultra --yes',
)
