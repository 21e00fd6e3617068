"""Owns hand-made wheels of plugins: two that work, and one for each way in which a plugin may be broken."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

IMPORTS = """
from tarash.tarash_gateway.mapping import Model, passthrough_field_mapper
from tarash.tarash_gateway.plugin import *
"""
PROVIDER = """
@hookimpl
def tarash_provider():
    return ProviderInfo(id={id!r}, title="Plugin", home_page="https://plugin.example", hook_api=1,
        base_url="http://127.0.0.1:9", key_required=False, modalities=frozenset({{"image"}}))
"""
MODELS = """
@hookimpl
def tarash_models():
    return [Model(id="any", modality="image", generic=True, fields={"prompt": passthrough_field_mapper("prompt")},
        source="a test, 2026-11-27")]
"""
SUBMIT = """
@hookimpl
def tarash_submit(call, payload):
    yield from ()
    return Submission(result={"prompt": payload["prompt"]}, request_id="1")
"""
NORMALIZE = """
@hookimpl
def tarash_normalize(raw):
    yield from ()
    return Generated(assets=(Asset(kind="image", content=PNG, content_type="image/png"),), raw=raw)
"""
JOB = """
@hookimpl
def tarash_submit(call, payload):
    yield from ()
    return Submission(job={"id": "1"}, request_id="1")
"""
POLL = """
@hookimpl
def tarash_poll(call, job):
    yield from ()
    return JobStatus(state="processing")
"""
ASK = """
@hookimpl
def tarash_submit(call, payload):
    reply = yield from send(call.request("POST", "/jobs", json=payload))
    return Submission(job={"id": "1"}, request_id="1")
"""
LOST = """
@hookimpl
def tarash_submit(call, payload):
    yield from send(call.request("POST", "/lost", json=payload))
"""
PNG = (
    "PNG = bytes.fromhex('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154'"
    " '789c6360f8ffff3f0005fe02fea7a9b1d20000000049454e44ae426082')\n"
)


def plugin(provider: str, *parts: str) -> str:
    """Return the source of a plugin; what `parts` leave out is what the good plugin has."""
    given = "\n".join(textwrap.dedent(part) for part in parts)
    usual = {
        "tarash_provider": PROVIDER.format(id=provider),
        "tarash_models": MODELS,
        "tarash_submit": SUBMIT,
        "tarash_normalize": NORMALIZE,
    }
    rest = "".join(text for hook, text in usual.items() if f"def {hook}(" not in given)
    return IMPORTS + PNG + rest + given


@dataclass(frozen=True)
class PluginWheel:
    """A wheel to be: its provider id, the source of its one module, and the distribution's name."""

    provider: str
    source: str
    distribution: str
    target: str = ""

    def write(self, folder: Path) -> Path:
        """Build the wheel as a build backend would, and return its path."""
        module = self.distribution.replace("-", "_")
        info = f"{module}-1.0.dist-info"
        files = {
            f"{module}.py": self.source,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {self.distribution}\nVersion: 1.0\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": (
                f"[tarash_gateway.providers]\n{self.provider} = {self.target or module}\n"
            ),
        }
        record = "".join(f"{name},{_digest(text)},{len(text.encode())}\n" for name, text in files.items())
        path = folder / f"{module}-1.0-py3-none-any.whl"
        with ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
            archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
        return path


def _digest(text: str) -> str:
    raw = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


GOOD = tuple(PluginWheel(name, plugin(name), f"tarash-gateway-{name}") for name in ("good-one", "good-two"))


