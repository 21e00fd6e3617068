from __future__ import annotations

from simulators.comfyui import ComfyUISimulator
from tarash.tarash_gateway.testing import ProviderSuite


class TestComfyUI(ProviderSuite):
    plugin, simulator = "comfyui", ComfyUISimulator
