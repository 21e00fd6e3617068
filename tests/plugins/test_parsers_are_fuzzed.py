"""Every hook of a plugin that reads what a provider answers is fed odd answers: a hook without that fails here."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from types import ModuleType

import pytest

from odd_answers import TRIED, Example, Tried, answer_step
from tarash.tarash_gateway.discovery import PROVIDER_GROUP
from tarash.tarash_gateway.plugin import HttpCall, HTTPConnectionError
from tarash.tarash_gateway.steps import Step, run_flow

POLLED = ("submit", "poll", "normalize", "error", "altered_job")
PARSERS: dict[str, tuple[str, ...]] = {
    "alibaba": (*POLLED, "cancel"),
    "azure_openai": (*POLLED, "cancel", "webhook"),
    "bfl": (*POLLED, "webhook"),
    "bytedance": (*POLLED, "cancel", "find_submission"),
    "comfyui": (*POLLED, "cancel", "find_submission", "stream"),
    "fal": (*POLLED, "cancel", "stream", "webhook"),
    "google": (*POLLED, "cancel", "stream", "webhook"),
    "kling": (*POLLED, "find_submission", "webhook"),
    # it sends nothing: only a saved job can be odd
    "local": ("cancel", "altered_job"),
    "luma": (*POLLED, "cancel"),
    "minimax": (*POLLED, "cancel"),
    "openai": (*POLLED, "cancel", "webhook"),
    "replicate": (*POLLED, "cancel", "find_submission", "webhook"),
    "runway": (*POLLED, "cancel"),
    "stability": POLLED,
    "xai": POLLED,
}
"""Provider id → hooks that read an answer, a delivery, or a job that somebody may have edited."""
UPLOADERS = ("alibaba", "comfyui", "fal", "google", "luma", "replicate", "runway")
"""Providers whose submit first uploads large inputs, and reads the answers to that."""
READS_NOTHING = frozenset({"provider", "models", "map", "sign", "credentials", "row", "event"})
MODULES = {"azure_openai": "plugins.openai.test_azure_openai_odd_answers"}


def module_of(provider: str) -> ModuleType:
    """Return the plugin's module; it is imported as the core does."""
    (entry,) = entry_points(group=PROVIDER_GROUP, name=provider)
    module = entry.load()
    assert isinstance(module, ModuleType)
    return module


def tried_of(provider: str) -> Tried:
    """Return what is tried of a provider."""
    importlib.import_module(MODULES.get(provider, f"plugins.{provider}.test_{provider}_odd_answers"))
    return TRIED[provider]


def test_every_installed_provider_has_a_row() -> None:
    ours = {
        entry.name
        for entry in entry_points(group=PROVIDER_GROUP)
        if entry.module.startswith("tarash_gateway_")
    }
    assert set(PARSERS) == ours


@pytest.mark.parametrize("provider", sorted(PARSERS))
def test_every_hook_that_reads_answers_is_in_the_table_and_is_tried(provider: str) -> None:
    module = module_of(provider)
    hooks = {name.removeprefix("tarash_") for name in vars(module) if name.startswith("tarash_")}
    reading = (hooks - READS_NOTHING) | {"altered_job"}
    if provider == "local":
        # what it polls and normalizes are its own renderings
        reading -= {"submit", "poll", "normalize", "error"}
    assert reading == set(PARSERS[provider])
    assert set(tried_of(provider).hooks) == set(PARSERS[provider])


@pytest.mark.parametrize("provider", sorted(set(PARSERS) - {"local"}))
def test_every_example_gets_as_far_as_an_answer(provider: str) -> None:
    module = module_of(provider)
    calls = [first_call(module, case) for case in tried_of(provider).examples]
    uploads = any(not call.may_create_job for call in calls)
    assert uploads == (provider in UPLOADERS)


def first_call(module: ModuleType, case: Example) -> HttpCall:
    """Return the first call that the submit of an example makes."""
    calls: list[HttpCall] = []

    def perform(step: Step) -> object:
        if isinstance(step, HttpCall):
            calls.append(step)
            raise HTTPConnectionError("no more than the first call is of interest")
        return answer_step(step)

    with pytest.raises(HTTPConnectionError):
        run_flow(module.tarash_submit(case.call, case.payload(module)), perform)
    return calls[0]
