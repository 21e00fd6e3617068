"""Builds the calls to the server, with the header that a proxy in front of it may want, and names the job in them."""

from __future__ import annotations

from urllib.parse import quote

from tarash.tarash_gateway.plugin import Call, JobReference, reference_id

from .settings import ComfyUISettings


def with_auth(call: Call) -> Call:
    """Return the call with the header in `auth_header`, if a secret for it is known."""
    settings = call.settings_as(ComfyUISettings)
    secret = settings.auth_secret or call.credentials.parts.get("auth_secret")
    return call.with_headers({settings.auth_header: secret.reveal()}) if secret else call


def prompt_id_of(job: JobReference) -> str:
    """Return the id of a job.

    Raises:
        ValidationError: the reference has none, since it was edited.
    """
    return reference_id(job, "prompt_id")


def history_path(prompt_id: str) -> str:
    """Return the path of a job's history. Its id may come from a file, so it is quoted."""
    return f"/history/{quote(prompt_id, safe='')}"
