"""A job from elsewhere is untrusted: an edited one is refused, and none sends a key or a local file where its maker wants."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn, cast

import pytest

from core.acme import Acme, AcmeServer, acme, generation, registry, reply
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import (
    Gateway,
    GenerationFailedError,
    Job,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.generation import Generation
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, JobReference, JobStatus, hookimpl
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import tiny_png

KEYS = {"ACME_KEY": "acme-key-123456", "OTHER_KEY": "other-key-123456"}
EVIL = "https://evil.example"
Data = dict[str, object]
Place = tuple[str | int, ...]


def _resumed(
    factory: GenerationFactory,
    job: Job,
    config: VideoGenerationConfig | None = None,
    api_keys: Mapping[str, str] = MappingProxyType({}),
) -> Generation:
    """Return what `resume` runs, prepared without a call."""
    return VirtualTime(AcmeServer()).run(factory.resumed(job, config, api_keys, reports=False))


class NothingLeaves:
    """A transport, and the maker of it, on which every use fails the test."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"something is sent: {name}")

    def blocking(self) -> NoReturn:
        raise AssertionError("a connection is opened")

    asynchronous = blocking


def saved_job(config: VideoGenerationConfig | None = None) -> Job:
    """A job of the second attempt of a chain, with an input image and a ledger."""
    server = AcmeServer()
    server.answers["submit"] = [reply(401, {"detail": "revoked"})]
    chain = config or acme(fallback_configs=[acme("other", timeout=500.0)])
    job = VirtualTime(server).run(generation(chain).submit())
    assert job.attempt_number == 2
    request = VideoGenerationRequest.model_validate(
        {"prompt": "a boat", "image_list": [{"image": tiny_png()}], "extra_params": {"steps": 30}}
    )
    return job.model_copy(update={"request": request.model_dump(mode="json", exclude_defaults=True)})


JOB = saved_job()
TEXT = JOB.to_json()


def crafted(**changes: object) -> str:
    """The JSON of a job by somebody who knows about the checksum."""
    data = json.loads(TEXT)
    del data["checksum"]
    return json.dumps({**data, **changes})


def resume(text: str, tmp_path: Path, config: VideoGenerationConfig | None = None) -> None:
    """Resume a job where the keys of both providers are known and nothing may leave."""
    with Gateway(
        registry=registry("acme", "other"), transport=NothingLeaves(), environ=KEYS, output_dir=tmp_path
    ) as gateway:
        gateway.resume(Job.from_json(text), config=config)


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """Every member of JSON data, at any depth."""
    if at:
        yield at
    if isinstance(value, dict):
        for name, item in cast("Data", value).items():
            yield from places(item, (*at, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*at, index))


HUGE = 10**4000
"""Stands for a number of more digits than Python reads, which `as_text` puts in its place."""
REPLACEMENTS: tuple[object, ...] = (
    None, "", "x", "0", -1, 0, 1, 7, 10**30, HUGE, 1.5, -0.5, float("nan"), float("inf"), True, False, [], ["x"], {}, {"x": 1},
    "file:///etc/passwd", "/etc/passwd", EVIL, "http://user:secret@127.0.0.1/", "../../x", "\x00", "é" * 5000,
)  # fmt: skip


def edited() -> Iterator[Data]:
    """The job with one member changed, removed or added."""
    data = cast("Data", json.loads(TEXT))
    for at in places(data):
        for replacement in (*REPLACEMENTS, KeyError):
            changed = copy.deepcopy(data)
            holder: object = changed
            for step in at[:-1]:
                holder = cast("Data", holder)[cast("str", step)]
            members = cast("Data", holder)
            if replacement is KeyError:
                del members[cast("str", at[-1])]
            else:
                members[cast("str", at[-1])] = replacement
            yield changed
    yield {**data, "api_key": "x"}
    yield {**data, "checksum": "0" * 64}


def as_text(data: Data) -> str:
    """JSON as somebody writes it who does not ask Python how many digits a number may have."""
    return json.dumps(data).replace(json.dumps(HUGE), "1" + "0" * 5000)


def test_a_job_reads_back_however_its_json_is_laid_out() -> None:
    assert Job.from_json(TEXT) == JOB
    data = json.loads(TEXT)
    assert Job.from_json(json.dumps(data, indent=3, sort_keys=True)) == JOB
    # another language's JSON has no 500.0
    assert Job.from_json(TEXT.replace("500.0", "500")) == JOB
    assert Job.from_json(JOB.model_dump_json()) == JOB


