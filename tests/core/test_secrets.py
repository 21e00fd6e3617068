"""The key never shows: not in logs, exceptions, reprs, saved jobs, plans or warnings, not even when a provider echoes it."""

from __future__ import annotations

import logging
import pickle
import traceback
import warnings
from collections.abc import Iterator

import pydantic
import pytest

from core.chains import BOAT, fal_video, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    FallbackExhaustedError,
    Gateway,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_video,
)
from tarash.tarash_gateway.plugin.call import Secret
from tarash.tarash_gateway.testing.simulator import Fault, LostResponse, Status

KEY = FalSimulator.api_key
SETTING = "whsec_c2VjcmV0LW9mLXRoaXMtdGVzdA=="


class Everything(logging.Handler):
    """Keeps whatever is logged, extra fields included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.getMessage()} {record.__dict__!r}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.texts
    root.removeHandler(handler)
    root.setLevel(level)


def _texts_of(error: BaseException) -> list[str]:
    texts = ["".join(traceback.format_exception(error)), repr(error), str(error), str(error.args)]
    if isinstance(error, TarashException):
        texts += [repr(error.raw_response), repr(error.execution_metadata), repr(error.__dict__)]
        texts.append(pickle.dumps(error).decode("latin-1"))
    if isinstance(error, FallbackExhaustedError):
        texts += [text for inner in error.errors for text in _texts_of(inner)]
    return texts


ECHOES = [
    pytest.param("submit", Status(401, json={"detail": f"invalid key {KEY}"}), id="key-refused"),
    pytest.param("submit", Status(422, json={"detail": [{"msg": f"bad {KEY}", "type": "x"}]}), id="refused"),
    pytest.param("submit", Status(503, text=f"Authorization: Key {KEY}"), id="server-error"),
    pytest.param("submit", Status(418, json={"headers": {"Authorization": KEY, "nested": [KEY]}}), id="odd"),
    pytest.param("submit", Status(200, text=f"<html>{KEY}</html>"), id="unreadable"),
    pytest.param("submit", LostResponse(), id="lost"),
    pytest.param("result", Status(422, json={"detail": [{"msg": KEY, "type": "y"}]}), id="failed-job"),
]


@pytest.mark.parametrize(("route", "echo"), ECHOES)
def test_a_provider_that_echoes_the_key_does_not_make_it_known(
    run: Run, gateway: Gateway, fal: FalSimulator, logged: list[str], route: str, echo: Fault
) -> None:
    fal.inject(route, echo, times=None)
    config = fal_video(fal, timeout=0.4)
    with pytest.raises(TarashException) as caught:
        run(gateway, "generate_video", config, BOAT)
    for text in [*_texts_of(caught.value), *logged]:
        assert KEY not in text


def test_nothing_that_is_shown_holds_the_key(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, logged: list[str]
) -> None:
    fal.inject("submit", Status(401, json={"detail": f"revoked: {KEY}"}))
    fallback = replicate_video(replicate, provider_config={"webhook_secret": SETTING})
    config = fal_video(fal, fallback_configs=[fallback])
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        response = run(gateway, "generate_video", config, BOAT)
        job = run(gateway, "submit_video", config, BOAT)
        plan = gateway.plan_video(config, BOAT)
    shown = [
        repr(config),
        str(config),
        config.model_dump_json(),
        repr(response),
        response.model_dump_json(),
        repr(job),
        job.to_json(),
        repr(plan),
        plan.model_dump_json(),
        repr(gateway),
        repr(gateway.registry),
        *(str(item.message) for item in warned),
        *logged,
    ]
    for text in shown:
        assert KEY not in text
        assert replicate.api_key not in text
    assert SETTING not in "".join([*shown[:2], *shown[3:]])
    assert any("attempt" in text or "generation" in text for text in logged), "something was logged at all"


def test_a_successful_answer_that_echoes_the_key_is_cleaned(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.outputs["fal-ai/veo3.1"] = {"video": {"url": fal.video_url()}, "debug": [f"Key {KEY}", {"k": KEY}]}
    response = run(gateway, "generate_video", fal_video(fal), BOAT)
    assert KEY not in response.model_dump_json()
    assert "debug" in response.raw_response


def test_a_mistaken_configuration_does_not_show_its_key() -> None:
    with pytest.raises(ValueError, match="timeout") as caught:
        VideoGenerationConfig(provider="fal", model="m", api_key=KEY, timeout=-1)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_key_of_the_wrong_type_is_not_shown() -> None:
    with pytest.raises(ValueError, match="api_key") as caught:
        VideoGenerationConfig(provider="fal", model="m", api_key=[KEY])  # type: ignore[arg-type]
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("name", ["apikey", "API_KEY", "fal_key", "secret", "access_token", "password"])
@pytest.mark.parametrize("key", ["0f3a:6b1c2d", ["0f3a:6b1c2d"]])
def test_a_key_under_a_misspelt_keyword_is_not_shown(name: str, key: object) -> None:
    mistyped: dict[str, object] = {name: key}
    with pytest.raises(ValidationError, match=name) as caught:
        generate_video("fal/fal-ai/veo3.1", prompt="a boat", **mistyped)  # type: ignore[call-overload]
    assert "6b1c2d" not in "".join(traceback.format_exception_only(caught.value))
    with pytest.raises(ValidationError, match=name) as caught:
        VideoGenerationRequest.model_validate(
            {"prompt": "a boat", "camera": {"pan": 1, "token": "6b1c2d"}, **mistyped}
        )
    assert "'pan': 1" in str(caught.value)
    assert "6b1c2d" not in str(caught.value)


def test_a_misspelt_key_is_recognised_in_one_line() -> None:
    with pytest.raises(ValidationError, match="did you mean 'api_key'"):
        generate_video("fal/fal-ai/veo3.1", prompt="a boat", apikey="0f3a:6b1c2d")  # type: ignore[call-overload]


def test_the_login_of_an_address_without_its_scheme_is_not_shown() -> None:
    with pytest.raises(ValidationError, match="base_url") as caught:
        VideoGenerationConfig(provider="fal", model="m", base_url="user:6b1c2d@proxy.example")
    assert "6b1c2d" not in str(caught.value)


def test_a_secret_shows_as_stars() -> None:
    secret = Secret(KEY)
    assert (repr(secret), str(secret), f"{secret}") == ("Secret(***)",) * 3
    assert (secret.reveal(), bool(secret), bool(Secret(""))) == (KEY, True, False)


def test_a_setting_that_is_a_secret_is_read_from_text_and_has_one_error() -> None:
    adapter = pydantic.TypeAdapter(Secret)
    assert adapter.validate_json(f'"{KEY}"', strict=True) == Secret(KEY)
    assert adapter.validate_python(Secret(KEY)) == Secret(KEY)
    with pytest.raises(pydantic.ValidationError) as wrong:
        adapter.validate_json("7", strict=True)
    assert [error["msg"] for error in wrong.value.errors()] == ["Input should be a valid string"]
