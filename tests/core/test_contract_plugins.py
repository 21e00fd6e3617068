"""The contract carries what real providers ask for: each plugin here needs one thing that an ordinary provider does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.chains import BOAT
from core.contract_plugins.cursors import Cursors, CursorsSimulator
from core.contract_plugins.pairs import Pairs, PairsSimulator, Vault
from core.contract_plugins.plain import Plain, PlainSimulator
from core.contract_plugins.signed import Minted, MintedSimulator, Sealed, SealedSimulator, tokens
from core.memory_journal import MemoryJournal
from execution import Run
from tarash.tarash_gateway import (
    Gateway,
    Job,
    MockConfig,
    ProgressUpdate,
    TimeoutError,  # noqa: A004 - the public name
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.exchange import RENEWED_BEFORE
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, Part, Submission, hookimpl, send
from tarash.tarash_gateway.testing.simulator import Status


def _gateway(folder: Path, plugin: Plain, *extensions: object, **settings: Any) -> Gateway:
    registry = Registry(entry_points=lambda _group: ())
    for extension in extensions:
        registry.register_extension(extension)
    registry.register("plain", plugin)
    return Gateway(registry=registry, environ={}, output_dir=folder, **settings)


@pytest.mark.parametrize(
    "plugin", [Minted(), Sealed(), Pairs(), Cursors()], ids=lambda plugin: type(plugin).__name__
)
def test_a_plan_and_a_mock_need_no_key_and_call_nobody(run: Run, tmp_path: Path, plugin: Plain) -> None:
    with PlainSimulator() as server, _gateway(tmp_path, plugin) as gateway:
        config = server.config(api_key=None)
        (planned,) = gateway.plan_video(config, BOAT).attempts
        assert planned.payload == {"prompt": BOAT.prompt}
        mocked = server.config(api_key=None, mock=MockConfig(enabled=True))
        assert run(gateway, "generate_video", mocked, BOAT).is_mock
        assert server.requests == []


class TestTokens:
    """A JSON Web Token for every single request."""

    def test_every_send_and_resend_mints_its_own(self, run: Run, tmp_path: Path) -> None:
        with MintedSimulator() as server, _gateway(tmp_path, Minted()) as gateway:
            server.inject("submit", Status(429, headers={"Retry-After": "0"}))
            server.inject("status", Status(503))
            response = run(gateway, "generate_video", server.config(), BOAT)
            assert response.video.endswith(".mp4")
            assert len(tokens(server, "submit")) == 2
            assert len({request.headers["Authorization"] for request in server.requests}) == len(
                server.requests
            )

    def test_a_job_is_resumed_with_new_ones(self, run: Run, tmp_path: Path) -> None:
        with MintedSimulator() as server, _gateway(tmp_path, Minted()) as gateway:
            job = run(gateway, "submit_video", server.config(), BOAT)
            saved = job.to_json()
            assert not any(token.removeprefix("Bearer ") in saved for token in tokens(server, "submit"))
            response = run(gateway, "resume", Job.from_json(saved), config=server.config())
            assert (response.request_id, server.count("submit")) == (job.request_id, 1)

    def test_another_server_gets_none(self, run: Run, tmp_path: Path) -> None:
        """A plugin that signs everything is right: the core knows which servers are the provider's."""

        class Uploading(Minted):
            @hookimpl
            def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
                yield from send(
                    call.request(
                        "PUT",
                        storage.store_media("in.png", b"1", "image/png"),
                        accept_statuses=frozenset({404}),
                    )
                )
                return (yield from super().tarash_submit(call, payload))

        with (
            MintedSimulator() as server,
            PlainSimulator() as storage,
            _gateway(tmp_path, Uploading(), allow_private_hosts=True) as gateway,
        ):
            run(gateway, "generate_video", server.config(), BOAT)
            (upload,) = storage.requests
        assert "authorization" not in {name.lower() for name in upload.headers}


class TestSeals:
    """An HMAC over method, path, time and body."""

    def test_it_is_over_the_bytes_that_are_sent(self, run: Run, tmp_path: Path) -> None:
        with SealedSimulator() as server, _gateway(tmp_path, Sealed()) as gateway:
            request = VideoGenerationRequest(prompt='un bateau "en papier" ✨')
            response = run(gateway, "generate_video", server.config(), request)
            assert response.video.endswith(".mp4")
            assert server.jobs[0].request.json == {"prompt": request.prompt}

    @pytest.mark.parametrize(
        ("body", "content", "content_type"),
        [
            pytest.param(
                {"json": {"a": "é", "b": [1, 2]}}, '{"a":"é","b":[1,2]}', "application/json", id="json"
            ),
            pytest.param(
                {"form": {"a": "é b", "c": "1"}},
                "a=%C3%A9+b&c=1",
                "application/x-www-form-urlencoded",
                id="form",
            ),
            pytest.param({"content": b"raw"}, "raw", None, id="bytes"),
            pytest.param({}, None, None, id="nothing"),
        ],
    )
    def test_a_call_can_be_encoded_before_it_is_signed(
        self, body: dict[str, Any], content: str | None, content_type: str | None
    ) -> None:
        call = HttpCall(method="POST", url="https://a.example", headers={"X": "1"}, **body).encoded()
        assert (call.content, call.json, call.form) == (content and content.encode(), None, None)
        assert call.headers.get("Content-Type") == content_type
        assert call.headers["X"] == "1"

    def test_a_content_type_of_its_own_is_kept(self) -> None:
        call = HttpCall(method="POST", url="https://a.example", headers={"content-type": "a/b"}, json={})
        assert call.encoded().headers == {"content-type": "a/b"}

    def test_a_multipart_body_has_no_bytes_yet(self) -> None:
        call = HttpCall(method="POST", url="https://a.example", multipart=(Part("a", "b"),))
        with pytest.raises(ValueError, match="multipart"):
            call.encoded()