@pytest.mark.parametrize("mistaken", [None, TEXT, json.loads(TEXT)], ids=["None", "text", "data"])
def test_what_is_no_job_is_told_with_what_makes_one(mistaken: Any) -> None:
    with Gateway() as gateway:
        for call in (gateway.resume, gateway.status, gateway.cancel):
            with pytest.raises(ValidationError, match="expected a Job, got "):
                call(mistaken)


@pytest.mark.parametrize("mistaken", [None, JOB, json.loads(TEXT)], ids=["None", "job", "data"])
def test_what_is_no_text_is_told(mistaken: Any) -> None:
    with pytest.raises(ValidationError, match="not a saved job: it is not JSON text but of type"):
        Job.from_json(mistaken)


def test_what_is_no_configuration_is_told(tmp_path: Path) -> None:
    mistaken: Any = "fal/fal-ai/veo3.1"
    with pytest.raises(ValidationError, match="config is of type str"):
        resume(TEXT, tmp_path, mistaken)


def test_a_job_of_a_newer_version_says_so() -> None:
    with pytest.raises(ValidationError, match="it has format 2, of a newer version of the gateway"):
        Job.from_json(json.dumps({**json.loads(TEXT), "format": 2, "news": True}))


def test_every_edit_of_a_job_is_refused() -> None:
    refused = equal = 0
    edits = list(edited())
    for data in edits:
        try:
            job = Job.from_json(as_text(data))
        except ValidationError as error:
            refused += error.message.startswith("not a saved job")
        else:
            assert job == JOB, data
            equal += 1
    assert len(edits) == refused + equal > 1000
    assert equal < 150, "the rest says the same in other words"


