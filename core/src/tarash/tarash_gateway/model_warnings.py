"""Warnings about the model of a call; `exceptions` has them, too, for those who import from there."""

from __future__ import annotations


class ModelLifecycleWarning(UserWarning):
    """A model is retired or soon will be; the message names its replacement if one is known."""


class UnknownModelWarning(UserWarning):
    """The provider's table has the model for another modality only, or has one whose name it resembles; the message says which."""


__all__ = ["ModelLifecycleWarning", "UnknownModelWarning"]
