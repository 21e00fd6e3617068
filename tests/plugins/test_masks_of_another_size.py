"""A mask of another size than its image is refused before it is sent, where the provider documents that it must fit."""

from __future__ import annotations

from types import ModuleType

import pytest

import tarash_gateway_bfl as bfl
import tarash_gateway_fal as fal
import tarash_gateway_openai as openai
import tarash_gateway_replicate as replicate
import tarash_gateway_stability as stability
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.plugin import Mapped
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.conformance.requests import sample_mask
from tarash.tarash_gateway.testing.simulator import tiny_png


def mapped(plugin: ModuleType, model: str, **params: object) -> Mapped:
    call = call_for(plugin, model, "image")
    asked = {"image_list": [{"image": tiny_png()}], "mask_image": sample_mask(), "extra_params": params}
    return map_for(plugin, call, **asked)


@pytest.mark.parametrize(
    ("plugin", "model"),
    [
        (bfl, "flux-pro-1.0-fill"),
        (fal, "fal-ai/flux-pro/v1/fill"),
        (fal, "fal-ai/ideogram/v3/edit"),
        (openai, "gpt-image-2"),
        (openai, "gpt-image-2.6-flare"),
        (replicate, "black-forest-labs/flux-fill-pro"),
    ],
    ids=lambda item: item if isinstance(item, str) else item.__name__.removeprefix("tarash_gateway_"),
)
def test_it_is_refused_with_what_to_do(plugin: ModuleType, model: str) -> None:
    with pytest.raises(ValidationError, match=r"the image 64x36; .* resize or redraw the mask to 64x36"):
        mapped(plugin, model)


def test_a_model_without_a_prompt_refuses_it_too() -> None:
    call = call_for(bfl, "flux-tools/erase-v1", "image")
    with pytest.raises(ValidationError, match="resize or redraw the mask to 64x36"):
        map_for(bfl, call, prompt="", image_list=[{"image": tiny_png()}], mask_image=sample_mask())


@pytest.mark.parametrize(
    ("plugin", "model"),
    [(stability, "edit/inpaint"), (openai, "my-image-deployment")],
    ids=["resized", "unknown"],
)
def test_it_is_sent_where_it_is_resized_or_nothing_is_known(plugin: ModuleType, model: str) -> None:
    assert "mask" in mapped(plugin, model).payload