def test_a_job_crafted_with_a_fitting_checksum_reaches_nobody_but_its_providers(tmp_path: Path) -> None:
    """What the checksum does not see: no edit raises anything but the gateway's exceptions, or leads elsewhere."""
    urls: set[str] = set()
    server = AcmeServer(job_seconds=0)
    server.created["job-1"] = 0.0

    def listen(call: HttpCall, now: float) -> HttpReply:
        urls.add(call.url.partition("/jobs")[0])
        return server(call, now) if call.method == "POST" or "job-1" in call.url else reply(404, {})

    factory = GenerationFactory(registry("acme", "other"), tmp_path, environ=KEYS)
    resumed = 0
    for data in edited():
        data.pop("checksum", None)
        try:
            job = Job.from_json(as_text(data))
            flow = _resumed(factory, job).resume()
            VirtualTime(listen).run(flow)
        except TarashException:
            continue
        resumed += 1
    assert urls == {"https://other.example"}
    assert resumed > 20


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"position": -1}, "position must be a number, at least 0", id="position below"),
        pytest.param({"position": 2}, "position=2 is past the end of the chain", id="position beyond"),
        pytest.param({"position": 0}, r"provider='other' differs from configs\.0", id="another position"),
        pytest.param({"attempt_number": 0}, "attempt_number", id="attempt 0"),
        pytest.param({"attempt_number": 1}, "not before attempt 1", id="attempts ahead"),
        pytest.param({"estimated_cost_usd": -1}, "estimated_cost_usd", id="negative cost"),
        pytest.param({"modality": "smell"}, "unknown modality 'smell'", id="modality"),
        pytest.param({"format": 2}, "format", id="format"),
        pytest.param({"state": "paid"}, "state", id="state"),
        pytest.param({"state": "submitting"}, "there is a reference", id="accepted and unknown"),
        pytest.param({"reference": None}, "no reference by which to find the job", id="accepted and lost"),
        pytest.param({"reference": "job-1"}, "reference", id="reference text"),
        pytest.param({"reference": [1]}, "reference", id="reference list"),
        pytest.param({"provider": "acme"}, r"provider='acme' differs from configs\.1", id="provider"),
        pytest.param({"model": "paced"}, "model='paced' differs", id="model"),
        pytest.param({"account": "boss"}, "account='boss' differs", id="account"),
        pytest.param(
            {"base_url": EVIL}, "so no key is sent to it; if it is yours, pass config=…", id="address"
        ),
        pytest.param({"base_url": "https://me:secret@other.example"}, "user name or password", id="password"),
        pytest.param({"generation_id": "../../../etc/x"}, "generation_id", id="path as id"),
        pytest.param({"generation_id": "A" * 32}, "generation_id", id="id in capitals"),
        pytest.param({"generation_id": "a" * 32 + "\n"}, "generation_id", id="id with a line break"),
        pytest.param({"idempotency_key": "x\r\nX-Evil: 1"}, "idempotency_key", id="header in the key"),
        pytest.param({"response": {}}, "although it has not ended", id="response"),
        pytest.param({"outcome": "completed"}, "although it has not ended", id="outcome"),
        pytest.param({"deadline_at": "2199-01-01T00:00:00Z"}, "too far ahead", id="endless"),
        pytest.param({"started_at": "2026-01-01T00:00:00"}, "started_at", id="no time zone"),
        pytest.param({"started_at": "0001-01-01T00:00:00Z"}, "started_at", id="year 1"),
        pytest.param({"configs": []}, "configs", id="no chain"),
        pytest.param({"request": {}}, "prompt", id="no request"),
        pytest.param({"request": {"prompt": "x", "promt": "y"}}, "did you mean 'prompt'", id="unknown field"),
        pytest.param({"colour": "red"}, "colour", id="unknown member"),
    ],
)
def test_a_crafted_job_is_refused_before_anything_happens(changes: Data, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=says):
        resume(crafted(**changes), tmp_path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(
            {"base_url": EVIL}, "so no key is sent to it; if it is yours, pass config=…", id="address"
        ),
        pytest.param({"base_url": "https://me:secret@other.example"}, "user name or password", id="password"),
        pytest.param({"webhook_url": "https://me.example/hook"}, "webhook_url is never saved", id="webhook"),
        pytest.param({"api_key": "theirs"}, "api_key is never saved", id="key"),
        pytest.param({"headers": {"X-A": "theirs"}}, "headers is never saved", id="headers"),
        pytest.param({"fallback_configs": []}, "fallback_configs is never saved", id="chain in a chain"),
        pytest.param(
            {"provider_config": {"upload_url": EVIL}}, "upload_url='https://evil", id="address setting"
        ),
        pytest.param({"provider_config": {"a": [{"b": "//evil.example"}]}}, "a='//evil", id="nested address"),
        pytest.param(
            {"provider_config": {"credentials_path": "x"}}, "credentials_path='x'", id="file setting"
        ),
        pytest.param(
            {"mock": {"responses": [{"video": "/etc/passwd"}]}}, "mock names a local file", id="path"
        ),
        pytest.param(
            {"mock": {"responses": [{"video": "file:///etc/x"}]}}, "mock names a local", id="file URL"
        ),
        pytest.param({"timeout": -1}, "timeout", id="negative timeout"),
        pytest.param({"timeout": 10**9}, "timeout", id="endless timeout"),
        pytest.param({"timeOut": 5}, "did you mean 'timeout'", id="unknown member"),
    ],
)
@pytest.mark.parametrize("position", [0, 1])
def test_a_crafted_chain_is_refused(position: int, changes: Data, says: str, tmp_path: Path) -> None:
    running = {"position": 0, "provider": "acme", "base_url": "https://acme.example", "attempts": []}
    data = json.loads(crafted(**(running if position == 0 else {})))
    data["configs"][position].update(changes)
    if changes == {"base_url": EVIL}:
        data["base_url"] = EVIL
    with pytest.raises(ValidationError, match=says):
        resume(json.dumps(data), tmp_path)


@pytest.mark.parametrize("form", ["path", "url", "home"])
def test_a_local_file_in_the_request_is_not_read(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "private.png"
    picture.write_bytes(tiny_png())
    monkeypatch.setenv("HOME", str(tmp_path))
    text = {"path": str(picture), "url": picture.as_uri(), "home": "~/private.png"}[form]
    request = {"prompt": "x", "image_list": [{"image": text}]}
    with pytest.raises(ValidationError, match="names a local file"):
        resume(crafted(request=request), tmp_path)
    with pytest.raises(ValidationError, match="names a local file"):
        resume(crafted(request={"prompt": "x", "video": text}), tmp_path)


ATTEMPT = cast("list[Data]", json.loads(TEXT)["attempts"])[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"cost_usd": -0.01}, r"attempts\.0\.cost_usd=-0\.01", id="negative cost"),
        pytest.param({"estimated_cost_usd": float("nan")}, "estimated_cost_usd", id="estimate of no number"),
        pytest.param({"elapsed_seconds": float("inf")}, "elapsed_seconds", id="endless attempt"),
        pytest.param({"polls": -1}, r"attempts\.0\.polls=-1", id="negative polls"),
        pytest.param({"attempt_number": 0}, r"attempts\.0\.attempt_number=0", id="attempt 0"),
        pytest.param({"started_at": "2026-01-01T00:00:00"}, "a time without a time zone", id="start"),
        pytest.param({"ended_at": "2026-01-01T00:00:00"}, "a time without a time zone", id="end"),
    ],
)
def test_a_crafted_ledger_is_refused(changes: Data, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=says):
        resume(crafted(attempts=[{**ATTEMPT, **changes}]), tmp_path)