@dataclass(frozen=True)
class Bad:
    """A broken plugin, and what is said of it.

    Attributes:
        source: the module.
        told: what `doctor`, `providers` and a use say; "" if only a use can find out.
        used: what a use says; "" is the same as `told`.
        provider: the id of its entry point.
        target: object of the entry point, if it is not the module.
        error: class of the exception that a use raises.
        use: what the probe does with it: "generate", or "webhook".
        options: fields of the configuration.
    """

    source: str
    told: str = ""
    used: str = ""
    provider: str = "bad"
    target: str = ""
    error: str = "PluginError"
    use: str = "generate"
    options: tuple[tuple[str, object], ...] = ()

    @property
    def wheel(self) -> PluginWheel:
        """Return its wheel."""
        return PluginWheel(self.provider, self.source, "tarash-gateway-bad", self.target)


def _info(change: str) -> str:
    return PROVIDER.format(id="bad").replace("hook_api=1", change)


def _hook(signature: str, result: str, *, is_flow: bool = False) -> str:
    first = "    yield from ()\n" if is_flow else ""
    return f"\n@hookimpl\ndef {signature}:\n{first}    return {result}\n"


BAD: dict[str, Bad] = {
    "import error": Bad("import no_such_module_of_acme\n", "No module named 'no_such_module_of_acme'"),
    "syntax error": Bad("def tarash_provider(:\n", "SyntaxError: invalid syntax"),
    "exit at import": Bad("import sys\nsys.exit(3)\n", "cannot be imported: calls sys.exit"),
    "exception at import": Bad("1 / 0\n", "ZeroDivisionError: division by zero"),
    "missing module": Bad(plugin("bad"), "No module named 'no_such_package'", target="no_such_package"),
    "missing object": Bad(plugin("bad"), "has no attribute 'Plugin'", target="tarash_gateway_bad:Plugin"),
    "nothing inside": Bad("", "lacks the required hook tarash_provider"),
    "duplicate id": Bad(
        plugin("good-one"),
        "provider 'good-one' comes from tarash-gateway-bad and tarash-gateway-good-one; uninstall all but one",
        provider="good-one",
    ),
    "another id": Bad(plugin("worse"), "has the provider id 'worse'; use the same name for its entry point"),
    "misspelt required hook": Bad(
        plugin("bad", SUBMIT).replace("tarash_submit", "tarash_sumbit"),
        "tarash_sumbit is not a hook; did you mean 'tarash_submit'?",
    ),
    "undecorated hooks": Bad(
        plugin("bad").replace("@hookimpl\ndef tarash_submit", "def tarash_submit"),
        "decorate tarash_submit with @hookimpl",
    ),
    "unknown argument": Bad(
        plugin("bad", "@hookimpl\ndef tarash_error(call, answer):\n    return None\n"),
        "breaks the hook contract",
    ),
    "no API": Bad(
        plugin("bad", PROVIDER.format(id="bad").replace("hook_api=1,", "")),
        "missing 1 required keyword-only argument: 'hook_api'",
    ),
    "API 0": Bad(
        plugin("bad", _info("hook_api=0")), "hook API 0, but this core supports 1; upgrade the plugin"
    ),
    "API 99": Bad(
        plugin("bad", _info("hook_api=99")), "hook API 99, but this core supports 1; upgrade tarash-gateway"
    ),
    "tarash_provider: dict": Bad(
        plugin("bad", _hook("tarash_provider()", "{'id': 'bad'}")),
        "tarash_provider returned dict, not ProviderInfo",
    ),
    "tarash_models: int": Bad(
        plugin("bad", _hook("tarash_models()", "7")), "tarash_models returned int, not model rows"
    ),
    "tarash_models: rows of dict": Bad(
        plugin("bad", _hook("tarash_models()", "[{'id': 'x'}]")), "row 0 of tarash_models is dict, not Model"
    ),
    "tarash_models: two generic rows": Bad(
        plugin("bad").replace("return [Model(", "return 2 * [Model("),
        "two generic rows for image models; keep one",
    ),
    "tarash_map: dict": Bad(
        plugin("bad", _hook("tarash_map(call, request)", "{}")), used="tarash_map returned dict, not Mapped"
    ),
    "tarash_submit: no generator": Bad(
        plugin("bad", _hook("tarash_submit(call, payload)", "Submission(result=1)")),
        used="tarash_submit returned Submission, not a generator",
    ),
    "tarash_submit: text": Bad(
        plugin("bad", _hook("tarash_submit(call, payload)", "'job-1'", is_flow=True)),
        used="tarash_submit returned str, not Submission",
    ),
    "tarash_submit: nothing": Bad(
        plugin("bad", _hook("tarash_submit(call, payload)", "Submission()", is_flow=True)),
        used="returned a Submission with neither job nor result",
    ),
    "tarash_poll: text": Bad(
        plugin("bad", JOB, _hook("tarash_poll(call, job)", "'done'", is_flow=True)),
        used="tarash_poll returned str, not JobStatus",
    ),
    "tarash_poll: unknown state": Bad(
        plugin("bad", JOB, _hook("tarash_poll(call, job)", "JobStatus(state='done')", is_flow=True)),
        used="tarash_poll returned the unknown state 'done'; use cancelled, completed",
    ),
    "tarash_normalize: list": Bad(
        plugin("bad", _hook("tarash_normalize(raw)", "['https://x']", is_flow=True)),
        used="tarash_normalize returned list, not Generated",
    ),
    "tarash_normalize: list of URLs": Bad(
        plugin("bad", _hook("tarash_normalize(raw)", "Generated(assets=('https://x',))", is_flow=True)),
        used="returned str among the assets, not Asset",
    ),
    "tarash_cancel: bool": Bad(
        plugin("bad", JOB, POLL, _hook("tarash_cancel(call, job)", "True", is_flow=True)),
        error="TimeoutError",
        # the deadline passed, and whether the job was cancelled cannot be told
        used="not finished within 0.2 s (request 1); cancelled: unconfirmed",
        options=(("timeout", 0.2), ("poll_interval", 0.05)),
    ),
    "tarash_find_submission: text": Bad(
        plugin("bad", LOST, _hook("tarash_find_submission(call, payload)", "'job-1'", is_flow=True)),
        error="SubmissionUnknownError",
        used="tarash_find_submission returned str, not Submission",
    ),
    "tarash_sign: text": Bad(
        plugin("bad", ASK, POLL, _hook("tarash_sign(call, http)", "'signed'")),
        used="tarash_sign returned str, not HttpCall",
    ),
    "tarash_error: text": Bad(
        plugin("bad", ASK, POLL, _hook("tarash_error(call, response)", "'refused'")),
        used="tarash_error returned str, not a TarashException",
    ),
    "tarash_webhook: bool": Bad(
        plugin("bad", _hook("tarash_webhook(call, delivery)", "True")),
        used="tarash_webhook returned bool, not WebhookEvent",
        use="webhook",
    ),
    "a step that is none": Bad(
        plugin("bad", "@hookimpl\ndef tarash_submit(call, payload):\n    yield 'POST /jobs'\n"),
        used="yielded str, which is not a step of a plugin",
    ),
    "an exception in a flow": Bad(
        plugin(
            "bad",
            "@hookimpl\ndef tarash_submit(call, payload):\n    yield from ()\n    raise KeyError('id')\n",
        ),
        used="tarash_submit raised KeyError: 'id'",
    ),
    "an async hook": Bad(
        plugin(
            "bad", "@hookimpl\nasync def tarash_submit(call, payload):\n    return Submission(result=1)\n"
        ),
        "tarash_submit is an async function; use `def`",
    ),
}
SLOW = Bad("import time\ntime.sleep(0.3)\n" + plugin("bad"))
MISREAD_STREAM = Bad(
    plugin(
        "bad",
        JOB,
        POLL.replace("processing", "completed"),
        _hook("tarash_stream(call, job)", "'https://x'", is_flow=True),
    ),
    used="tarash_stream returned str, not StatusStream",
)
IGNORED_HOOK = Bad(plugin("bad", "@hookimpl\ndef tarash_pole(call, job):\n    return None\n"))
