"""What is recorded only if asked, what is never recorded, and what an idle extension costs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.attributes import (
    error_attributes,
    http_attributes,
    server_attributes,
    url_attributes,
)
from opentelemetry.semconv.metrics import http_metrics
from opentelemetry.trace import NoOpTracerProvider

from execution import Run
from simulators.asking import PROMPT, video_config, video_request
from simulators.fal import FalSimulator
from tarash.tarash_gateway import AuthenticationError, GenerationFailedError
from tarash.tarash_gateway.testing.simulator import Status
from tarash_gateway_otel import Telemetry, conventions
from tarash_gateway_otel.extension import _is_of_the_api

if TYPE_CHECKING:
    from plugins.otel.conftest import Traced

FAL = "fal-ai/veo3.1"
SWITCH = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


def fail_with_the_prompt(traced: Traced, fal: FalSimulator) -> None:
    """A generation whose error message quotes the prompt."""
    fal.inject(
        "submit", Status(422, json={"detail": [{"msg": f"cannot draw {PROMPT}", "type": "value_error"}]})
    )
    with pytest.raises(Exception, match="cannot draw"):
        traced.gateway.generate_video(video_config(fal, FAL), video_request())


def test_no_prompt_is_recorded_unless_asked(run: Run, traced: Traced, fal: FalSimulator) -> None:
    run(traced.gateway, "generate_video", video_config(fal, FAL), video_request())
    fail_with_the_prompt(traced, fal)
    assert PROMPT not in traced.everything()


@pytest.mark.parametrize(
    ("value", "records"),
    [
        ("true", True),
        ("SPAN_ONLY", True),
        ("span_and_event", True),
        ("EVENT_ONLY", False),
        ("false", False),
        ("", False),
    ],
)
def test_the_prompt_is_recorded_when_the_environment_asks(
    traced: Traced, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch, value: str, records: bool
) -> None:
    monkeypatch.setenv(SWITCH, value)
    traced.gateway.generate_video(video_config(fal, FAL), video_request())
    (attempt,) = traced.named(f"generate_content {FAL}")
    messages = (attempt.attributes or {}).get("gen_ai.input.messages")
    expected = [{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}]
    assert (json.loads(str(messages)) == expected) if records else messages is None


def test_the_switch_of_the_program_counts_more_than_that_of_the_environment(
    traced: Traced, fal: FalSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "true")
    traced.record_content(False)
    fail_with_the_prompt(traced, fal)
    assert PROMPT not in traced.everything()
    monkeypatch.delenv(SWITCH)
    traced.record_content(True)
    fail_with_the_prompt(traced, fal)
    assert f"cannot draw {PROMPT}" in traced.everything()


def test_no_key_is_recorded_not_even_with_content(run: Run, traced: Traced, fal: FalSimulator) -> None:
    traced.record_content(True)
    run(traced.gateway, "generate_video", video_config(fal, FAL), video_request())
    fal.inject("submit", Status(401, json={"detail": f"bad key {fal.api_key}"}))
    with pytest.raises(AuthenticationError):
        run(traced.gateway, "generate_video", video_config(fal, FAL), video_request())
    assert "bad key" in traced.everything()
    assert fal.api_key not in traced.everything()


def test_a_url_has_neither_login_nor_query(traced: Traced, fal: FalSimulator) -> None:
    address = f"{fal.url}".replace("http://", "http://user:pass@")
    traced.gateway.generate_video(video_config(fal, FAL, base_url=address), video_request())
    urls = [
        str((span.attributes or {})["url.full"])
        for span in traced.spans
        if "url.full" in (span.attributes or {})
    ]
    assert urls
    assert not [url for url in urls if "@" in url or "?" in url]


# An extension without a provider costs nothing.

IDLE = """
import sys
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry, installed_entry_points
from tarash_gateway_otel import telemetry

registry = Registry(lambda group: installed_entry_points(group) if "providers" in group else [])
registry.register_extension(telemetry)
config = VideoGenerationConfig(provider="local", model="animatic", mock={"enabled": True})
with Gateway(registry=registry) as gateway:
    gateway.generate_video(config, VideoGenerationRequest(prompt="x"))
    assert registry.listeners() == ()
loaded = [name for name in sys.modules if name.startswith("opentelemetry")]
assert not loaded, loaded

import opentelemetry.trace
assert registry.listeners() == (), "the API alone records nothing"

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
provider, exporter = TracerProvider(), InMemorySpanExporter()
provider.add_span_processor(SimpleSpanProcessor(exporter))
opentelemetry.trace.set_tracer_provider(provider)
with Gateway(registry=registry) as gateway:
    gateway.generate_video(config, VideoGenerationRequest(prompt="x"))
print(*sorted(span.name for span in exporter.get_finished_spans()))
"""


def test_nothing_is_loaded_and_no_event_made_until_a_provider_is_set() -> None:
    done = subprocess.run([sys.executable, "-c", IDLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "generate video generate_content animatic\n"


@pytest.mark.parametrize("variable", ["OTEL_PYTHON_TRACER_PROVIDER", "OTEL_PYTHON_METER_PROVIDER"])
def test_a_provider_that_the_environment_names_is_found(variable: str) -> None:
    program = "from tarash_gateway_otel import telemetry; print(telemetry.tarash_listens())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={variable: f"sdk_{variable.split('_')[2].lower()}_provider", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr


@pytest.mark.parametrize(
    ("provider", "expected"),
    [(NoOpTracerProvider(), True), (NoOpMeterProvider(), True), (TracerProvider(), False)],
    ids=["trace", "metrics", "sdk"],
)
def test_a_provider_of_the_api_itself_records_nothing(provider: object, expected: bool) -> None:
    assert _is_of_the_api(provider) is expected


def test_one_provider_suffices(fal: FalSimulator) -> None:
    assert Telemetry(tracer_provider=TracerProvider()).tarash_listens()
    assert Telemetry(meter_provider=NoOpMeterProvider()).tarash_listens()


# Names.


def test_every_name_that_has_a_convention_is_spelt_like_it() -> None:
    modules = (
        gen_ai_attributes, gen_ai_metrics, http_attributes, http_metrics, server_attributes, url_attributes, error_attributes,
    )  # fmt: skip
    convention = {key: value for module in modules for key, value in vars(module).items() if key.isupper()}
    own = {key: value for key, value in vars(conventions).items() if key.isupper() and isinstance(value, str)}
    named = {
        key: value
        for key, value in own.items()
        if value.startswith(("gen_ai.", "http.", "server.", "url.", "error."))
    }
    assert len(named) >= 15
    assert named == {key: convention.get(key) for key in named}
    others = set(own) - set(named) - {"GENERATE_CONTENT", "CAPTURE_CONTENT"}
    assert all(own[key].startswith("tarash.") for key in others)


def test_provider_and_operation_names_are_those_of_the_convention() -> None:
    # by name, since the classes are marked as moved to a package that does not exist yet
    operations = {item.value for item in vars(gen_ai_attributes)["GenAiOperationNameValues"]}
    providers = {item.value for item in vars(gen_ai_attributes)["GenAiProviderNameValues"]}
    assert conventions.GENERATE_CONTENT in operations
    assert set(conventions.PROVIDER_NAMES.values()) <= providers


def test_a_failed_generation_leaves_nothing_behind(traced: Traced, fal: FalSimulator) -> None:
    fal.fail_next("runner_disconnected")
    with pytest.raises(GenerationFailedError):
        traced.gateway.generate_video(video_config(fal, FAL), video_request())
    assert traced.telemetry._running == {}
