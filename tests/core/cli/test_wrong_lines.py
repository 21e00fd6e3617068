"""A wrong command line is told in one plain line, in the words of the command, with what was probably meant."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.cli.option_words import OPTIONS, message_of, one_line
from tarash.tarash_gateway.cli.options import ImageOptions, OutputOptions, ProviderOptions, VideoOptions
from tarash.tarash_gateway.models.modality import known_modalities
from tarash.tarash_gateway.plugin import mention, python_words, wrong_field

Tarash = Callable[..., Result]

PYTHON = re.compile(
    r"\b[A-Z]\w+(?:Config|Request|Input|Error)\b|duration_seconds|number_of_videos|generate_audio|mask_image|aspect_ratio|extra_params"
    r"|provider_config|base_url|api_version|image_list|api_key=|config=|=…|pydantic|Input should"
)
"""Words of the Python API, which no line of the command has."""

WRONG = [
    ("video", "'tarash video' needs PROMPT; run 'tarash video -h' to see how to use it"),
    ("video x --duration soon", "--duration 'soon' must be a number"),
    ("video x --duration -1", "--duration -1 must be a number, above 0 and at most 3600"),
    ("video x --duration nan", "--duration nan must be a number, above 0 and at most 3600"),
    ("video x --duration", "--duration needs a value"),
    ("video x -n 0", "--count 0 must be a whole number, at least 1 and at most 100"),
    ("video x -n 1.5", "--count '1.5' must be a whole number"),
    ("video x --seed 99999999999999999999", "--seed 99999999999999999999 must be a whole number, at least"),
    ("video x --resolution high", "--resolution high: a resolution must be '480p'"),
    ("video x --aspect-ratio wide", "--aspect-ratio wide: an aspect ratio must be width:height"),
    ("video x --timeout 0", "--timeout 0 must be a number, above 0 and at most 604800"),
    ("video x --timeout inf", "--timeout inf must be a number"),
    ("video x --unsupported ignore", "--unsupported ignore must be 'nearest', 'error' or 'adjust'"),
    ("video x --base-url ftp://x", "--base-url ftp://x must be a URL that begins with https:// or http://"),
    (
        "video x --base-url 'https://me:secret@['",
        "--base-url 'https://[': 'https://[' is not the URL of a server",
    ),
    ("video x --enhance-prompt=1", "--enhance-prompt takes no value; write --enhance-prompt alone"),
    ("video x --max-cost five", "--max-cost 'five' must be a number"),
    (
        "video a paper boat",
        "'tarash video' has no place for 'paper boat'; put a prompt of several words in quotes",
    ),
    ("video x --image hero=a.png", "--image hero=a.png: 'hero' is not a role (roles: reference, first_frame"),
    ("video x --image last_fram=a.png", "'last_fram' is not a role; did you mean 'last_frame'?"),
    ("video x --image first_frame=", "--image first_frame= has no image; write"),
    (
        "video x --provider-config zoom=1",
        "local/animatic: --provider-config has 'zoom', but local has no settings; use --param",
    ),
    ("video x --param a=1", "local/animatic: --param a are unknown to animatic"),
    ("video x --durations 3", "'tarash video' has no option --durations; did you mean '--duration'?"),
    ("video x --seconds 3", "'tarash video' has no option --seconds; did you mean '--duration'?"),
    ("video x --zzz", "'tarash video' has no option --zzz; run 'tarash video -h' to list its options"),
    (
        "image x --duration 3",
        "--duration is an option of 'tarash video' and 'tarash compare', not of 'tarash image'",
    ),
    ("image x -n 0", "--count 0 must be a whole number"),
    ("image x --size 16:9", "--size 16:9: a size must be WIDTHxHEIGHT"),
    ("--model nope/x", "--model is an option of 'tarash video' and 'tarash image', not of 'tarash'"),
    ("--verson", "'tarash' has no option --verson; did you mean '--version'?"),
    ("vidoe x", "'tarash' has no command 'vidoe'; did you mean 'video'?"),
    ("generate vidoe x", "'tarash generate' has no command 'vidoe'; did you mean 'video'?"),
    ("zzz", "'tarash' has no command 'zzz'; run 'tarash -h' to list its commands"),
    ("keys delete fal", "'tarash keys' has no command 'delete'; did you mean 'remove'?"),
    ("keys remov fal", "'tarash keys' has no command 'remov'; did you mean 'remove'?"),
    ("keys add fal", "'tarash keys' has no command 'add'; did you mean 'set'?"),
    ("jobs delete 0f", "'tarash jobs' has no command 'delete'; did you mean 'forget'?"),
    ("jobs ls", "'tarash jobs' has no command 'ls'; did you mean 'list'?"),
    ("keys set", "'tarash keys set' needs PROVIDER; run"),
    (
        "keys set kling --part acces_key",
        "the key of kling has no part 'acces_key'; did you mean 'access_key'?",
    ),
    (
        "config set video local/animatic",
        "there is no setting 'video'; did you mean 'video-model'? (settings: video-model, image-model)",
    ),
    ("config set video-model local", "video-model is PROVIDER/MODEL, such as local/animatic, not 'local'"),
    ("config set video-model local/animatc", "local has no video model 'animatc'; did you mean 'animatic'?"),
    (
        "config set image-model local/animatic",
        "local has no image model 'animatic'; run 'tarash models local",
    ),
    ("models --provider fal", "'tarash models' has no option --provider; write 'tarash models PROVIDER'"),
    ("models --modality vidoe", "--modality 'vidoe' is not a modality; did you mean 'video'?"),
    ("models --sort costs", "--sort 'costs' is not an order; did you mean 'cost'?"),
    ("providers x", "'tarash providers' has no place for 'x'; run"),
    (
        "compare x fal/fal-ai/veo3.1",
        "'tarash compare' has no place for 'fal/fal-ai/veo3.1'; name a model with --model",
    ),
    ("compare x --modality audio", "--modality 'audio' is not one of 'video', 'image'"),
    ("plan video x --duration -1", "--duration -1 must be a number"),
    ("plan video x -m nope/x", "--model nope/x: no provider 'nope' is installed (installed: "),
    (
        "plan video x -m fall/fal-ai/veo3.1",
        "no provider 'fall' is installed; did you mean 'fal/fal-ai/veo3.1'?",
    ),
    ("plan video x -m kling-v2-6", "--model kling-v2-6 names no provider; did you mean 'kling/kling-v2-6'?"),
    ("plan video x -m zzz", "--model zzz names no provider; write --model PROVIDER/MODEL"),
    ("help", "'tarash' has no command 'help'; write 'tarash -h'"),
    ("version", "'tarash' has no command 'version'; write 'tarash --version'"),
    ("'a paper boat'", "'tarash' has no command 'a paper boat'; write: tarash video \"a paper boat\""),
    ("models -d 99999", "--duration 99999 must be a number, above 0 and at most 3600"),
    ("models --can text-to-vidoe", "--can text-to-vidoe is not a task; did you mean 'text-to-video'?"),
    ("models --size 16:9", "--size 16:9: a size must be WIDTHxHEIGHT"),
    (
        "plan video x -m fal/fal-ai/veo3.1 -n 3",
        "--count 3 is not an option of this model; it takes --aspect-ratio, --duration, --audio",
    ),
    (
        "plan video x -m fal/fal-ai/veo3.1 --no-enhance-prompt",
        "--no-enhance-prompt is not an option of this model",
    ),
    ("plan video x -m fal/fal-ai/veo3.1 -a 1:1", "--aspect-ratio 1:1 is not offered; use 16:9 or 9:16"),
    (
        "plan video x -m fal/fal-ai/veo3.1 -i last_frame=https://e.com/a.png",
        "--image last_frame=https://e.com/a.png is not an input",
    ),
    (
        "plan video x -m fal/fal-ai/veo3.1 -i https://e.com/a -i https://e.com/b",
        "--image reference=https://e.com/a and others is not an input of this model",
    ),
    (
        "plan video x -m google/veo-3.1-fast-generate-preview --provider-config vertex=1",
        "--provider-config vertex: must be True or",
    ),
    ("plan video x -m fal/fal-ai/veo3.1/image-to-video", "--image first_frame is required for this model"),
    ("plugin nwe x", "'tarash plugin' has no command 'nwe'; did you mean 'new'?"),
]


@pytest.mark.parametrize(("line", "told"), WRONG, ids=[line for line, _ in WRONG])
def test_a_wrong_line_is_told_in_one_plain_line(tarash: Tarash, line: str, told: str) -> None:
    result = tarash(*shlex.split(line))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (error,) = result.stderr.splitlines()
    assert error.startswith("error: ")
    assert told in error
    assert PYTHON.findall(error) == []
    assert "\x1b" not in error
    assert "secret@" not in error


@pytest.mark.parametrize(
    "line",
    [
        "video ''", "video x --account ''", "video x --provider ''", "video x --model ''", "video x --fallback ''",
        "video x --base-url ''", "video x --api-version ''", "video x --resolution ''", "video x --aspect-ratio ''",
        "video x --image ''", "video x --video ''", "image x --size ''", "image x --quality ''", "image x --style ''",
        "image x --mask ''", "video x --jobs-dir ''", "keys set fal --account ''", "keys list --account ''", "keys remove '' ",
        "jobs show ''", "models --search ''", "models --resolution ''", "models ''", "compare x -m local -m '' ",
        "compare x -m local -m runway/gen4.5 --account ''", "plan video x --account ''",
    ],
)  # fmt: skip
def test_an_empty_value_is_refused(tarash: Tarash, line: str) -> None:
    result = tarash(*shlex.split(line))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert re.fullmatch(
        r"error: [\w-]+ is empty; (leave it out, or give it a value|give it a text)\n", result.stderr
    )


def test_no_wish_may_be_empty(tarash: Tarash) -> None:
    assert tarash("plan", "video", "x", "--negative-prompt", "").exit_code == 0


def test_a_missing_key_is_told_with_the_ways_of_a_terminal(tarash: Tarash) -> None:
    for line in (
        "video x -p fal -m fal-ai/veo3.1",
        "video x -p kling -m kling-v2-6",
        "video x -p google -m gemini-omni-1.2-flash",
    ):
        result = tarash(*shlex.split(line))
        assert "api_key" not in result.stderr
        assert "tarash keys set" in result.stderr
    result = tarash("video", "x", "-m", "fal/fal-ai/veo3.1")
    assert result.exit_code == 3
    assert result.stderr == (
        "error: fal/fal-ai/veo3.1: no API key for fal; set FAL_KEY, or run 'tarash keys set fal'\n"
    )


def test_an_error_in_json_has_the_words_of_the_command_too(tarash: Tarash) -> None:
    result = tarash("video", "x", "--duration", "-1", "--json")
    error = json.loads(result.stdout)["error"]
    assert error["message"] == "--duration -1 must be a number, above 0 and at most 3600"
    assert (error["code"], error["type"], error["exit_code"]) == ("validation", "ValidationError", 2)


def test_what_a_model_does_not_take_is_told_by_its_option(
    tarash: Tarash, at_fal: tuple[str, ...], fal: FalSimulator
) -> None:
    result = tarash("video", "x", *at_fal, "--duration", "5", "--unsupported", "error")
    assert "fal/fal-ai/veo3.1: --duration 5" in result.stderr
    assert PYTHON.findall(result.stderr) == []
    result = tarash("video", "x", "-p", "fal", "-m", "fal-ai/veo3.1/image-to-video", "--base-url", fal.url)
    assert "--image first_frame is required for this model" in result.stderr
    assert fal.requests == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            wrong_field("duration_seconds", 5.0) + " is not offered; use 4",
            "--duration 5 is not offered; use 4",
        ),
        (wrong_field("prompt") + " is required for this model", "PROMPT is required for this model"),
        (
            "fallback 2: " + wrong_field("video") + " is not an input of this model",
            "fallback 2: --video is not an input of this model",
        ),
        (
            python_words("VideoGenerationConfig: ") + wrong_field("provider") + " is required",
            "--provider is required",
        ),
        (
            "set " + mention("provider_config", {"vertex": True, "project": ...}),
            "set --provider-config vertex=true --provider-config project=…",
        ),
        ("set " + mention("unsupported", "adjust"), "set --unsupported adjust"),
        (wrong_field("generate_audio", value=False) + " is not offered", "--no-audio is not offered"),
        (wrong_field("negative_prompt", "a cat") + " is too long", "--negative-prompt 'a cat' is too long"),
        (wrong_field("first_frame", ["a.png"]) + " is too large", "--image first_frame=a.png is too large"),
        (wrong_field("style_image", ["a", "b"]) + " are two", "--image style=a and others are two"),
        ("it takes " + mention("last_frame"), "it takes --image last_frame"),
        (
            wrong_field("extra_params", "fast", key="mode") + " is not offered",
            "--param mode=fast is not offered",
        ),
        (wrong_field("webhook_url") + " is not called", "webhook_url is not called"),
        ("the size of the image: size=5, seed is 1", "the size of the image: size=5, seed is 1"),
    ],
)
def test_fields_become_options_and_other_words_stay(message: str, told: str) -> None:
    assert message_of(ValidationError(message)) == told


def test_the_words_of_a_provider_stay_as_they_are() -> None:
    refused = ValidationError("duration_seconds=5 is wrong", status_code=400)
    assert message_of(refused) == "duration_seconds=5 is wrong"
    assert message_of(AuthenticationError("key refused", status_code=401)) == "key refused"


def test_a_terminal_obeys_nothing_in_an_error() -> None:
    assert one_line("a\x1b[31mred\x07\r\n  line\u2028end") == "a [31mred line end"


def test_each_field_that_the_command_sets_has_its_option() -> None:
    options = {
        name
        for kind in (VideoOptions, ImageOptions, ProviderOptions, OutputOptions)
        for name in kind.__dataclass_fields__
    }
    assert {words.lstrip("-").lower().replace("-", "_") for words in OPTIONS.values()} <= options
    fields = {
        name
        for item in known_modalities()
        for kind in (item.config, item.request)
        for name in kind.model_fields
    }
    assert set(OPTIONS) <= fields
    assert set(VideoGenerationRequest.model_fields) - set(OPTIONS) == set()
    never = {
        "api_key", "request_timeout", "max_poll_attempts", "poll_interval", "mock", "fallback_on", "on_unknown_submission",
        "on_timeout", "on_interrupt", "allow_unknown_cost", "webhook_url", "headers",
    }  # fmt: skip
    assert set(VideoGenerationConfig.model_fields) - set(OPTIONS) == never, (
        "a new field is an option, or stands here"
    )


def test_a_model_for_the_other_modality_is_told(tarash: Tarash) -> None:
    told = "has 'fal-ai/veo3.1' in its table as a model for video, not for image"
    assert told in tarash("plan", "image", "x", "-m", "fal/fal-ai/veo3.1").stdout
    result = tarash("config", "set", "image-model", "fal/fal-ai/veo3.1")
    assert (result.exit_code, result.stdout) == (0, "image-model is fal/fal-ai/veo3.1\n")
    assert result.stderr.startswith("warning: ")
    assert told in result.stderr
    assert tarash("config", "set", "image-model", "fal/fal-ai/flux/dev").stderr == ""


def test_a_model_search_for_nothing_says_so(tarash: Tarash, workplace: Path) -> None:
    result = tarash("models", "--search", "zzz")
    assert (result.exit_code, result.stderr) == (0, "no model fits; ask for less, or leave out an option\n")
