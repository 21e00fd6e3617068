"""API keys for Tarash Gateway from the keyring of the system."""

from __future__ import annotations

from .cache import forget
from .credentials import tarash_credentials
from .store import API_KEY, backend_name, delete_key, entry_of, is_available, store_key, stored_parts

__all__ = [
    "API_KEY",
    "backend_name",
    "delete_key",
    "entry_of",
    "forget",
    "is_available",
    "store_key",
    "stored_parts",
    "tarash_credentials",
]
