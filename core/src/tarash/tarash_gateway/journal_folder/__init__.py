"""The journal as a folder: one file a job, which survives a crash at any moment and is seen by every process of its owner."""

from .folder import JournalFolder, default_folder

__all__ = ["JournalFolder", "default_folder"]