def test_a_job_cannot_name_another_address_than_its_configuration() -> None:
    own = "https://own.example"
    job = saved_job(acme(fallback_configs=[acme("other", base_url=f"{own}/")]))
    assert Job.from_json(job.to_json()).base_url == own
    data = json.loads(job.to_json())
    del data["checksum"]
    with pytest.raises(
        ValidationError, match=r"base_url='https://evil\.example' differs from configs\.1\.base_url"
    ):
        Job.from_json(json.dumps({**data, "base_url": EVIL}))


@pytest.mark.parametrize("media", ["data:video/mp4;base64,AAAA", "https://cdn.example/clip.mp4"])
def test_a_saved_mock_may_name_content_and_web_addresses(media: str) -> None:
    configs = json.loads(TEXT)["configs"]
    configs[1]["mock"] = {"responses": [{"video": media}]}
    assert Job.from_json(crafted(configs=configs)).position == 1


def test_a_saved_result_leads_to_the_outputs_of_the_gateway_alone(tmp_path: Path) -> None:
    (tmp_path / "private.mp4").write_bytes(b"x")
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    (outputs / "clip.mp4").write_bytes(b"x")
    (outputs / "link.mp4").symlink_to(tmp_path / "private.mp4")
    metadata = {
        "total_attempts": 1, "successful_attempt": 1, "attempts": [], "fallback_triggered": False, "configs_in_chain": 1,
        "total_elapsed_seconds": 1.0,
    }  # fmt: skip

    def finished(url: str) -> str:
        response = {
            "request_id": "r", "provider": "other", "model": "plain", "video": url, "execution_metadata": metadata,
            "assets": [{"kind": "video", "url": url}],
        }  # fmt: skip
        return crafted(state="ended", response=response)

    resume(finished((outputs / "clip.mp4").as_uri()), outputs)
    resume(finished("https://cdn.example/a.mp4"), outputs)
    for name in ("link.mp4", "../private.mp4", "%2e%2e/private.mp4"):
        with pytest.raises(
            ValidationError,
            match=r"outside the gateway.s output folder, .*; use a Gateway with the output_dir",
        ):
            resume(finished(f"{outputs.as_uri()}/{name}"), outputs)
    with pytest.raises(ValidationError, match="not a saved job: response"):
        resume(crafted(state="ended", response={"video": 5}), outputs)


def test_absurd_sizes_are_refused_unread() -> None:
    with pytest.raises(ValidationError, match=f"{len(TEXT)} bytes; at most 100 are read"):
        Job.from_json(TEXT, max_bytes=100)
    nested = crafted().replace('"steps": 30', '"steps": ' + "[" * 100_000 + "]" * 100_000)
    with pytest.raises(ValidationError, match="not a saved job"):
        Job.from_json(nested)


def test_the_configuration_given_to_resume_names_a_foreign_address(tmp_path: Path) -> None:
    mine = "https://me:proxy-password@proxy.example/acme"
    job = saved_job(acme(fallback_configs=[acme("other", base_url=mine)]))
    assert job.base_url == "https://proxy.example/acme"
    sent: list[str] = []

    def server(call: HttpCall, _now: float) -> HttpReply:
        sent.append(call.url)
        return reply(200, {"state": "done", "url": "https://cdn.acme.example/a.mp4"})

    factory = GenerationFactory(registry("acme", "other"), tmp_path, environ=KEYS)
    with pytest.raises(ValidationError, match="pass config=…"):
        _resumed(factory, job, None, {"other": "a-key-123456"})
    other = acme(fallback_configs=[acme("other", base_url="https://else.example")])
    with pytest.raises(ValidationError, match="pass config=…"):
        _resumed(factory, job, other, {})
    config = acme(fallback_configs=[acme("other", base_url=mine, api_key=None)])
    VirtualTime(server).run(_resumed(factory, job, config, {}).resume())
    assert sent == [f"{mine}/jobs/job-1"], "the password is used again, though the job does not hold it"


