"""A changed copy of a configuration or a request is checked like a new one."""

from __future__ import annotations

from typing import Any

import pytest

from tarash.tarash_gateway import ValidationError, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.testing.simulator import tiny_png

CONFIG = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="0f3a:6b1c2d", timeout=60)
REQUEST = VideoGenerationRequest(
    prompt="a boat", image_list=[{"image": tiny_png(), "type": "first_frame"}], extra_params={"cfg": [1]}
)


@pytest.mark.parametrize(
    ("update", "told"),
    [
        ({"max_cost": 1.0}, "no field 'max_cost'; did you mean 'max_cost_usd'"),
        ({"timeout": "soon"}, "timeout"),
        ({"unsupported": "eror"}, "unsupported"),
    ],
)
def test_a_mistaken_change_is_refused(update: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        CONFIG.model_copy(update=update)


def test_a_key_in_a_change_stays_hidden() -> None:
    copied = CONFIG.model_copy(update={"api_key": "1a2b:3c4d5e"})
    assert copied.api_key is not None
    assert copied.api_key.get_secret_value() == "1a2b:3c4d5e"
    assert "3c4d5e" not in repr(copied)


def test_fallbacks_are_changed_under_both_names() -> None:
    first = CONFIG.model_copy(update={"fallbacks": ["runway/gen4.5"]})
    assert [link.provider for link in first.chain()] == ["fal", "runway"]
    assert first.chain()[1].timeout == 60
    second = first.model_copy(update={"fallbacks": [CONFIG]})
    assert [link.provider for link in second.chain()] == ["fal", "fal"]
    assert second.model_copy(update={"fallback_configs": ()}) == CONFIG


def test_everything_else_stays_as_it_was() -> None:
    later = CONFIG.model_copy(update={"timeout": 90})
    assert (later.timeout, later.api_key, later.model_fields_set) == (
        90,
        CONFIG.api_key,
        CONFIG.model_fields_set,
    )
    longer = REQUEST.model_copy(update={"duration_seconds": 8})
    assert longer.image_list == REQUEST.image_list
    assert longer.model_copy(update={"duration_seconds": None}) == REQUEST
    deep = REQUEST.model_copy(update={"seed": 1}, deep=True)
    assert deep.extra_params == REQUEST.extra_params
    assert deep.extra_params["cfg"] is not REQUEST.extra_params["cfg"]
