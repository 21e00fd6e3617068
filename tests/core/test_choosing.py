"""Models are found by what they can do, and a mistyped name is told."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.acme import FIELDS, Acme
from tarash.tarash_gateway import (
    Gateway,
    MockConfig,
    ModelLifecycleWarning,
    ProviderNotInstalledError,
    UnknownModelWarning,
    ValidationError,
    find_models,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import Catalogue, Lifecycle, Model, Price, passthrough_field_mapper
from tarash.tarash_gateway.plugin import hookimpl

AUDIO = {**FIELDS, "audio": passthrough_field_mapper("generate_audio")}
RETIRED = Lifecycle(ends_on=date(2026, 1, 31), replacement="clip-2", source="this module")


class Shop(Acme):
    """Sells three clips by name, and whatever else is asked for."""

    @hookimpl
    def tarash_models(self) -> Catalogue:
        def row(
            name: str, fields: Mapping[str, Any] = FIELDS, usd: float | None = None, **more: Any
        ) -> Model:
            prices = () if usd is None else (Price(usd=usd, unit="second", source="this module"),)
            return Model(
                id=name, modality="video", fields=fields, prices=prices, source="this module", **more
            )

        return Catalogue(
            (
                row("clip-1", usd=0.1, lifecycle=RETIRED),
                row("clip-2", AUDIO, usd=0.5),
                row("clip-2.1", AUDIO),
                row("any", generic=True),
            )
        )


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Gateway:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("acme", Shop())
    registry.register("broken", Shop("broken"))
    return Gateway(registry=registry, environ={}, output_dir=tmp_path)


def _found(shop: Gateway, **wanted: Any) -> dict[str, float | None]:
    return {found.model.id: found.estimated_cost_usd for found in shop.find_models("acme", **wanted)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({}, {"clip-1": None, "clip-2": None, "clip-2.1": None, "any": None}, id="everything"),
        pytest.param(
            {"duration_seconds": 8}, {"clip-1": 0.8, "clip-2": 4.0, "clip-2.1": None}, id="a-duration"
        ),
        pytest.param({"duration_seconds": 7}, {}, id="near-is-not-enough"),
        pytest.param({"audio": True, "duration_seconds": 4}, {"clip-2": 2.0, "clip-2.1": None}, id="sound"),
        pytest.param({"audio": False}, {"clip-1": None, "clip-2": None, "clip-2.1": None}, id="silence"),
        pytest.param({"duration_seconds": 8, "max_cost_usd": 1}, {"clip-1": 0.8}, id="a-price"),
        pytest.param(
            {"duration_seconds": 4, "max_cost_usd": 2},
            {"clip-1": 0.4, "clip-2": 2.0},
            id="the-limit-included",
        ),
        pytest.param({"can": "text-to-video", "resolution": "4k"}, {}, id="not-offered"),
        pytest.param({"can": "image-to-video"}, {}, id="not-its-task"),
        pytest.param({"modality": "image"}, {}, id="another-modality"),
    ],
)
def test_models_are_found_by_what_they_can_do(
    shop: Gateway, wanted: dict[str, Any], expected: dict[str, float | None]
) -> None:
    assert _found(shop, **wanted) == expected


def test_every_installed_provider_is_searched(shop: Gateway) -> None:
    found = shop.find_models(duration_seconds=8, max_cost_usd=1)
    assert [(item.provider, item.model.id) for item in found] == [("acme", "clip-1"), ("broken", "clip-1")]


def test_the_function_searches_the_installed_plugins() -> None:
    found = find_models(
        "google", can="image-to-video", duration_seconds=8, aspect_ratio="9:16", audio=True, max_cost_usd=10
    )
    assert found
    for item in found:
        assert item.provider == "google"
        assert "image-to-video" in item.model.tasks()
        assert item.estimated_cost_usd is not None
        assert 0 < item.estimated_cost_usd <= 10


def test_a_wrong_search_is_told(shop: Gateway) -> None:
    with pytest.raises(ValidationError, match="'video-to-soup' is not a task; did you mean 'video-to-video'"):
        shop.find_models(can="video-to-soup")
    with pytest.raises(ProviderNotInstalledError):
        shop.find_models("nobody", duration_seconds=8)


# A mistyped name.


def test_a_mistyped_model_is_sent_with_a_warning(shop: Gateway) -> None:
    told = "Acme has no model 'clip21' in its table; did you mean 'clip-2.1'? It is sent as it is"
    with pytest.warns(UnknownModelWarning) as caught:
        response = shop.generate_video("acme/clip21", prompt="x", mock=MockConfig())
    assert [str(item.message) for item in caught] == [told]
    assert caught[0].filename == __file__
    assert response.execution_metadata.warnings == (told,)
    assert shop.plan_video("acme/clip21", prompt="x").attempts[0].name_notice == told


@pytest.mark.parametrize(
    ("ask", "model", "told"),
    [
        pytest.param("plan_image", "fal/fal-ai/veo3.1", "'fal-ai/veo3.1' in its table as a model for video, not for image", id="fal"),
        pytest.param("plan_video", "fal/fal-ai/flux/dev", "as a model for image, not for video; ask for image, or use", id="image"),
        pytest.param("plan_image", "runway/gen4.5", "as a model for video, not for image", id="runway"),
        pytest.param("plan_video", "openai/gpt-image-2", "as a model for image, not for video", id="openai"),
        pytest.param("plan_video", "kling/kling-v3", None, id="both"),
        pytest.param("plan_image", "kling/kling-v3", None, id="both-as-image"),
        pytest.param("plan_image", "fal/of-tomorrow", None, id="unknown"),
    ],
)  # fmt: skip
def test_a_model_of_the_table_that_generates_something_else_is_told(
    ask: str, model: str, told: str | None
) -> None:
    with Gateway(environ={}) as gateway:
        (attempt,) = getattr(gateway, ask)(model, prompt="x").attempts
    assert (attempt.name_notice is None) == (told is None)
    assert (told or "") in (attempt.name_notice or "")


def test_a_model_for_something_else_is_told_before_it_is_sent(gateway: Gateway) -> None:
    with pytest.warns(UnknownModelWarning, match="as a model for video, not for image.* It is sent as it is"):
        gateway.generate_image("fal/fal-ai/veo3.1", prompt="x", mock=MockConfig())


@pytest.mark.parametrize(
    "name", ["clip-3", "clip-2.2", "clip-22", "something-else-21", "clip-2.1/fast", "m/clip-2.1"]
)
def test_a_new_version_or_another_name_is_no_mistake(shop: Gateway, name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        shop.generate_video(f"acme/{name}", prompt="x", mock=MockConfig())
    assert caught == []


@pytest.mark.parametrize(
    ("name", "is_in_table"),
    [
        pytest.param("clip-2.1", True, id="a-row"),
        pytest.param("clip-2.1-fast", True, id="a-prefix"),
        pytest.param("clip-3", False, id="another-name"),
        pytest.param("clip21", False, id="a-guess"),
    ],
)
@pytest.mark.parametrize("mock", [None, MockConfig()], ids=["real", "mock"])
def test_a_plan_says_whether_the_table_has_the_model(
    shop: Gateway, name: str, is_in_table: bool, mock: MockConfig | None
) -> None:
    (attempt,) = shop.plan_video(f"acme/{name}", prompt="x", mock=mock).attempts
    assert attempt.is_in_table == is_in_table


def test_a_provider_that_is_not_installed_has_no_table(shop: Gateway) -> None:
    (attempt,) = shop.plan_video("nowhere/clip-2.1", prompt="x", mock=MockConfig()).attempts
    assert not attempt.is_in_table


@pytest.mark.parametrize(
    ("provider", "model", "is_in_table"),
    [
        pytest.param("google", "models/gemini-omni-1.2-flash", True, id="a-resource-name"),
        pytest.param("google", "models/gemini-9-flash", False, id="an-unknown-resource"),
        pytest.param("luma", "ray-2", True, id="another-api"),
        pytest.param("luma", "ray-2-unheard-of", True, id="a-variant-at-another-api"),
        pytest.param("luma", "ray-flash-9", False, id="unknown-at-another-api"),
    ],
)
def test_the_row_that_the_plugin_applied_counts(provider: str, model: str, is_in_table: bool) -> None:
    with Gateway(environ={}) as gateway:
        (attempt,) = gateway.plan_video(f"{provider}/{model}", prompt="a boat").attempts
    assert attempt.is_in_table == is_in_table


def test_the_fal_model_of_a_missing_dot_is_guessed() -> None:
    with Gateway(environ={}) as gateway:
        notice = gateway.plan_video("fal/fal-ai/veo31", prompt="x").attempts[0].name_notice
    assert notice is not None
    assert "did you mean 'fal-ai/veo3.1'?" in notice


def test_a_provider_without_such_a_model_says_which_it_has(gateway: Gateway) -> None:
    with pytest.raises(ValidationError) as caught:
        gateway.plan_video("local/animatik", prompt="x")
    assert (
        "has no video model 'animatik'; did you mean 'animatic'? use one of animatic" in caught.value.message
    )
    assert "has no video models" not in caught.value.message


def test_a_mistyped_fallback_is_told_before_anything_is_sent(gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match=r"fallback 1: .*did you mean 'animatic'"):
        gateway.plan_video("fal/fal-ai/veo3.1", prompt="x", fallbacks=["local/animatik"])


def test_a_model_that_is_named_without_its_provider_is_recognised(gateway: Gateway) -> None:
    with pytest.raises(ProviderNotInstalledError) as caught:
        gateway.generate_video("fal-ai/veo3.1", prompt="x")
    told = "Unsupported provider: fal-ai; 'fal-ai/veo3.1' is a model of fal: write 'fal/fal-ai/veo3.1'"
    assert caught.value.message == told
    assert caught.value.provider == "fal-ai"


# A retired name.


def test_the_mock_warns_of_a_retired_model_as_the_real_call_does(shop: Gateway) -> None:
    notice = shop.plan_video("acme/clip-1", prompt="x").attempts[0].end_notice
    assert notice == "model clip-1 was retired on 2026-01-31; use clip-2"
    with pytest.warns(ModelLifecycleWarning) as caught:
        response = shop.generate_video("acme/clip-1", prompt="x", mock=MockConfig())
    assert [str(item.message) for item in caught] == [notice]
    assert response.execution_metadata.warnings == (notice,)