def test_passwords_and_webhook_tokens_are_neither_shown_nor_saved(tmp_path: Path) -> None:
    addresses = {
        "base_url": "https://me:pw-of-the-proxy@proxy.example",
        "webhook_url": "https://me.example/hooks/tok-in-path?token=tok-in-query",
    }
    config = acme(**addresses, fallback_configs=[acme("other", **addresses)])
    job = saved_job(config)
    with Gateway(registry=registry("acme", "other"), environ={}, output_dir=tmp_path) as gateway:
        plan = gateway.plan_video(config, VideoGenerationRequest(prompt="x"))
    with pytest.raises(ValidationError) as caught:
        acme(base_url="ftp://me:pw-of-the-proxy@proxy.example", webhook_url="ftp://tok-in-path")
    shown = [
        job.to_json(),
        repr(job),
        repr(job.configs),
        repr(config),
        str(config),
        repr(plan),
        plan.model_dump_json(),
    ]
    for text in (*shown, str(caught.value), repr(caught.value.__cause__)):
        for secret in ("pw-of-the-proxy", "tok-in-path", "tok-in-query"):
            assert secret not in text
    assert "https://proxy.example" in shown[0]


def test_a_job_is_shown_in_one_line_without_what_anyone_wrote() -> None:
    assert repr(JOB) == str(JOB)
    assert repr(JOB) == (
        f"Job(generation_id={JOB.generation_id!r}, state='submitted', provider='other', model='plain', request_id='job-1', position=1)"
    )


class TestEnded:
    """A job that has ended is looked at once more; it never costs again."""

    def test_its_result_is_fetched_again(self, tmp_path: Path) -> None:
        server = AcmeServer(job_seconds=0)
        server.created["job-1"] = 0.0
        factory = GenerationFactory(registry("acme", "other"), tmp_path, environ=KEYS)
        ended = JOB.model_copy(update={"state": "ended"})
        response = VirtualTime(server).run(_resumed(factory, ended).resume())
        assert (response.request_id, server.count("submit")) == ("job-1", 0)

    def test_its_failure_pays_no_fallback(self, tmp_path: Path) -> None:
        server = AcmeServer()
        server.always["status"] = reply(200, {"state": "failed"})
        job = VirtualTime(AcmeServer()).run(generation(acme(fallback_configs=[acme("other")])).submit())
        ended = job.model_copy(update={"state": "ended"})
        factory = GenerationFactory(registry("acme", "other"), tmp_path, environ=KEYS)
        with pytest.raises(GenerationFailedError):
            VirtualTime(server).run(_resumed(factory, ended).resume())
        assert server.count("submit") == 0

    def test_without_a_reference_nothing_is_left_of_it(self, tmp_path: Path) -> None:
        with pytest.raises(
            ValidationError, match="the generation has already ended, and there is nothing to fetch"
        ):
            resume(crafted(state="ended", reference=None), tmp_path)


@pytest.mark.parametrize("cost", [-1.0, float("nan"), float("inf")])
def test_an_odd_price_does_not_make_a_paid_job_unreadable(cost: float) -> None:
    class Odd(Acme):
        @hookimpl
        def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
            yield from ()
            failure = GenerationFailedError("the scene fell over")
            return JobStatus(state="failed", error=failure, billed_usd=cost, raw={})

    providers = registry("other")
    providers.register("acme", Odd())
    journal = MemoryJournal()
    config = acme(fallback_configs=[acme("other")])
    VirtualTime(AcmeServer(), journal=journal).run(
        generation(config, providers=providers, journals=True).generate()
    )
    assert [entry.cost_usd for entry in journal.only.attempts] == [None]


def test_a_deadline_of_a_week_is_no_edit(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=7)
    factory = GenerationFactory(registry("acme", "other"), tmp_path, environ=KEYS)
    job = Job.from_json(crafted(deadline_at=soon.isoformat()))
    assert _resumed(factory, job) is not None


def test_the_environment_names_a_foreign_address(tmp_path: Path) -> None:
    class Movable(Acme):
        def __init__(self) -> None:
            super().__init__("other")
            self._info = replace(self._info, base_url_env=("OTHER_BASE_URL",))

    providers = registry("acme")
    providers.register("other", Movable())
    job = Job.from_json(crafted(base_url="https://proxy.example"))
    with pytest.raises(ValidationError, match="or set OTHER_BASE_URL"):
        _resumed(GenerationFactory(providers, tmp_path, environ=KEYS), job)
    environ = {**KEYS, "OTHER_BASE_URL": "https://proxy.example/"}
    factory = GenerationFactory(providers, tmp_path, environ=environ)
    assert _resumed(factory, job) is not None
