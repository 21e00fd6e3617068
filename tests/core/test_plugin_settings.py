"""What a plugin says about a wrong `provider_config`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from core.acme import Acme
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.plugin import SettingKind, check_settings
from tarash.tarash_gateway.testing import call_for

KNOWN: Mapping[str, SettingKind] = {
    "anything": object,
    "priority": ("normal", "low"),
    "region": str,
    "retries": bool,
    "start_timeout_seconds": float,
}


def check(provider_config: Mapping[str, object], known: Mapping[str, SettingKind] = KNOWN) -> None:
    check_settings(call_for(Acme(), "paced", provider_config=provider_config), known)


@pytest.mark.parametrize(
    "provider_config",
    [
        {},
        dict.fromkeys(KNOWN),
        {
            "anything": [1, {}],
            "priority": "low",
            "region": "eu",
            "retries": False,
            "start_timeout_seconds": 3,
        },
        {"start_timeout_seconds": 0.5},
    ],
)
def test_known_settings_of_the_right_kind_pass(provider_config: Mapping[str, object]) -> None:
    check(provider_config)


@pytest.mark.parametrize(
    ("provider_config", "message"),
    [
        (
            {"regoin": "eu"},
            r"has 'regoin', which acme does not know; did you mean 'region'\? \(known: anything, ",
        ),
        ({"xyz": None}, r"has 'xyz', which acme does not know \(known: "),
        ({"priority": "high"}, r"\['priority'\] is 'high', which is not offered; use 'normal' or 'low'"),
        ({"region": ""}, r"\['region'\] must be a text that is not empty"),
        ({"region": 3}, r"\['region'\] must be a text that is not empty"),
        ({"retries": 1}, r"\['retries'\] must be True or False"),
        ({"start_timeout_seconds": 0}, r"\['start_timeout_seconds'\] must be a number above 0"),
        ({"start_timeout_seconds": True}, r"\['start_timeout_seconds'\] must be a number above 0"),
        ({"start_timeout_seconds": "3"}, r"\['start_timeout_seconds'\] must be a number above 0"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_right(
    provider_config: Mapping[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        check(provider_config)
    assert (caught.value.provider, caught.value.model) == ("acme", "paced")


def test_a_provider_without_settings_says_where_parameters_go() -> None:
    with pytest.raises(
        ValidationError, match=r"'style', but acme has no settings; .* goes into extra_params"
    ):
        check({"style": "noir"}, {})


def test_a_text_of_the_wrong_kind_is_not_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        check({"start_timeout_seconds": "s3cr3t"})
    assert "s3cr3t" not in str(caught.value)
