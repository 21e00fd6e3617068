"""A journal in a folder: one file per job, which survives a crash at any moment and which every process of its owner can read."""

from .folder import JournalFolder, default_folder

__all__ = ["JournalFolder", "default_folder"]
