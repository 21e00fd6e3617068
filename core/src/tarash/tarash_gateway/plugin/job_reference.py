"""Reads the reference of a job, which may come from a file that somebody has edited."""

from __future__ import annotations

from ..exceptions import ValidationError
from . import wire
from .outcomes import JobReference


def reference_id(job: JobReference, name: str = "id") -> str:
    """Return an id from a job's reference. Quote it before it becomes part of a path.

    Args:
        job: the reference that a hook receives.
        name: the member that has the id.

    Raises:
        ValidationError: the reference has no such id, so the job was edited or belongs to another provider.
    """
    found = wire.identifier(job, name)
    if found is None:
        raise ValidationError(f"the job's reference has no {name}; resume the job as it was saved")
    return found


__all__ = ["reference_id"]
