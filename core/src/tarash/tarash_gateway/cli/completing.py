"""What the shell completes: providers, models and saved jobs. Nothing is sent, and nothing that is broken disturbs it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import typer

from ..exceptions import TarashException
from ..models.modality import known_modalities
from ..process_gateway import default_gateway
from .jobs_folder import open_jobs
from .settings import MODALITIES

Completion = tuple[str, str]
"""What is completed, and the help beside it."""


def provider_ids(incomplete: str) -> Iterator[Completion]:
    """Complete the id of an installed provider."""
    registry = default_gateway().registry
    for name in registry.ids():
        if name.startswith(incomplete):
            with contextlib.suppress(TarashException):
                yield name, registry.get(name).info.title


def model_names(ctx: typer.Context, incomplete: str) -> Iterator[Completion]:
    """Complete a model of the provider that was given before, or of every provider if none was."""
    given = ctx.params.get("provider")
    if given is None:
        # without --provider, it is named with its model
        yield from full_names(ctx.info_name, incomplete)
        return
    modality = ctx.info_name if ctx.info_name in {item.name for item in known_modalities()} else None
    with contextlib.suppress(TarashException):
        for found in default_gateway().find_models(
            given if isinstance(given, str) else None, modality=modality
        ):
            if found.model.id.startswith(incomplete):
                yield found.model.id, found.provider


def job_ids(ctx: typer.Context, incomplete: str) -> Iterator[Completion]:
    """Complete the id of a saved job."""
    with contextlib.suppress(TarashException):
        for job in open_jobs(ctx.params.get("jobs_dir"), quiet=True).overview(ended=True).jobs:
            if job.generation_id.startswith(incomplete):
                yield job.generation_id, f"{job.provider}: {job.request.get('prompt', '')}"[:60]


def full_names(modality: str | None, incomplete: str) -> Iterator[Completion]:
    """Complete "provider/model" of a modality, or of every modality if it is none of them."""
    known = modality if modality in {item.name for item in known_modalities()} else None
    with contextlib.suppress(TarashException):
        for found in default_gateway().find_models(modality=known):
            name = f"{found.provider}/{found.model.example_name}"
            if name.startswith(incomplete):
                yield name, ", ".join(found.model.tasks())


def setting_names(incomplete: str) -> Iterator[Completion]:
    """Complete the name of a setting."""
    for name, modality in MODALITIES.items():
        if name.startswith(incomplete):
            yield name, f"the {modality} model that is used if none is named"


def config_values(ctx: typer.Context, incomplete: str) -> Iterator[Completion]:
    """Complete the value of the setting that was given before."""
    return full_names(MODALITIES.get(str(ctx.params.get("name"))), incomplete)
