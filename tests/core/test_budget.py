"""A limit on the cost refuses before anything is sent, counts what may be billed, and gives back what certainly is not."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.acme import CLIP, FIELDS, Acme, AcmeServer, acme, broken, generation, reply, resuming
from core.chains import BOAT, fal_video
from core.memory_journal import MemoryJournal
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    BudgetExceededError,
    FallbackExhaustedError,
    Gateway,
    GenerationFailedError,
    Job,
    MockConfig,
    MockResponse,
    ProgressUpdate,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    is_retryable_error,
    plan_video,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.budget import Budget, check_most
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.mapping import Catalogue, Model, Price, passthrough_field_mapper
from tarash.tarash_gateway.mapping.estimates import Estimate, estimate
from tarash.tarash_gateway.models.metadata import AttemptMetadata, ExecutionMetadata
from tarash.tarash_gateway.models.money import dollars
from tarash.tarash_gateway.plugin import Flow, Generated, Submission, hookimpl, wire
from tarash.tarash_gateway.plugin.outcomes import Asset
from tarash.tarash_gateway.testing import VirtualTime


class Priced(Acme):
    """Costs a dollar a clip, or what the answer says; `unpriced` has no price."""

    @hookimpl
    def tarash_models(self) -> Catalogue:
        price = Price(usd=1.0, unit="video", source="this module")
        sized = Price(usd=1.0, unit="second", when={"resolution": "720p"}, source="this module")
        return Catalogue(
            (
                Model(id="plain", modality="video", fields=FIELDS, source="this module", prices=(price,)),
                Model(id="unpriced", modality="video", fields=FIELDS, source="this module"),
                Model(
                    id="counted",
                    modality="video",
                    fields={**FIELDS, "count": passthrough_field_mapper("number_of_videos")},
                    source="this module",
                    prices=(price,),
                ),
                Model(id="sized", modality="video", fields=FIELDS, source="this module", prices=(sized,)),
            )
        )

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()  # the status carries the result
        asset = Asset(kind="video", url=wire.text(raw, "url"))
        return Generated(assets=(asset,), raw=raw, cost_usd=wire.number(raw, "usd"))


class Listing(Priced):
    """Says of every lost submission that there is no such job."""

    @hookimpl
    def tarash_find_submission(self) -> Flow[Submission | None]:
        yield from ()  # it knows
        return None


def _providers(plugin: Callable[[str], Acme] = Priced) -> Registry:
    made = Registry(entry_points=lambda _group: ())
    for name in ("acme", "other"):
        made.register(name, plugin(name))
    return made


_seeds = itertools.count()


def _time(server: AcmeServer, journal: MemoryJournal | None = None) -> VirtualTime:
    # every run draws ids of its own
    return VirtualTime(server, seed=next(_seeds), journal=journal)


def _memory(usd: float | None, *, allow_unknown_cost: bool = False) -> Memory:
    return Memory(Path("unused"), budget=Budget(usd, allow_unknown_cost=allow_unknown_cost))


def _generate(memory: Memory, server: AcmeServer | None = None, **changes: object) -> ExecutionMetadata:
    config = VideoGenerationConfig.model_validate({**acme().model_dump(), **changes})
    flow = generation(config, memory, providers=_providers()).generate()
    return _time(server or AcmeServer()).run(flow).execution_metadata


def _refused(memory: Memory, **changes: object) -> tuple[BudgetExceededError, AcmeServer]:
    server = AcmeServer()
    with pytest.raises(BudgetExceededError) as caught:
        _generate(memory, server, **changes)
    assert (caught.value.submitted, caught.value.billed) == ("no", "no")
    assert server.seen == []
    return caught.value, server


def test_the_estimate_is_spent_and_what_does_not_fit_is_refused_before_anything_is_sent() -> None:
    memory = _memory(2.5)
    _generate(memory)
    _generate(memory)
    assert memory.budget.left_usd == 0.5
    error, _ = _refused(memory)
    assert (error.estimated_cost_usd, error.limit_usd, error.left_usd) == (1.0, 2.5, 0.5)
    assert error.message == (
        "the estimated cost of $1.00 is more than the $0.50 left of budget_usd=$2.50; nothing was sent"
    )
    assert (error.provider, error.model) == ("acme", "plain")
    assert not is_retryable_error(error)


def test_a_refusal_never_falls_back_to_a_paid_call() -> None:
    memory = _memory(0.5)
    free = acme("other", max_cost_usd=None)
    _refused(memory, fallback_configs=[free.model_dump()], fallback_on=["timeout", "validation"])


def test_the_cost_that_the_provider_reports_takes_the_place_of_the_estimate() -> None:
    memory = _memory(5)
    done = reply(200, {"state": "done", "url": "https://cdn.acme.example/1.mp4", "usd": 1.75})
    server = AcmeServer()
    server.always["status"] = done
    metadata = _generate(memory, server)
    assert (metadata.cost_usd, metadata.estimated_cost_usd, metadata.total_cost_usd) == (1.75, 1.0, 1.75)
    assert memory.budget.left_usd == 3.25


@pytest.mark.parametrize("told", [math.nan, math.inf, -5.0])
def test_a_cost_that_cannot_be_one_does_not_open_the_budget(told: float) -> None:
    budget, key = Budget(1.0), ("generation", 1)
    budget.reserve(key, 0.75)
    budget.count(key, "yes", told, 0.75)
    assert budget.left_usd == 0.25
    with pytest.raises(BudgetExceededError, match=r"\$0\.25 left"):
        budget.reserve(("generation", 2), 0.5)


@pytest.mark.parametrize("told", [1e300, 1.7e308])
def test_a_cost_beyond_all_bounds_is_counted_and_raises_nothing(told: float) -> None:
    """The result is there, and an overflow would lose it."""
    budget, key = Budget(1.0), ("generation", 1)
    budget.reserve(key, 0.75)
    budget.count(key, "yes", told, 0.75)
    with pytest.raises(BudgetExceededError):
        budget.reserve(("generation", 2), told)
    assert budget.left_usd is not None
    assert budget.left_usd < -1e9


@pytest.mark.parametrize("usd", [math.inf, math.nan, -1.0, 1e300])
def test_an_estimate_that_cannot_be_one_does_not_pass_a_limit(usd: float) -> None:
    with pytest.raises(BudgetExceededError):
        check_most(Estimate(usd), 2.0, allow_unknown=False)


def test_amounts_add_up_exactly() -> None:
    budget = Budget(1.0)
    for number in range(10):
        budget.reserve(("generation", number), 0.1)
    assert budget.left_usd == 0.0


def test_without_a_reported_cost_the_estimate_counts() -> None:
    metadata = _generate(_memory(None))
    assert (metadata.cost_usd, metadata.estimated_cost_usd, metadata.total_cost_usd) == (None, 1.0, 1.0)
    assert metadata.attempts[0].estimated_cost_usd == 1.0


def test_what_is_certainly_not_billed_is_given_back() -> None:
    memory = _memory(1)
    server = AcmeServer()
    server.answers["submit"] = [reply(400, {"error": "no"})]
    with pytest.raises(TarashException):
        _generate(memory, server)
    assert memory.budget.left_usd == 1
    _generate(memory)


def test_what_may_be_billed_stays_reserved() -> None:
    memory = _memory(1)
    server = AcmeServer()
    server.always["submit"] = broken("timeout")
    with pytest.raises(SubmissionUnknownError):
        _generate(memory, server)
    assert memory.budget.left_usd == 0
    _refused(memory)


def test_a_fallback_that_does_not_fit_is_passed_over() -> None:
    memory = _memory(1.5)
    server = AcmeServer()
    server.always["submit"] = broken("timeout")
    with pytest.raises(FallbackExhaustedError) as caught:
        _generate(memory, server, fallback_configs=[acme("other").model_dump()])
    first, second = caught.value.attempts
    assert (first.submitted, second.status) == ("unknown", "skipped")
    assert "$0.50 left of budget_usd=$1.50" in (second.error_message or "")
    assert server.count("submit") == 1


def test_an_unknown_price_needs_permission() -> None:
    error, _ = _refused(_memory(100), model="unpriced")
    assert error.message == (
        "the cost is unknown, so it cannot be kept within budget_usd=$100.00; choose a model that has a price, or set "
        "allow_unknown_cost=True"
    )
    assert (error.estimated_cost_usd, error.left_usd) == (None, None)
    for memory, allowed in ((_memory(100), True), (_memory(100, allow_unknown_cost=True), False)):
        _generate(memory, model="unpriced", allow_unknown_cost=allowed)
        assert memory.budget.left_usd == 100


def test_a_model_that_has_prices_says_what_they_depend_on() -> None:
    budgeted, _ = _refused(_memory(100), model="sized")
    assert "they depend on duration_seconds, resolution; ask for what has a price" in budgeted.message
    limited, _ = _refused(_memory(None), model="sized", max_cost_usd=0.5)
    assert "they depend on duration_seconds, resolution; ask for what has a price" in limited.message


@pytest.mark.parametrize(
    ("usd", "changes", "limit"),
    [(100, {}, "budget_usd=$100.00"), (None, {"max_cost_usd": 0.5}, "max_cost_usd=$0.50")],
)
def test_a_parameter_that_may_change_the_price_is_refused_by_name(
    usd: float | None, changes: dict[str, object], limit: str
) -> None:
    config = VideoGenerationConfig.model_validate({**acme().model_dump(), "model": "counted", **changes})
    request = CLIP.model_copy(update={"extra_params": {"count": 500}})
    server = AcmeServer()
    with pytest.raises(BudgetExceededError) as caught:
        _time(server).run(
            generation(config, _memory(usd), request=request, providers=_providers()).generate()
        )
    assert caught.value.message == (
        f"the cost is unknown, so it cannot be kept within {limit}; extra_params set 'count', which may change the price; use "
        "number_of_videos instead, or set allow_unknown_cost=True"
    )
    assert server.count("submit") == 0


def test_a_price_by_a_size_that_nobody_knows_is_no_reason_to_ask_for_another_size() -> None:
    price = Price(usd=0.03, unit="megapixel", when={"quality": "high"}, source="this module")
    row = Model(id="measured", modality="image", fields=FIELDS, source="this module", prices=(price,))
    with pytest.raises(BudgetExceededError, match="choose a model that has a price"):
        check_most(
            estimate(row, {}, {}, catalogue=Catalogue((row,)), count_field="n"), 1.0, allow_unknown=False
        )


def test_a_submitted_job_keeps_its_reservation_until_it_is_resumed() -> None:
    memory = _memory(1)
    server = AcmeServer()
    server.answers["status"] = [reply(200, {"state": "failed"})]
    job = _time(server).run(generation(acme(), memory, providers=_providers()).submit())
    _refused(memory)
    resumed = generation(acme(), memory, job=job, providers=_providers())
    server.answers["status"] = [
        reply(200, {"state": "done", "url": "https://cdn.acme.example/1.mp4", "usd": 0.25})
    ]
    _time(server).run(resumed.resume())
    assert memory.budget.left_usd == 0.75, "the same attempt is not counted twice"


def test_a_job_of_another_process_counts_although_it_is_never_refused() -> None:
    server = AcmeServer()
    job = _time(server).run(generation(acme(), _memory(None), providers=_providers()).submit())
    earlier = AttemptMetadata(
        provider="other", model="plain", attempt_number=1, submitted="yes", billed="yes", cost_usd=0.5
    )
    later = job.model_copy(update={"attempts": (earlier,), "attempt_number": 2})
    memory = _memory(1)
    _time(server).run(generation(acme(), memory, job=later, providers=_providers()).resume())
    assert memory.budget.left_usd == -0.5


def _interrupted_job(plugin: Callable[[str], Acme]) -> Job:
    journal = MemoryJournal()
    flow = generation(acme(), _memory(None), providers=_providers(plugin), journals=True).generate()
    server = AcmeServer()
    server.answers["submit"] = [broken("timeout")]
    with pytest.raises(TarashException):
        _time(server, journal).run(flow)
    (job,) = journal._jobs.values()
    return job.model_copy(update={"state": "submitting", "outcome": None})


def test_a_resume_that_would_submit_again_is_refused_if_it_does_not_fit() -> None:
    # whatever the job says that it cost: it may come from elsewhere
    job = _interrupted_job(Listing).model_copy(update={"estimated_cost_usd": 0.0})
    memory, server = _memory(0.5), AcmeServer()
    resumed = generation(acme(), memory, job=job, providers=_providers(Listing))
    with pytest.raises(BudgetExceededError):
        _time(server).run(resumed.resume())
    assert server.count("submit") == 0
    assert memory.budget.left_usd == 0.5, "there is certainly no job"
    enough = _memory(1)
    _time(server).run(generation(acme(), enough, job=job, providers=_providers(Listing)).resume())
    assert (server.count("submit"), enough.budget.left_usd) == (1, 0)


def test_max_cost_refuses_the_primary_and_passes_a_fallback_over() -> None:
    error, _ = _refused(_memory(None), max_cost_usd=0.5)
    assert error.message.startswith(
        "the estimated cost of $1.00 is more than max_cost_usd=$0.50; ask for less"
    )
    fallback = acme("other", max_cost_usd=0.5).model_dump()
    server = AcmeServer()
    server.always["submit"] = reply(500, {})
    with pytest.raises(FallbackExhaustedError, match=r"max_cost_usd=\$0\.50"):
        _generate(_memory(None), server, fallback_configs=[fallback])
    assert server.count("submit") == 1
    _refused(_memory(None), model="unpriced", max_cost_usd=0.5)
    _generate(_memory(None), model="unpriced", max_cost_usd=0.5, allow_unknown_cost=True)
    _generate(_memory(None), max_cost_usd=1)


def test_max_cost_does_not_stand_between_a_user_and_a_paid_job() -> None:
    server = AcmeServer()
    job = _time(server).run(generation(acme(), _memory(None), providers=_providers()).submit())
    cheap = acme(max_cost_usd=0.1)
    response = _time(server).run(resuming(job, cheap, providers=_providers(), journals=False))
    assert response.status == "completed"


def test_a_plan_says_what_the_call_would_say() -> None:
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", max_cost_usd=0.01)
    with pytest.raises(BudgetExceededError, match=r"max_cost_usd=\$0\.01"):
        plan_video(config, prompt="a boat")


# Through a gateway.


def test_a_gateway_keeps_its_budget(run: Run, fal: FalSimulator, tmp_path: Path) -> None:
    config = fal_video(fal)
    estimate = plan_video(config, BOAT).attempts[0].estimated_cost_usd
    assert estimate is not None
    with Gateway(environ={}, output_dir=tmp_path, budget_usd=1.5 * estimate) as gateway:
        assert gateway.budget_left_usd == pytest.approx(1.5 * estimate)
        response = run(gateway, "generate_video", config, BOAT)
        assert response.execution_metadata.total_cost_usd == estimate
        submissions = len(fal.requests)
        with pytest.raises(BudgetExceededError):
            run(gateway, "submit_video", config, BOAT)
        assert len(fal.requests) == submissions
        assert gateway.budget_left_usd == pytest.approx(0.5 * estimate)


def test_calls_at_the_same_time_share_one_budget(tmp_path: Path) -> None:
    mock = MockConfig()
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=mock)
    estimate = plan_video(config, BOAT).attempts[0].estimated_cost_usd
    assert estimate is not None
    under_way, may_end = threading.Barrier(4), threading.Event()
    outcomes: list[str] = []

    def wait(_update: ProgressUpdate) -> None:
        if not may_end.is_set():
            under_way.wait(30)
            may_end.wait(30)

    def one() -> None:
        outcomes.append(gateway.generate_video(config, BOAT, on_progress=wait).status)

    with Gateway(environ={}, output_dir=tmp_path, budget_usd=3 * estimate) as gateway:
        threads = [threading.Thread(target=one) for _ in range(3)]
        for thread in threads:
            thread.start()
        under_way.wait(30)
        with pytest.raises(BudgetExceededError):
            gateway.generate_video(config, BOAT)
        may_end.set()
        for thread in threads:
            thread.join()
        assert outcomes == ["completed"] * 3
        assert gateway.budget_left_usd == pytest.approx(3 * estimate), "the mock is free"
        gateway.generate_video(config, BOAT)


def test_a_mock_that_fails_costs_nothing(tmp_path: Path) -> None:
    mock = MockConfig(responses=[MockResponse(error=RateLimitError("slow down"))])
    with Gateway(environ={}, output_dir=tmp_path, budget_usd=10) as gateway:
        with pytest.raises(RateLimitError):
            gateway.generate_video("fal/fal-ai/veo3.1", prompt="a boat", mock=mock)
        assert gateway.budget_left_usd == 10


def test_a_mock_that_failed_before_a_resume_costs_nothing(tmp_path: Path) -> None:
    billed = MockResponse(error=GenerationFailedError("it fell over", billed="yes"))
    config = VideoGenerationConfig(
        provider="fal",
        model="fal-ai/veo3.1",
        mock=MockConfig(responses=[billed]),
        fallback_configs=[
            VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1/fast", mock=MockConfig())
        ],
    )
    journal, jobs = MemoryJournal(), list[Job]()
    with Gateway(environ={}, output_dir=tmp_path, journal=journal) as gateway:
        gateway.generate_video(config, BOAT, on_progress=lambda _: jobs.append(journal.only))
    second = next(job for job in jobs if job.attempt_number == 2)
    assert second.attempts[0].billed == "yes"
    with Gateway(environ={}, output_dir=tmp_path, budget_usd=10) as gateway:
        gateway.resume(second)
        assert gateway.budget_left_usd == 10


def test_the_local_renderer_is_free(tmp_path: Path) -> None:
    with Gateway(output_dir=tmp_path, budget_usd=0) as gateway:
        made = gateway.generate_video(
            "local/animatic", prompt="a boat", duration_seconds=1, resolution="160x90"
        )
    assert made.execution_metadata.total_cost_usd == 0.0


@pytest.mark.parametrize("usd", [-1.0, float("nan"), float("inf")])
def test_a_budget_is_an_amount(usd: float) -> None:
    with pytest.raises(ValidationError, match="is not an amount"):
        Gateway(budget_usd=usd)


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        (None, "unknown"), (0.0, "$0.00"), (3.2, "$3.20"), (40, "$40.00"), (1234.5, "$1,234.50"), (0.125, "$0.125"),
        (0.0035, "$0.0035"), (0.00402, "$0.00402"), (1 / 3, "$0.33333"), (0.00002, "$0.00002"), (-0.5, "-$0.50"), (0.1 + 0.2, "$0.30"),
        (math.inf, "unknown"), (math.nan, "unknown"),
    ],
)  # fmt: skip
def test_amounts_have_cents(usd: float | None, shown: str) -> None:
    assert dollars(usd) == shown


def test_a_skipped_or_unbilled_attempt_costs_nothing_in_total() -> None:
    def entry(number: int, **known: object) -> AttemptMetadata:
        return AttemptMetadata.model_validate(
            {"provider": "acme", "model": "m", "attempt_number": number, **known}
        )

    free = entry(1, status="failed", billed="no", estimated_cost_usd=9)
    skipped = entry(2, status="skipped")
    doubtful = entry(3, status="failed", billed="unknown", estimated_cost_usd=0.5)
    paid = entry(4, status="success", billed="yes", cost_usd=0.25, estimated_cost_usd=1)
    metadata = ExecutionMetadata(attempts=(free, skipped, doubtful, paid), successful_attempt=4)
    assert (metadata.total_cost_usd, metadata.estimated_cost_usd) == (0.75, 1.0)
    unknown = ExecutionMetadata(attempts=(doubtful, entry(5, billed="yes")))
    assert (unknown.total_cost_usd, unknown.estimated_cost_usd) == (None, None)
