"""Owns how one call is executed three ways: blocking, under asyncio and under trio."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import anyio

Mode = Literal["sync", "asyncio", "trio"]
MODES: tuple[Mode, ...] = ("sync", "asyncio", "trio")


@dataclass(frozen=True)
class Run:
    """Call `target.method(...)`, or `target.method_async(...)` in an event loop of its own.

    `run(gateway, "generate_video", config, request)` is `gateway.generate_video(config, request)` in
    mode "sync" and `await gateway.generate_video_async(config, request)` otherwise. A module is a target too.
    """

    mode: Mode

    def __call__(self, target: object, method: str, /, *args: Any, **kwargs: Any) -> Any:
        if self.mode == "sync":
            return getattr(target, method)(*args, **kwargs)
        call = partial(getattr(target, f"{method}_async"), *args, **kwargs)
        return anyio.run(call, backend=self.mode)
