"""Conformance checks for what is sent: fields have the provider's names, and input images arrive in whatever form they are given."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

import pytest

from ....exceptions import TarashException, ValidationError
from ....mapping.field_mapper import FieldCapability
from ....mapping.table import ModalityName, Model
from ....mapping.values import IMAGE_ROLES
from ....steps import HttpCall, Part, send
from ..context import CheckContext
from ..explaining import explain_failures
from ..requests import (
    PROMPT,
    URL_IMAGE,
    maximal_request,
    sample_png,
    with_first_frame,
    with_images,
)

FORMS = ("url", "path", "bytes", "base64", "data_url")
UNKNOWN_FIELD = "tarash_no_such_field"
MODALITIES: tuple[ModalityName, ...] = ("video", "image")


@explain_failures
class InputChecks:
    """What users suffer if something that they asked for does not reach the provider."""

    def test_every_field_is_known_to_the_provider(self, context: CheckContext) -> None:
        """A misspelt field is refused, or ignored: then users get a video without what they asked for, and pay for it.

        To mend: compare the names on the left of the row's `fields` with the provider's documentation.
        """
        for model, modality in models_of(context):
            request = maximal_request(context.row(model, modality), all_inputs=False)
            try:
                context.generate(
                    context.config(modality=modality, model=model, unsupported="adjust"), request
                )
            except TarashException as error:
                pytest.fail(f"{model}: a request with every field of the row is refused: {error.message}")

    def test_the_simulator_refuses_an_unknown_field(self, context: CheckContext) -> None:
        """If the simulator takes any field, no test notices a misspelt one, and users get what they did not ask for.

        To mend: answer a submission with `unknown_fields(body, FIELDS)` as the provider answers a bad request.
        """
        with context.wire.recording() as wire:
            context.generate()
            variants = [changed for call in wire.calls if (changed := _with_unknown_fields(call))]
        if not variants:
            pytest.skip("no request of a submission carries the prompt in JSON, a form or a multipart body")
        replies = [context.gateway.run_blocking(send(call)) for call in variants[-1]]
        assert not all(reply.is_success for reply in replies), (
            f"the simulator takes {UNKNOWN_FIELD!r} (HTTP {replies[0].status})"
        )

    @pytest.mark.parametrize("form", FORMS)
    def test_first_frame_reaches_the_provider(self, context: CheckContext, form: str) -> None:
        """A first frame that does not arrive is a video of something else, at the full price.

        To mend: choose the `encoding` of `single_image_field_mapper` that the provider takes, or upload the image in
        `tarash_submit`. An image that cannot be sent is a `ValidationError` before the submission, which says what to pass instead.
        """
        model = context.cases.frame_model
        if not model:
            pytest.skip("no model of the provider takes a first frame")
        image = self._image(context, form)
        request = with_first_frame(image, model_row=context.row(model, "video"))
        try:
            context.generate(context.config(modality="video", model=model), request)
        except ValidationError as error:
            assert context.submits() == 0, "the image was refused only after the submission"
            assert any(word in str(error) for word in ("URL", "url", "http", "download", "format")), (
                f"the error does not say what to do instead: {error}"
            )
            return
        assert context.submits() == 1
        assert self._arrived(context, form), f"the image given as {form} is in no request to the provider"

    def test_every_kind_of_input_image_reaches_the_provider(self, context: CheckContext) -> None:
        """An input image that a row declares, but that is never sent, is lost without a word.

        To mend: give every image role of the row a mapper whose member is sent, or take the role out of the row.
        """
        tried = 0
        for model, modality in models_of(context):
            row = context.row(model, modality)
            for role in (item for item in row.capabilities() if item.field in IMAGE_ROLES):
                tried += 1
                self._require_arrival(context, row, role)
        if not tried:
            pytest.skip("no model of the cases takes an image")

    def _require_arrival(self, context: CheckContext, row: Model, role: FieldCapability) -> None:
        number = 2 if (role.maximum or 1) > 1 and (role.minimum or 0) <= 2 else 1
        images = [sample_png(seed=100 * IMAGE_ROLES.index(role.field) + index) for index in range(number)]
        before = context.submits()
        config = context.config(modality=row.modality, model=row.example_name)
        try:
            context.generate(config, with_images(images, role.field, model_row=row))
        except ValidationError as error:
            # the row's rules, or a model that takes URLs only
            assert context.submits() == before, (
                f"{row.id}: an image with the role {role.field} is refused only after the submission: {error}"
            )
            return
        for position, png in enumerate(images, start=1):
            assert _is_in_a_request(context, (png, base64.b64encode(png))), (
                f"{row.id}: image {position} of {number} with the role {role.field} is in no request to the provider"
            )

    def _image(self, context: CheckContext, form: str) -> object:
        png = sample_png()
        if form == "url":
            # for a provider that takes bytes only, the gateway downloads the image, so the URL must work
            return (
                context.simulator.store_media("in.png", png, "image/png")
                if context.cases.downloads_inputs
                else URL_IMAGE
            )
        if form == "path":
            path = context.folder / "frame.png"
            path.write_bytes(png)
            return str(path)
        if form == "bytes":
            return png
        encoded = base64.b64encode(png).decode()
        return encoded if form == "base64" else f"data:image/png;base64,{encoded}"

    def _arrived(self, context: CheckContext, form: str) -> bool:
        png = sample_png()
        wanted = [png, base64.b64encode(png)]
        if form == "url":
            wanted += [URL_IMAGE.encode(), b"/media/in.png"]
        return _is_in_a_request(context, wanted)


def models_of(context: CheckContext) -> Iterator[tuple[str, ModalityName]]:
    """Yield the models of the cases, each with its modality."""
    cases = context.cases
    named = ((cases.video_model, "video"), (cases.image_model, "image"), (cases.frame_model, "video"))
    yield from dict.fromkeys((model, modality) for model, modality in named if model)


def _is_in_a_request(context: CheckContext, pieces: Sequence[bytes]) -> bool:
    return any(piece in request.body for request in context.simulator.requests for piece in pieces)


def _with_unknown_fields(call: HttpCall) -> list[HttpCall]:
    """Return a submission with one more field, at its top or beside the prompt; nothing for another call."""
    if isinstance(call.json, Mapping):
        changed, is_changed = _extended(call.json)
        top = {**cast("Mapping[str, object]", call.json), UNKNOWN_FIELD: 1}
        return [replace(call, json=changed), replace(call, json=top)] if is_changed else []
    if call.form is not None and PROMPT in call.form.values():
        return [replace(call, form={**call.form, UNKNOWN_FIELD: "1"})]
    if call.multipart is not None and any(part.value == PROMPT for part in call.multipart):
        return [replace(call, multipart=(*call.multipart, Part(UNKNOWN_FIELD, "1")))]
    return []


def _extended(value: object) -> tuple[object, bool]:
    """Return a copy of JSON data with one more member in the object that holds the prompt, and whether one does."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        if PROMPT in [item for item in members.values() if isinstance(item, str)]:
            return {**members, UNKNOWN_FIELD: 1}, True
        changed = {name: _extended(item) for name, item in members.items()}
        return {name: item for name, (item, _) in changed.items()}, any(done for _, done in changed.values())
    if isinstance(value, list | tuple):
        items = [_extended(item) for item in cast("Sequence[object]", value)]
        return [item for item, _ in items], any(done for _, done in items)
    return value, False