class TestPairs:
    """A key of two parts that expires."""

    def test_it_is_renewed_in_the_middle_of_a_job_before_it_expires(self, run: Run, tmp_path: Path) -> None:
        vault = Vault(seconds=(RENEWED_BEFORE + timedelta(seconds=0.2)).total_seconds())
        with PairsSimulator(vault) as server, _gateway(tmp_path, Pairs(), vault) as gateway:
            server.job_seconds = 0.7
            response = run(gateway, "generate_video", server.config(), BOAT)
            assert response.video.endswith(".mp4")
            used = list(dict.fromkeys(request.headers["X-Access"] for request in server.requests))
        assert used == list(vault.pairs)
        assert len(used) > 1

    def test_one_that_is_always_nearly_expired_is_still_good(self, run: Run, tmp_path: Path) -> None:
        vault = Vault(seconds=5.0)
        with PairsSimulator(vault) as server, _gateway(tmp_path, Pairs(), vault) as gateway:
            run(gateway, "generate_video", server.config(), BOAT)
        assert len(vault.pairs) > 1

    def test_a_job_holds_none_of_it_and_is_resumed_with_the_next(self, run: Run, tmp_path: Path) -> None:
        vault = Vault(seconds=600.0)
        with PairsSimulator(vault) as server, _gateway(tmp_path, Pairs(), vault) as gateway:
            config = server.config()
            job = run(gateway, "submit_video", config, BOAT)
            saved = job.to_json()
            assert not any(text in saved for pair in vault.pairs.items() for text in pair)
            response = run(gateway, "resume", Job.from_json(saved), config=config)
        assert response.request_id == job.request_id
        assert len(vault.pairs) == 2


class TestCursors:
    """A status asked for by POST, whose every answer replaces the reference of the job."""

    def test_each_poll_uses_the_newest_reference(self, run: Run, tmp_path: Path) -> None:
        with CursorsSimulator() as server, _gateway(tmp_path, Cursors()) as gateway:
            server.polls_until_done = 3
            run(gateway, "generate_video", server.config(), BOAT)
            cursors = [request.json_object()["cursor"] for request in server.requests_to("status")]
        assert cursors == [f"c{number + 1}" for number in range(len(cursors))]
        assert len(cursors) > 2

    def test_a_crash_between_two_polls_does_not_lose_the_job(self, run: Run, tmp_path: Path) -> None:
        """An older reference is worthless, so the journal has each new one at once."""
        journal, told = MemoryJournal(), []

        def crash_later(update: ProgressUpdate) -> None:
            reference = journal.only.reference
            assert reference is not None
            told.append((reference["cursor"], f"c{server.cursors[str(reference['id'])]}"))

        with CursorsSimulator() as server, _gateway(tmp_path, Cursors(), journal=journal) as gateway:
            server.hold()
            config = server.config(max_poll_attempts=5, on_timeout="detach")
            with pytest.raises(TimeoutError) as caught:
                run(gateway, "generate_video", config, BOAT, on_progress=crash_later)
            assert len(told) > 2
            assert all(noted == newest for noted, newest in told)
            assert caught.value.job is not None
            assert Job.of(caught.value.job).reference == journal.only.reference
            server.release()
            with _gateway(tmp_path, Cursors()) as other:
                response = run(other, "resume", journal.only, config=config)
        assert response.request_id == journal.only.request_id

    def test_a_journal_that_fails_meanwhile_is_a_warning(self, run: Run, tmp_path: Path) -> None:
        """The job goes on: giving it up would lose what is paid for."""
        journal = MemoryJournal(3)
        with CursorsSimulator() as server, _gateway(tmp_path, Cursors(), journal=journal) as gateway:
            server.polls_until_done = 3
            response = run(gateway, "generate_video", server.config(), BOAT)
        assert any("No space left" in warning for warning in response.execution_metadata.warnings)

    def test_a_mock_writes_no_more_than_before(self, run: Run, tmp_path: Path) -> None:
        journal = MemoryJournal()
        with CursorsSimulator() as server, _gateway(tmp_path, Cursors(), journal=journal) as gateway:
            run(gateway, "generate_video", server.config(mock=MockConfig(enabled=True)), BOAT)
        assert [state for state, _, _ in journal.states] == ["submitted", "ended"]
