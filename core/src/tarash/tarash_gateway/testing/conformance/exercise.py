"""Makes a plugin generate in every way, and run all of its hooks once, for the checks that watch what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ...exceptions import ValidationError
from ...mapping.apply import Mapped
from ...mapping.table import Model
from ...models.request import GenerationRequest
from ...plugin.outcomes import Cancellation, JobStatus, Submission
from ...plugin.webhook_members import add_webhook
from ...steps import HttpCall
from .context import CheckContext
from .requests import (
    large_png,
    maximal_request,
    minimal_request,
    sample_png,
    with_first_frame,
    with_images,
)


def submitted(
    context: CheckContext, row: Model, request: GenerationRequest, *, webhook_url: str | None = None
) -> tuple[Mapped, tuple[HttpCall, ...]] | None:
    """Submit a request for the model of a row; return what it is mapped to, and the calls; None if the row or its rules refuse it.

    The simulator may refuse the model: it has received the call by then.
    """
    call = replace(
        context.call(), model=row.example_name, modality=row.modality, row=row, webhook_url=webhook_url
    )
    try:
        mapped = context.provider.manager.hook.tarash_map(call=call, request=request)
        assert isinstance(mapped, Mapped)
        mapped = add_webhook(call, mapped)
    except ValidationError:
        # another check reports it
        return None
    submit = partial(context.run_hook, "tarash_submit", Submission, call=call, payload=mapped.payload)
    with context.wire.recording() as wire:
        context.attempt(submit)
        return mapped, tuple(wire.calls)


def exercise(context: CheckContext) -> None:
    """Run every hook at least once: map each row, generate, fail, cancel, look up, and read a delivery."""
    for action in _actions(context):
        context.attempt(action)
        context.simulator.clear_faults()


def _actions(context: CheckContext) -> Iterator[Callable[[], object]]:
    hook, cases, features = context.provider.manager.hook, context.cases, context.provider.features
    for row in context.provider.catalogue.rows:
        call = replace(
            context.call(), model=row.example_name, modality=row.modality, row=row, unsupported="adjust"
        )
        for request in (minimal_request(row), maximal_request(row)):
            yield partial(hook.tarash_map, call=call, request=request)
    yield from _in_every_modality(context)
    if cases.frame_model:
        yield partial(_generate_from_a_frame, context)
    if cases.errors:
        yield partial(_be_refused, context)
    if cases.poll_route:
        yield partial(_fail, context)
        yield partial(_poll_and_cancel, context)
    if "webhooks" in features:
        yield partial(_read_a_delivery, context)
    if "find_submission" in features:
        yield partial(_look_up, context)


def _generate_from_a_frame(context: CheckContext) -> None:
    model = context.cases.frame_model
    request = with_first_frame(sample_png(), model_row=context.row(model, "video"))
    context.generate(context.config(modality="video", model=model), request)


def _be_refused(context: CheckContext) -> None:
    context.simulator.inject(context.cases.submit_route, context.cases.errors[0].fault)
    context.generate(context.config(timeout=0.3))


def _fail(context: CheckContext) -> None:
    for case in context.cases.failures[:1]:
        context.simulator.fail_next(case.failure)
        context.generate()


def _poll_and_cancel(context: CheckContext) -> None:
    """Poll with the status request, which a status stream replaces, and cancel."""
    job = context.submit()
    context.attempt(partial(context.run_hook, "tarash_poll", JobStatus, job=job.reference))
    if "cancel" in context.provider.features:
        context.attempt(partial(context.run_hook, "tarash_cancel", Cancellation, job=job.reference))


def _read_a_delivery(context: CheckContext) -> None:
    job = context.submit()
    delivery = context.conforming.signed_delivery(job.request_id or "")
    context.gateway.read_webhook(
        context.config(), headers=delivery.headers, body=delivery.body, received_at=delivery.received_at
    )


def _look_up(context: CheckContext) -> None:
    mapped = context.provider.manager.hook.tarash_map(call=context.call(), request=context.request())
    context.run_hook("tarash_submit", Submission, payload=mapped.payload)
    context.run_hook("tarash_find_submission", object, payload=mapped.payload)


def generations(context: CheckContext) -> Iterator[Callable[[], object]]:
    """Yield generations with and without input images, in every modality."""
    yield from _in_every_modality(context)
    yield from generations_with_images(context)


def _in_every_modality(context: CheckContext) -> Iterator[Callable[[], object]]:
    for modality in context.modalities:
        config, request = context.config(modality=modality), context.request(modality=modality)
        yield partial(context.generate, config, request)


def generations_with_images(context: CheckContext) -> Iterator[Callable[[], object]]:
    """Yield generations with input images, small, large and given by URL."""
    url = context.simulator.store_media("in.png", sample_png(), "image/png")
    images = (sample_png(), large_png(), url)
    model, edited = context.cases.frame_model, context.image_input()
    if model:
        row, config = context.row(model, "video"), context.config(modality="video", model=model)
        for image in images:
            yield partial(context.generate, config, with_first_frame(image, model_row=row))
    if edited is not None:
        row, role = edited
        config = context.config(modality="image")
        for image in images:
            yield partial(context.generate, config, with_images([image], role, model_row=row))


__all__ = ["exercise", "generations", "generations_with_images", "submitted"]
