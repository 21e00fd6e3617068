"""Conformance checks for input images: whatever form the user passes, the provider receives one that it accepts."""

from __future__ import annotations

import base64

import pytest

from ....exceptions import ValidationError
from ..context import CheckContext
from ..requests import URL_IMAGE, sample_png, with_first_frame

FORMS = ("url", "path", "bytes", "base64", "data_url")


class InputChecks:
    """What users suffer if an input image does not arrive."""

    @pytest.mark.parametrize("form", FORMS)
    def test_first_frame_reaches_the_provider(self, context: CheckContext, form: str) -> None:
        """An image given as URL, path, bytes or base64 arrives, or is refused before it costs anything."""
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
        return any(piece in request.body for request in context.simulator.requests for piece in wanted)
