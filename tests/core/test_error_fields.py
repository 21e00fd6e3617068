"""An error says which fields are wrong as data, and keeps that through prefixes, pickles and the removal of secrets."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tarash.tarash_gateway as package
from tarash.tarash_gateway import (
    AuthenticationError,
    ImageInput,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    plan_video,
)
from tarash.tarash_gateway.cli.option_words import OPTIONS
from tarash.tarash_gateway.engine.foreign_errors import hide_secrets
from tarash.tarash_gateway.phrases import FieldMention, Phrase, parts_of
from tarash.tarash_gateway.plugin import mention, python_words, wrong_field

VEO = "fal-ai/veo3.1"


def config(**more: object) -> VideoGenerationConfig:
    return VideoGenerationConfig.model_validate(
        {"provider": "fal", "model": VEO, "api_key": "k" * 20, **more}
    )


def plan(settings: VideoGenerationConfig | None = None, **fields: object) -> object:
    request = VideoGenerationRequest.model_validate({"prompt": "a boat", **fields})
    return plan_video(settings or config(), request)


FALLBACK = VideoGenerationConfig(provider="local", model="animatic")
IMAGE = ImageInput(image="https://example.com/a.png", type="last_frame")


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        pytest.param(lambda: plan(sed=1, zoom=2), ("sed", "zoom"), id="unknown-keywords"),
        pytest.param(lambda: plan(seed="soon"), ("seed",), id="wrong-type"),
        pytest.param(
            lambda: plan(seed="soon", duration_seconds=-1), ("duration_seconds", "seed"), id="two-fields"
        ),
        pytest.param(lambda: plan(duration_seconds=30), ("duration_seconds",), id="duration-out-of-range"),
        pytest.param(lambda: plan(enhance_prompt=False), ("enhance_prompt",), id="unsupported-field"),
        pytest.param(lambda: plan(image_list=[IMAGE]), ("last_frame",), id="image-role"),
        pytest.param(
            lambda: plan(config(model=f"{VEO}/image-to-video")), ("first_frame",), id="missing-image"
        ),
        pytest.param(lambda: plan(config(timeout=0)), ("timeout",), id="field-of-the-configuration"),
        pytest.param(lambda: plan(config(provider_config={"zoom": 1})), ("provider_config",), id="setting"),
        pytest.param(
            lambda: plan(
                config(
                    model="fal-ai/kling-video/v2.6/pro/text-to-video",
                    fallback_configs=(config(unsupported="error"),),
                ),
                duration_seconds=10,
            ),
            ("duration_seconds",),
            id="field-of-a-fallback",
        ),
    ],
)
def test_an_error_names_its_wrong_fields(wrong: Callable[[], object], fields: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        wrong()
    error = caught.value
    assert set(error.fields) == set(fields)
    assert len(error.fields) == len(fields)
    assert type(str(error)) is str
    mentioned = [part for part in parts_of(error.message) if isinstance(part, FieldMention) and part.is_wrong]
    assert {part.name for part in mentioned} == set(fields)


def test_the_wrong_fields_stand_in_the_order_of_the_message() -> None:
    with pytest.raises(ValidationError) as caught:
        plan(zoom=1, sed=2)
    assert caught.value.fields == ("zoom", "sed")


def test_a_missing_key_names_the_field_that_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAL_KEY", raising=False)
    from tarash.tarash_gateway import generate_video

    with pytest.raises(AuthenticationError, match="pass api_key=… in the configuration") as caught:
        generate_video(config(api_key=None), VideoGenerationRequest(prompt="a boat"))
    assert caught.value.fields == ("api_key",)


def test_a_plain_message_names_no_field() -> None:
    assert ValidationError("duration_seconds=5 is wrong").fields == ()
    assert TarashException("").fields == ()


MESSAGE = (
    "fallback 1: "
    + wrong_field("seed", -1)
    + " is out of range; set "
    + mention("provider_config", {"vertex": True, "project": ...})
    + python_words("; pass " + wrong_field("api_key", ...), "pass_key")
)


def test_a_phrase_is_its_python_words() -> None:
    assert MESSAGE == (
        "fallback 1: seed=-1 is out of range; set provider_config={'vertex': True, 'project': …}; pass api_key=…"
    )
    assert ValidationError(MESSAGE).fields == ("seed", "api_key")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_fields_survive_a_pickle(protocol: int) -> None:
    error = pickle.loads(pickle.dumps(ValidationError(MESSAGE, "fal"), protocol))  # noqa: S301 - our own
    assert (error.message, error.provider, error.fields) == (MESSAGE, "fal", ("seed", "api_key"))
    assert parts_of(error.message) == parts_of(MESSAGE)
    for copied in (copy.copy(error), copy.deepcopy(error)):
        assert parts_of(copied.message) == parts_of(MESSAGE)


def test_a_secret_is_removed_from_each_part() -> None:
    secret = "sk-" + "a1b2c3d4" * 4
    message = wrong_field("base_url", f"https://x/{secret}") + f" is wrong: {secret}"
    error = ValidationError(Phrase(message, mention("extra_params", {"token": secret})))
    hide_secrets(error, [secret])
    assert secret not in repr(parts_of(error.message))
    assert secret not in str(error)
    assert error.fields == ("base_url",)


def test_a_secret_across_two_parts_is_removed_with_the_parts() -> None:
    secret = "0123456789abcdef"
    error = ValidationError("01234567" + mention("89abcdef"))
    hide_secrets(error, [secret])
    assert secret not in error.message
    assert parts_of(error.message) == (error.message,)


CORE = Path(package.__file__).parent
PLUGINS = Path(__file__).parents[2] / "plugins"
SOURCES = [
    *(
        path
        for part in ("engine", "gateway", "mapping", "media", "models", "plugin")
        for path in (CORE / part).rglob("*.py")
    ),
    *PLUGINS.glob("*/src/**/*.py"),
]
_ALWAYS = "|".join(name for name in OPTIONS if "_" in name)
_SPELLED = re.compile(rf"(?<![\w.'-])(?:(?:{_ALWAYS})\b|(?:{'|'.join(OPTIONS)})=)")
_REFUSALS = ("Error", "refusal", "lose", "change")


def _spelled(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of errors that spell the name of a field that has an option."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        # a bug of a plugin, or of a table, is told to its author
        if not name.endswith(_REFUSALS) or name in ("PluginError", "ValueError", "TypeError"):
            continue
        for part in (inner for item in call.args for inner in _texts(item)):
            if _SPELLED.search(part) and " " in part:
                yield part


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts in an expression, but not those of the words for Python."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
        "python_words",
        "mention",
        "wrong_field",
    ):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from _texts(inner)


def test_no_error_spells_the_name_of_a_field_in_its_text() -> None:
    found = {
        f"{path.name}: {text}"
        for path in SOURCES
        for text in _spelled(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()
