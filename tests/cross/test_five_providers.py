"""Five providers in one chain, each failing in its own way: what is tried, what is paid for, and what is cancelled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from execution import Run
from simulators.asking import video_config
from simulators.every_provider import running
from simulators.kling.failures import fault
from simulators.luma.failures import UNKNOWN_MODEL
from tarash.tarash_gateway import (
    ContentModerationError,
    FallbackExhaustedError,
    Gateway,
    GenerationFailedError,
    ModelNotFoundError,
    ProgressUpdate,
    QuotaExceededError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.models.config import DEFAULT_FALLBACK_ON
from tarash.tarash_gateway.testing import Simulator

BOAT = VideoGenerationRequest(prompt="a paper boat on a rainy street")
CHAIN = ("fal", "runway", "kling", "luma", "xai")
SHORT_SECONDS = 0.3


@pytest.fixture
def servers() -> Iterator[Mapping[str, Simulator]]:
    """The five, each about to fail in its own way."""
    with ExitStack() as opened:
        found = {name: opened.enter_context(running(name)) for name in CHAIN}
        found["fal"].fail_jobs("content_policy")
        found["runway"].fail_jobs("internal")
        found["kling"].inject("submit", fault(1101, "Account in arrears"), times=None)
        found["luma"].inject("submit", UNKNOWN_MODEL, times=None)
        found["xai"].hold()
        yield found


def chain(servers: Mapping[str, Simulator], **changes: object) -> VideoGenerationConfig:
    """The first of the servers with the others as its fallbacks; the last has little time."""
    shared = {"fallback_on": [*DEFAULT_FALLBACK_ON, "content_moderation"], **changes}
    configs = [video_config(server, **shared) for server in servers.values()]
    configs[-1] = configs[-1].model_copy(update={"timeout": SHORT_SECONDS})
    return configs[0].model_copy(update={"fallback_configs": tuple(configs[1:])})


def test_when_all_five_fail_the_exception_has_every_attempt(
    run: Run, gateway: Gateway, servers: Mapping[str, Simulator]
) -> None:
    with pytest.raises(FallbackExhaustedError) as caught:
        run(gateway, "generate_video", chain(servers), BOAT)
    assert [type(error) for error in caught.value.errors] == [
        ContentModerationError,
        GenerationFailedError,
        QuotaExceededError,
        ModelNotFoundError,
        TimeoutError,
    ]
    ledger = caught.value.attempts
    assert [entry.provider for entry in ledger] == list(CHAIN)
    assert [entry.attempt_number for entry in ledger] == [1, 2, 3, 4, 5]
    assert {entry.status for entry in ledger} == {"failed"}
    # two made a job that ended badly, two refused before there was one, and one job never ended
    assert [entry.submitted for entry in ledger] == ["yes", "yes", "no", "no", "yes"]
    assert [entry.billed for entry in ledger][2:4] == ["no", "no"]
    # what cannot be known is not called free
    assert "no" not in {ledger[0].billed, ledger[4].billed}
    assert [entry.cancelled for entry in ledger] == [None, None, None, None, "no"]
    assert all(entry.provider in str(caught.value) for entry in ledger)
    metadata = caught.value.execution_metadata
    assert metadata is not None
    assert (metadata.total_attempts, metadata.configs_in_chain, metadata.cost_usd) == (5, 5, None)
    # these two say something about the account, not about the request: their owner is told
    assert [warning.partition("/")[0] for warning in metadata.warnings] == ["kling", "luma"]


def test_each_of_the_five_is_asked_once(run: Run, gateway: Gateway, servers: Mapping[str, Simulator]) -> None:
    with pytest.raises(FallbackExhaustedError):
        run(gateway, "generate_video", chain(servers), BOAT)
    assert {name: server.count("submit") for name, server in servers.items()} == dict.fromkeys(CHAIN, 1)


def test_a_refused_prompt_goes_no_further_unless_asked_to(
    run: Run, gateway: Gateway, servers: Mapping[str, Simulator]
) -> None:
    with pytest.raises(ContentModerationError) as caught:
        run(gateway, "generate_video", chain(servers, fallback_on=DEFAULT_FALLBACK_ON), BOAT)
    assert [entry.provider for entry in caught.value.attempts] == ["fal"]
    assert [name for name, server in servers.items() if server.requests] == ["fal"]


def test_the_fifth_saves_the_chain(run: Run, gateway: Gateway, servers: Mapping[str, Simulator]) -> None:
    servers["xai"].release()
    seen: list[ProgressUpdate] = []
    config = chain(servers)
    last = config.fallback_configs[-1].model_copy(update={"timeout": 20.0})
    config = config.model_copy(update={"fallback_configs": (*config.fallback_configs[:-1], last)})
    response = run(gateway, "generate_video", config, BOAT, on_progress=seen.append)
    metadata = response.execution_metadata
    assert (response.provider, metadata.successful_attempt, metadata.total_attempts) == ("xai", 5, 5)
    assert metadata.fallback_triggered
    numbers = [update.attempt_number for update in seen]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 5


def test_every_loser_that_can_be_cancelled_is_cancelled(run: Run, gateway: Gateway) -> None:
    names = ("fal", "runway", "replicate", "google", "minimax")
    with ExitStack() as opened:
        servers = {name: opened.enter_context(running(name)) for name in names}
        for server in servers.values():
            server.hold()
        configs = [video_config(server, timeout=SHORT_SECONDS) for server in servers.values()]
        config = configs[0].model_copy(update={"fallback_configs": tuple(configs[1:])})
        with pytest.raises(FallbackExhaustedError) as caught:
            run(gateway, "generate_video", config, BOAT)
        states = {name: [server.job_state(job.id) for job in server.jobs] for name, server in servers.items()}
    assert [entry.cancelled for entry in caught.value.attempts] == ["yes"] * 5
    assert states == {name: ["cancelled"] for name in names}
