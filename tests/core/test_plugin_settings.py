"""`provider_config` is held against the dataclass that the plugin declares, once, before anything is sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, cast

import annotated_types
import pytest

from core.acme import CLIP, Acme, acme, generation
from tarash.tarash_gateway import Gateway, PluginError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.plugin import Secret
from tarash.tarash_gateway.testing import call_for


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of every kind."""

    region: str | None = None
    priority: Literal["normal", "low"] = "normal"
    retries: bool = False
    start_timeout_seconds: Annotated[float, annotated_types.Gt(0)] | None = None
    variants: tuple[Literal["thumbnail", "sheet"], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    webhook_secret: Secret | None = None

    def __post_init__(self) -> None:
        if self.priority == "low" and self.region is None:
            raise ValueError("priority='low' needs a region")


class Set(Acme):
    """Acme with settings."""

    def __init__(self, provider_id: str = "acme", kind: type[object] | None = Settings) -> None:
        super().__init__(provider_id)
        self._info = replace(self._info, settings=kind)


def test_an_instance_says_the_same_as_a_mapping() -> None:
    given = Settings(
        region="eu",
        priority="low",
        variants=("sheet",),
        labels={"team": "film"},
        webhook_secret=Secret("whsec_0123456789"),
    )
    config = acme(api_key=None, provider_config=given)
    named = {
        "region": "eu",
        "priority": "low",
        "variants": ["sheet"],
        "labels": {"team": "film"},
        "webhook_secret": "whsec_0123456789",
    }
    assert config == acme(api_key=None, provider_config=named)
    assert read(config.provider_config) == given
    assert (
        type(config).model_validate_json(config.model_dump_json()).provider_config == config.provider_config
    )
    assert "0123456789" not in repr(config)


def test_an_instance_without_changes_is_empty() -> None:
    assert acme(provider_config=Settings()).provider_config == {}


@pytest.mark.parametrize("given", [Settings, "region", 3, None])
def test_what_is_neither_is_refused(given: object) -> None:
    with pytest.raises(ValidationError, match="provider_config"):
        acme(provider_config=given)


def test_the_settings_of_another_provider_are_refused() -> None:
    @dataclass(frozen=True)
    class Other:
        zone: str = ""

    with pytest.raises(ValidationError, match="'zone', which acme does not know"):
        read(acme(provider_config=Other(zone="b")).provider_config)


def read(provider_config: Mapping[str, object]) -> Settings:
    return call_for(Set(), "paced", provider_config=provider_config).settings_as(Settings)


@pytest.mark.parametrize(
    ("provider_config", "expected"),
    [
        ({}, Settings()),
        (dict.fromkeys(item.name for item in dataclasses.fields(Settings)), Settings()),
        ({"region": ""}, Settings()),
        ({"region": "eu", "priority": "low"}, Settings(region="eu", priority="low")),
        ({"start_timeout_seconds": 3}, Settings(start_timeout_seconds=3.0)),
        ({"variants": ["sheet"]}, Settings(variants=("sheet",))),
        ({"variants": ("sheet", "thumbnail")}, Settings(variants=("sheet", "thumbnail"))),
        ({"labels": {"team": "film"}}, Settings(labels={"team": "film"})),
        ({"webhook_secret": "whsec_1"}, Settings(webhook_secret=Secret("whsec_1"))),
    ],
)
def test_settings_of_the_right_kind_are_typed(
    provider_config: Mapping[str, object], expected: Settings
) -> None:
    assert read(provider_config) == expected


@pytest.mark.parametrize(
    ("provider_config", "message"),
    [
        (
            {"regoin": "eu"},
            r"has 'regoin', which acme does not know; did you mean 'region'\? \(known: labels,",
        ),
        ({"xyz": None}, r"has 'xyz', which acme does not know \(known: "),
        ({"priority": "high"}, r"\['priority'\]: must be 'normal' or 'low'"),
        ({"region": 3}, r"\['region'\]: must be text"),
        ({"retries": 1}, r"\['retries'\]: must be True or False"),
        ({"start_timeout_seconds": 0}, r"\['start_timeout_seconds'\]: must be a number, above 0"),
        ({"start_timeout_seconds": True}, r"\['start_timeout_seconds'\]: must be a number"),
        ({"start_timeout_seconds": "3"}, r"\['start_timeout_seconds'\]: must be a number"),
        ({"variants": ["poster"]}, r"\['variants'\]\[0\]: must be 'thumbnail' or 'sheet'"),
        ({"priority": "low"}, r"provider_config: priority='low' needs a region"),
        ({"region": object()}, "not JSON"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_right(
    provider_config: Mapping[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        read(provider_config)
    assert (caught.value.provider, caught.value.model) == ("acme", "paced")


def test_a_provider_without_settings_says_where_parameters_go() -> None:
    with pytest.raises(ValidationError, match=r"'style', but acme has no settings; use extra_params"):
        call_for(Acme(), "paced", provider_config={"style": "noir"})


def test_a_value_of_the_wrong_kind_is_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        read({"start_timeout_seconds": "s3cr3t"})
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_core_checks_settings_of_every_link_before_anything_is_sent() -> None:
    registry = Registry(lambda _group: ())
    registry.register("acme", Set())
    registry.register("other", Set("other"))
    wrong = acme("other", provider_config={"retries": "yes"})
    with pytest.raises(ValidationError, match=r"fallback 1: provider_config\['retries'\]"):
        generation(acme(fallback_configs=[wrong]), providers=registry)
    with Gateway(registry=registry, environ={}) as gateway, pytest.raises(ValidationError, match="retries"):
        gateway.plan(wrong, CLIP)


def test_a_plugin_that_reads_other_settings_than_it_declares_is_named() -> None:
    call = call_for(Set(kind=Settings), "paced", provider_config={"region": "eu"})
    with pytest.raises(PluginError, match="reads its settings as Other, but declares Settings"):
        call.settings_as(Other)
    assert cast("object", call_for(Acme(), "paced").settings_as(Other)) == Other()


@dataclass(frozen=True)
class Other:
    """Settings of somebody else."""
