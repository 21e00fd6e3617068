"""Writes the page that compares the providers: modalities, features and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from tarash.tarash_gateway.discovery import Provider
from tarash.tarash_gateway.mapping.table import KNOWN_TASKS, Task
from tarash.tarash_gateway.plugin.info import Feature

from .conformance import CANNOT, PASSED, Suites, read_record
from .markdown import page, table

_FEATURES = {
    "cancel": "a job that is given up can be cancelled; "
    "*some*: not for every model; *uncertain*: the job is deleted, but the provider does not say that this stops it",
    "webhooks": "signed webhook deliveries are verified and read",
    "streaming_status": "the provider pushes its status, as server-sent events or over a WebSocket",
    "idempotent_submit": "the provider ignores a repeated submission",
    "find_submission": "the job of a submission whose answer was lost can be looked up",
    "uploads": "local files are uploaded, so they may be large",
}


def matrix_page(providers: Sequence[Provider]) -> str:
    """Return the page."""
    names = [f"[{provider.info.title}](providers/{provider.info.id}.md)" for provider in providers]
    features: list[Feature] = list(get_args(Feature))
    recorded = read_record()
    tasks = _tasks(providers)
    return page(
        "Providers compared",
        "Follow the link of a provider for its models.",
        "## Modalities and features",
        table(
            ("provider", "video", "image", *(feature.replace("_", " ") for feature in features)),
            [
                (
                    name,
                    *(_mark(modality in provider.info.modalities) for modality in ("video", "image")),
                    *(
                        _feature(provider, feature, recorded.get(provider.info.id, {}))
                        for feature in features
                    ),
                )
                for name, provider in zip(names, providers, strict=True)
            ],
        ),
        "\n".join(f"- **{feature.replace('_', ' ')}**: {_FEATURES[feature]}" for feature in features),
        "## Tasks",
        "The number of rows in the model table that serve a task. One row may serve several model names.",
        table(
            ("provider", *(task.replace("-", " ") for task in tasks)),
            [
                (name, *(_count(provider, task) for task in tasks))
                for name, provider in zip(names, providers, strict=True)
            ],
        ),
    )


def _tasks(providers: Sequence[Provider]) -> tuple[Task, ...]:
    """Return the known tasks, then those of other modalities."""
    offered = (task for provider in providers for row in provider.catalogue.rows for task in row.tasks())
    return tuple(dict.fromkeys((*KNOWN_TASKS, *offered)))


def _feature(provider: Provider, feature: Feature, suites: Suites) -> str:
    """Return whether a provider has a feature; what its conformance tests found of cancelling says more than that it has the hook."""
    if feature == "cancel" and feature in provider.features:
        found = {
            suite["cancels_a_running_job"] for suite in suites.values() if "cancels_a_running_job" in suite
        }
        if any(outcome.startswith(CANNOT) for outcome in found):
            return "some" if PASSED in found else "uncertain"
    return _mark(feature in provider.features)


def _mark(value: bool) -> str:
    return "yes" if value else "–"


def _count(provider: Provider, task: Task) -> str:
    found = sum(task in row.tasks() for row in provider.catalogue.rows)
    return str(found) if found else "–"
