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
from ....models.config import GenerationConfig
from ....models.request import GenerationRequest
from ....steps import HttpCall, Part
from ...simulator.messages import read_json
from ..arrivals import misplaced, places_in_payload, places_in_submission, unsent_values
from ..context import CheckContext
from ..explaining import explain_failures
from ..requests import (
    PROMPT,
    URL_IMAGE,
    maximal_request,
    minimal_request,
    sample_mask,
    sample_png,
    with_first_frame,
    with_images,
)
from .mapping import map_row

FORMS = ("url", "path", "bytes", "base64", "data_url")
MASK = "mask_image"
UNKNOWN_FIELD = "tarash_no_such_field"


@explain_failures
class InputChecks:
    """What users suffer if something that they asked for does not reach the provider."""

    def test_every_field_is_known_to_the_provider(self, context: CheckContext) -> None:
        """A misspelt field is refused, or ignored: then users get a video without what they asked for, and pay for it.

        To fix: compare the names on the left of the row's `fields` with the provider's documentation.
        """
        for model, modality in models_of(context):
            request = maximal_request(context.row(model, modality), all_inputs=False)
            try:
                context.generate(
                    context.config(modality=modality, model=model, unsupported="adjust"), request
                )
            except TarashException as error:
                pytest.fail(f"{model}: a request with every field of the row is refused: {error.message}")

    def test_every_field_reaches_the_provider(self, context: CheckContext) -> None:
        """A shape, a length or a seed that is mapped and then not sent is a video of something else, at the full price.

        To fix: send all of `payload` in `tarash_submit`, and change values in `tarash_map`, where the plan shows them.
        """
        for model, modality in models_of(context):
            row = context.row(model, modality)
            request = maximal_request(row, all_inputs=False)
            config = context.config(modality=modality, model=model, unsupported="adjust")
            with context.wire.recording() as wire:
                try:
                    context.generate(config, request)
                except TarashException:
                    # `every_field_is_known_to_the_provider` reports it
                    continue
                payload, again = (map_row(context, row, request, adjust=True).payload for _ in range(2))
                # another member may be what the plugin tells itself; `mapping_is_pure_and_repeatable` reports one that changes
                members = payload.keys() & {name.partition(".")[0] for name in row.fields}
                steady = {name: payload[name] for name in members if payload[name] == again.get(name)}
                unsent = unsent_values(steady, wire)
            assert not unsent, f"{model}: {', '.join(unsent)} of the payload is in no request to the provider"

    def test_the_simulator_refuses_an_unknown_field(self, context: CheckContext) -> None:
        """If the simulator takes any field, no test notices a misspelt one, and users get what they did not ask for.

        To fix: answer a submission with `unknown_fields(body, FIELDS)` as the provider answers a bad request.
        """
        with context.wire.recording() as wire:
            context.generate()
            variants = [changed for call in wire.calls if (changed := _with_unknown_fields(call))]
        if not variants:
            pytest.skip("no request of a submission carries the prompt in JSON, a form or a multipart body")
        replies = [context.send_again(call) for call in variants[-1]]
        assert not all(reply.is_success for reply in replies), (
            f"the simulator takes {UNKNOWN_FIELD!r} (HTTP {replies[0].status})"
        )

    @pytest.mark.parametrize("form", FORMS)
    def test_first_frame_reaches_the_provider(self, context: CheckContext, form: str) -> None:
        """A first frame that does not arrive is a video of something else, at the full price.

        To fix: choose the `encoding` of `single_image_field_mapper` that the provider takes, or upload the image in
        `tarash_submit`. An image that cannot be sent is a `ValidationError` before the submission, which says what to pass instead.
        """
        model = context.cases.frame_model
        if not model:
            pytest.skip("no model of the provider takes a first frame")
        # for a provider that takes bytes only, the gateway downloads the image, so the URL must work
        image = self._image(context, form, url_works=context.cases.downloads_inputs)
        request = with_first_frame(image, model_row=context.row(model, "video"))
        if self._is_sent(context, context.config(modality="video", model=model), request, form):
            assert context.submits() == 1

    @pytest.mark.parametrize("form", FORMS)
    def test_an_input_of_an_image_model_reaches_the_provider(self, context: CheckContext, form: str) -> None:
        """An image to edit that does not arrive is a picture of something else, at the full price.

        To fix: as for a first frame. If the provider takes no URLs, download them with `fetch_media` before you upload.
        """
        found = context.image_input()
        if found is None:
            pytest.skip("the image model of the cases takes no image")
        row, role = found
        with context.files_elsewhere():
            image = self._image(context, form, url_works=True)
            request = with_images([image], role, model_row=row)
            self._is_sent(context, context.config(modality="image"), request, form)

    def _is_sent(
        self, context: CheckContext, config: GenerationConfig, request: GenerationRequest, form: str
    ) -> bool:
        """Generate, and require that the image arrives; False if it is refused as it should be."""
        try:
            context.generate(config, request)
        except ValidationError as error:
            assert context.submits() == 0, "the image was refused only after the submission"
            assert any(word in str(error) for word in ("URL", "url", "http", "download", "format")), (
                f"the error does not say what to do instead: {error}"
            )
            return False
        assert self._arrived(context, form), f"the image given as {form} is in no request to the provider"
        return True

    def test_every_kind_of_input_image_reaches_the_provider(self, context: CheckContext) -> None:
        """An input image that a row declares, but that is never sent, or sent as another one, is lost without a word.

        To fix: give every image role of the row, and its mask, a mapper whose member is sent, in the order of the request; or take
        the role out of the row.
        """
        tried = 0
        for model, modality in models_of(context):
            row = context.row(model, modality)
            roles = [item for item in row.capabilities() if item.field in IMAGE_ROLES]
            for role in roles:
                tried += 1
                self._require_arrival(context, row, role)
            if len(roles) > 1:
                self._require_together(context, row, roles)
            if any(item.field == MASK for item in row.capabilities()):
                tried += 1
                self._require_mask(context, row, roles[:1])
        if not tried:
            pytest.skip("no model of the cases takes an image")

    def _require_arrival(self, context: CheckContext, row: Model, role: FieldCapability) -> None:
        number = 2 if (role.maximum or 1) > 1 and (role.minimum or 0) <= 2 else 1
        images = [sample_png(seed=100 * IMAGE_ROLES.index(role.field) + index) for index in range(number)]
        given = {
            f"image {position} of {number} with the role {role.field}": png
            for position, png in enumerate(images, start=1)
        }
        self._require_each(context, row, given, with_images(images, role.field, model_row=row))

    def _require_together(self, context: CheckContext, row: Model, roles: Sequence[FieldCapability]) -> None:
        """Give one image of each role at once: two that are mistaken for each other show in no other way."""
        images = {role.field: sample_png(seed=7 + IMAGE_ROLES.index(role.field)) for role in roles}
        given = {f"the image with the role {role}": png for role, png in images.items()}
        request = minimal_request(row)
        for role, png in images.items():
            request = with_images([png], role, model_row=row, request=request)
        self._require_each(context, row, given, request)

    def _require_mask(self, context: CheckContext, row: Model, roles: Sequence[FieldCapability]) -> None:
        given = {f"the image with the role {role.field}": sample_png() for role in roles}
        images = list(given.values())
        request = with_images(images, roles[0].field if roles else "", model_row=row, mask=sample_mask())
        self._require_each(context, row, {**given, "the mask": sample_mask()}, request)

    def _require_each(
        self, context: CheckContext, row: Model, given: Mapping[str, bytes], request: GenerationRequest
    ) -> None:
        """Generate, and require that each of the images arrives at its own place, and all in their order."""
        before = context.submits()
        config = context.config(modality=row.modality, model=row.example_name)
        with context.wire.recording() as wire:
            try:
                context.generate(config, request)
            except ValidationError as error:
                # the row's rules, or a model that takes URLs only
                assert context.submits() == before, (
                    f"{row.id}: {' and '.join(given)} are refused only after the submission: {error}"
                )
                return
            for name, png in given.items():
                assert _is_in_a_request(context, (png, base64.b64encode(png))), (
                    f"{row.id}: {name} is in no request to the provider"
                )
            images = list(given.values())
            wanted = places_in_payload(map_row(context, row, request).payload, images)
            complaint = misplaced(list(given), wanted, places_in_submission(wire, images))
        assert complaint is None, f"{row.id}: {complaint}"

    def _image(self, context: CheckContext, form: str, *, url_works: bool) -> object:
        png = sample_png()
        if form == "url":
            return context.simulator.store_media("in.png", png, "image/png") if url_works else URL_IMAGE
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
    if call.content is not None and call.json is None:
        # a plugin that signs has encoded its JSON
        return _with_unknown_fields(replace(call, content=None, json=read_json(call.content)))
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
