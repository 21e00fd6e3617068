"""Reads the reference of a job, which may come from a file that somebody has edited."""

from __future__ import annotations

from urllib.parse import quote

from ..exceptions import ValidationError
from . import wire
from .outcomes import JobReference


def reference_id(job: JobReference, name: str = "id") -> str:
    """Return an id from a job's reference, to compare it or to send it in a query or a body; `quoted_id` is for paths.

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


def quoted_id(job: JobReference, name: str = "id") -> str:
    """Return an id from a job's reference as one segment of a path: quoted, so that an edited job leads to no other path.

    The arguments and the exception are those of `reference_id`.
    """
    return quote(reference_id(job, name), safe="")


__all__ = ["quoted_id", "reference_id"]
