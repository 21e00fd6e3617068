"""Conformance checks for addresses: every call goes to the configured server, and the key to the provider alone."""

from __future__ import annotations

import contextlib
import dataclasses
from functools import partial
from typing import Any, cast
from urllib.parse import quote, unquote

import pytest

from ....exceptions import PluginError, TarashException, ValidationError
from ....plugin.outcomes import Cancellation, JobStatus
from ....plugin.settings import read_settings
from ....steps import HttpCall
from ..context import CheckContext
from ..exercise import generations, generations_with_images
from ..explaining import explain_failures
from ..wire import FOREIGN_ORIGIN, UNENCRYPTED_ORIGIN, origin_of, shape_in, visible_text

HOSTILE = "../admin/keys?all=1#"
"""What somebody may write into a saved job."""


@explain_failures
class ServerChecks:
    """What users suffer if a call goes to the wrong server."""

    def test_the_key_goes_to_the_provider_only(self, context: CheckContext) -> None:
        """Whoever runs the server of an upload, a download or an input URL learns the key, and spends the user's money.

        To fix: leave `headers=call.auth_headers()` away for addresses from an answer; upload with `send_to_storage`, and read
        inputs with `fetch_media`. Put no key into a query.
        """
        with context.files_elsewhere() as wire:
            for action in generations(context):
                try:
                    context.attempt(action)
                except PluginError as error:
                    pytest.fail(f"{error.message} (files are at {FOREIGN_ORIGIN})")
            for call in wire.foreign_calls():
                self._require_no_key(context, call)

    def test_an_input_is_never_sent_in_the_clear(self, context: CheckContext) -> None:
        """Whoever is between the user and an http address sees the user's pictures, and can replace them.

        To fix: upload with `send_to_storage`, which refuses such an address.
        """
        with context.files_elsewhere(UNENCRYPTED_ORIGIN) as wire:
            for action in generations_with_images(context):
                context.attempt(action)
            sent = [
                call
                for call in wire.calls
                if call.url.startswith(UNENCRYPTED_ORIGIN) and call.method not in ("GET", "HEAD")
            ]
        assert not sent, f"an input was sent with {sent[0].method} to {sent[0].url.partition('?')[0]}"

    def test_every_call_goes_to_the_base_url(self, context: CheckContext) -> None:
        """With `base_url`, users mean a proxy, a compatible server or a simulator; a fixed address ignores them.

        To fix: pass `call.request` a path, such as "/videos", instead of a URL of your own.
        """
        with context.wire.recording() as wire:
            for action in generations(context):
                context.attempt(action)
        strays = [f"{call.method} {call.url.partition('?')[0]}" for call in wire.strays]
        assert not strays, f"called instead of {context.base_url}: {', '.join(strays)}"

    def test_the_provider_s_own_servers_work(self, context: CheckContext) -> None:
        """Without `base_url`, users reach the provider's own servers; one that is not declared gets no key, and nothing works.

        To fix: declare each server besides the base URL in `ProviderInfo.origins`. If a setting chooses the server, keep the choice
        in `Submission.job`, and let every hook ask that server with `call.at_server(url)`.
        """
        if not context.provider.info.base_url.startswith(("https://", "http://")):
            pytest.skip("the provider has no server")
        usable = 0
        for settings in context.choices():
            config = context.config(base_url=None, provider_config=settings)
            with context.own_servers() as wire:
                try:
                    context.generate(config)
                    if context.cases.poll_route and "cancel" in context.provider.features:
                        context.gateway.cancel(context.submit(config), config=config)
                except ValidationError:
                    # the choice needs a setting that only the user has, such as a workspace
                    assert not wire.calls
                    continue
                except TarashException as error:
                    undeclared = ", ".join(dict.fromkeys(origin_of(call.url) for call in wire.strays))
                    pytest.fail(f"with {dict(settings)}: {undeclared or error.message}")
                asked = sorted(_servers_of_jobs(context))
            assert len(asked) == 1, f"with {dict(settings)}, one job was handled at {' and '.join(asked)}"
            usable += 1
        if not usable:
            pytest.skip("the provider has no server without settings of the user")

    def test_a_job_stays_at_its_server(self, context: CheckContext) -> None:
        """Settings change while jobs run; one that is asked for at another server is not found there, although it is paid for.

        To fix: keep the choice of the server in `Submission.job`, and let every hook that gets `job` ask that server.
        """
        context.polls_are_possible()
        tried = 0
        for settings in context.choices():
            others = [
                other for other in context.choices() if other.keys() == settings.keys() and other != settings
            ]
            if not others:
                continue
            submitted, now = (
                context.config(base_url=None, provider_config=chosen) for chosen in (settings, others[0])
            )
            with context.own_servers():
                try:
                    job = context.submit(submitted)
                    expected = _servers_of_jobs(context)
                    context.gateway.resume(job, config=now)
                except ValidationError:
                    # a choice needs a setting that only the user has, such as a workspace
                    continue
                asked = _servers_of_jobs(context)
            tried += 1
            strangers = ", ".join(sorted(asked - expected))
            assert not strangers, f"submitted with {dict(settings)}, a job was asked for at {strangers}"
        if not tried:
            pytest.skip("no setting is a choice")

    def test_every_setting_takes_its_own_default(self, context: CheckContext) -> None:
        """Whoever writes a default into the configuration, as the documentation shows it, is told that it is wrong.

        To fix: give each field of the settings a default of its own type.
        """
        info = context.provider.info
        for item in () if info.settings is None else dataclasses.fields(cast("Any", info.settings)):
            default: object = item.default
            if isinstance(default, str | int | float) and default != "":
                try:
                    read_settings(info, {item.name: default})
                except ValidationError as error:
                    pytest.fail(f"{item.name}={default!r}, its default: {error.message}")

    def test_a_job_from_a_file_leads_nowhere_else(self, context: CheckContext) -> None:
        """A saved job that somebody edited makes the user's key fetch another path of the provider's API.

        To fix: take the id with `quoted_id(job)`, and quote what else you take from the job.
        """
        context.polls_are_possible()
        reference = context.submit().reference or {}
        # a plugin may keep whole addresses and compare them with the configured server
        edited = {
            name: f"{value}/{HOSTILE}"
            for name, value in reference.items()
            if isinstance(value, str) and not value.startswith(("http", "/"))
        }
        with context.wire.recording() as wire:
            # one member at a time: another that is wrong may end the hook early
            for changed in (edited, *({name: value} for name, value in edited.items())):
                job = {**reference, **changed}
                context.attempt(partial(context.run_hook, "tarash_poll", JobStatus, job=job))
                # a plugin may decline a job that it cannot cancel
                with contextlib.suppress(pytest.skip.Exception):
                    context.attempt(partial(context.run_hook, "tarash_cancel", Cancellation, job=job))
        reached = [f"{call.method} {call.url}" for call in wire.calls if HOSTILE in call.url]
        assert not reached, (
            f"an edited job reaches {reached[0]}; quoted, it would be {quote(HOSTILE, safe='')}"
        )

    def _require_no_key(self, context: CheckContext, call: HttpCall) -> None:
        shape = shape_in(visible_text(call), context.secrets)
        assert shape is None, (
            f"{call.method} {call.url.partition('?')[0]}, another server, was sent the key as {shape!r}"
        )


def _servers_of_jobs(context: CheckContext) -> set[str]:
    """Return the provider's own servers that were asked for a job; others may give tokens, or take uploads."""
    cases = context.cases
    routes = {cases.submit_route, cases.poll_route, cases.result_route, cases.stream_route}
    routes.add(context.cancel_route)
    paths = {unquote(request.path) for request in context.simulator.requests if request.route in routes}
    return context.wire.own_servers(paths)
