"""Owns the table of the simulators: one class for each provider that has a server."""

from __future__ import annotations

from typing import cast

from simulators.alibaba import AlibabaSimulator
from simulators.bfl import BflSimulator
from simulators.bytedance import ByteDanceSimulator
from simulators.comfyui import ComfyUISimulator
from simulators.fal import FalSimulator
from simulators.google import GoogleSimulator
from simulators.kling import KlingSimulator
from simulators.luma import LumaSimulator
from simulators.minimax import MiniMaxSimulator
from simulators.openai import AzureOpenAISimulator, OpenAISimulator
from simulators.replicate import ReplicateSimulator
from simulators.runway import RunwaySimulator
from simulators.stability import StabilitySimulator
from simulators.xai import XaiSimulator
from tarash.tarash_gateway.testing import ConformingSimulator, Simulator

SIMULATORS: dict[str, type[ConformingSimulator]] = {
    "alibaba": AlibabaSimulator,
    "azure_openai": AzureOpenAISimulator,
    "bfl": BflSimulator,
    "bytedance": ByteDanceSimulator,
    "comfyui": ComfyUISimulator,
    "fal": FalSimulator,
    "google": GoogleSimulator,
    "kling": KlingSimulator,
    "luma": LumaSimulator,
    "minimax": MiniMaxSimulator,
    "openai": OpenAISimulator,
    "replicate": ReplicateSimulator,
    "runway": RunwaySimulator,
    "stability": StabilitySimulator,
    "xai": XaiSimulator,
}
"""Provider id → class of its simulator."""
VIDEO_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.video_model)
IMAGE_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.image_model)
FRAME_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.frame_model)


def running(provider: str) -> Simulator:
    """Return the provider's simulator; use it as a context manager."""
    # every conforming simulator is a Simulator; the mixin only adds to it
    return cast("Simulator", SIMULATORS[provider]())


def provider_of(simulator: Simulator) -> str:
    """Return the id of the provider that a simulator plays; a subclass plays what its nearest base does."""
    providers = {kind: provider for provider, kind in SIMULATORS.items()}
    for kind in type(simulator).__mro__:
        if kind in providers:
            return providers[kind]
    raise LookupError(f"{type(simulator).__name__} is not in SIMULATORS; add it there")


def provider_named_in(words: str) -> str:
    """Return the provider whose id `words` begin with: fal for "fal_errors"."""
    for provider in SIMULATORS:
        if words == provider or words.startswith(f"{provider}_"):
            return provider
    raise LookupError(f"{words!r} begins with no provider of SIMULATORS; name the module after one of them")
