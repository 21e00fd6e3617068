"""The providers and extensions of this process, and how they are found."""

from __future__ import annotations

from .entry_points import COMMAND_GROUP, EXTENSION_GROUP, PROVIDER_GROUP, EntryPoint, installed_entry_points
from .provider import FoundModel, InstalledProvider, Provider
from .registry import Registry, process_registry

__all__ = [
    "COMMAND_GROUP", "EXTENSION_GROUP", "PROVIDER_GROUP", "EntryPoint", "FoundModel", "InstalledProvider", "Provider", "Registry",
    "installed_entry_points", "process_registry",
]  # fmt: skip
