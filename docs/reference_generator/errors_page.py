"""Writes the page of the errors: the tree, the meaning of each HTTP status, and what to do about each class."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from tarash.tarash_gateway import exceptions
from tarash.tarash_gateway.exceptions import TarashException
from tarash.tarash_gateway.plugin import HttpReply, default_error
from tarash.tarash_gateway.statuses import OTHER_STATUS, SERVER_ERROR, STATUS_MEANINGS, StatusMeaning

from .markdown import attributes, page, table

_WHAT_TO_DO = {
    "error": "Catch this class to catch everything that the gateway raises on purpose.",
    "validation": "Read the message: it names the field, the allowed values and the nearest one. `fields` has the names of the wrong "
    "fields, for programs. `plan_video` raises the same error, but "
    'sends nothing. `unsupported="adjust"` also takes a value that is not near.',
    "provider_not_installed": "Install the package that the message names. `providers()` lists the installed ones.",
    "budget_exceeded": "Read `estimated_cost_usd`, `limit_usd` and `left_usd`. Ask for less, choose a cheaper model, or raise "
    "`max_cost_usd` or the `budget_usd` of the gateway. A model without a known price needs `allow_unknown_cost=True`.",
    "plugin": "Upgrade or uninstall the package that the message names. Other providers keep working. If the error has a `job`, that job "
    "was submitted: `resume` it once the plugin is fixed.",
    "content_moderation": "Change the prompt or the input media. Most providers have similar rules, and some count refusals, so a fallback "
    'is tried only with `fallback_on={..., "content_moderation"}`.',
    "http": "Read `status_code` and `raw_response`. [The table of statuses](#what-an-http-status-means) says whether to retry the call.",
    "authentication": "Check the key and its permissions. The chain continues, with a warning in the metadata.",
    "quota_exceeded": "Add credit or raise the limit at the provider. The chain continues, with a warning in the metadata.",
    "model_not_found": "Check the name against [the provider's page](providers/index.md). If the model is known to be retired, the "
    "message says so and names its replacement.",
    "rate_limit": "The gateway has already waited and retried. Send fewer requests at a time, or add a fallback. `retry_after` is the wait "
    "that the provider asks for, in seconds.",
    "connection": "Check the network, the proxy and `base_url`. A request that may have arrived was not sent again.",
    "unexpected_response": "Read `raw_response`: a proxy or a login page may have answered instead of the provider. If the provider "
    "answered, its plugin needs an update.",
    "timeout": 'Raise `timeout`, or set `on_timeout="detach"` and `resume` the `job` later. Without it, the gateway cancels the job if the '
    "provider can: see `cancelled` of the attempt.",
    "submission_unknown": "Check the provider's own list of jobs before you submit again: a second job may be billed, too. "
    '`on_unknown_submission="raise"` stops the chain here.',
    "generation_failed": "Read the provider's reason in the message and in `raw_response`, then try again or change the request.",
    "download": "Save results soon, because links expire. `allow_private_hosts=True` allows a private host, `max_bytes` a larger file.",
    "journal": "Fix what the message names (a full disk, a lost database), then generate again. If the error has a `job`, that job was "
    "submitted: `resume` it instead.",
    "fallback_exhausted": "Read `errors`, one for each provider that was tried, and `attempts`, which also lists the skipped ones.",
}
_CARRIES_JOB = {
    "timeout": 'with `on_timeout="detach"`',
    "plugin": "after the submission",
    "journal": "after the submission",
}


def errors_page() -> str:
    """Return the page."""
    kinds = sorted(_tree(TarashException), key=lambda kind: list(_WHAT_TO_DO).index(kind.code))
    tree = inspect.cleandoc((exceptions.__doc__ or "").split("\n\n")[1])
    return page(
        "Errors",
        "Every exception is a `TarashException` and has a stable `code`, which is the name of its section below. Messages, attributes "
        "and pickles never contain a secret.",
        f"```text\n{tree}\n```",
        table(
            ("code", "class", "request is retried", "another provider is tried", "carries a job"),
            [_overview(kind) for kind in kinds[1:]],
        ),
        "The third and fourth columns are the defaults of `is_retryable` and `allows_fallback`; a plugin that knows more sets them on the "
        "exception. The gateway retries a request within the attempt, and a submission only if that cannot be billed twice. Whether to "
        "generate again is [another question](#should-i-try-again).",
        "If an exception has a `job`, that job may still run or have a result. [Resume it](../how-to/resume-after-a-crash.md): generating "
        "again would be billed twice. Whatever its class, an exception carries the job if a finished job's result cannot be fetched.",
        "## What an HTTP status means",
        "The gateway raises the class in this table unless the provider's plugin reads something more specific from the answer. An "
        "`HTTPError` that you create with the status behaves the same. The reason is the one in `fallback_on` that covers the status; for "
        "all other classes, the reason is their `code`.",
        table(
            ("status", "class", "reason", "request is retried", "another provider is tried"),
            _statuses(),
        ),
        "## Should I try again?",
        "[`is_retryable_error`](api.md#is_retryable_error) returns whether generating again, unchanged, may succeed. It returns False if a "
        "job may still run or exist, because a second one may be billed, too.",
        "```python\nfrom tarash.tarash_gateway import HTTPError, ValidationError, is_retryable_error\n\n"
        'assert is_retryable_error(HTTPError("too many requests", status_code=429))\n'
        'assert not is_retryable_error(ValidationError("duration_seconds=5 is not offered"))\n```',
        "## Attributes of every error",
        "The first five arguments may be positional, in this order: `message`, `provider`, `model`, `request_id`, `raw_response`. The "
        "sixth is `status_code` of an `HTTPError` or `timeout_seconds` of a `TimeoutError`. All others are keyword-only.",
        _attribute_table(TarashException),
        *(_section(kind) for kind in kinds),
        "## ModelLifecycleWarning\n\n" + (inspect.getdoc(exceptions.ModelLifecycleWarning) or ""),
        'A warning, not an exception: `warnings.simplefilter("error", ModelLifecycleWarning)` makes it one.',
        "## UnknownModelWarning\n\n" + (inspect.getdoc(exceptions.UnknownModelWarning) or ""),
    )


def _tree(kind: type[TarashException]) -> Iterator[type[TarashException]]:
    """Yield a class of the core and all its subclasses."""
    if kind.__module__ == exceptions.__name__:
        yield kind
        for narrower in kind.__subclasses__():
            yield from _tree(narrower)


def _overview(kind: type[TarashException]) -> tuple[str, ...]:
    return (
        f"[`{kind.code}`](#{kind.code})",
        f"`{kind.__name__}`",
        "by status" if kind is exceptions.HTTPError else _yes(kind.default_retryable),
        _falls_back(kind),
        _CARRIES_JOB.get(kind.code, "no"),
    )


def _statuses() -> Iterator[tuple[str, ...]]:
    """Yield a row for each group of statuses, with the class that the core raises."""
    for meaning in dict.fromkeys(STATUS_MEANINGS.values()):
        same = [status for status in STATUS_MEANINGS if STATUS_MEANINGS[status] == meaning]
        yield _status_row(", ".join(str(status) for status in same), same[0], meaning)
    yield _status_row("500 and above", 500, SERVER_ERROR)
    yield _status_row("any other", 418, OTHER_STATUS)


def _status_row(label: str, status: int, meaning: StatusMeaning) -> tuple[str, ...]:
    raised = type(default_error(HttpReply(status)))
    falls_back = "on request" if meaning.reason == "validation" else _yes(meaning.allows_fallback)
    return (label, f"`{raised.__name__}`", f"`{meaning.reason}`", _yes(meaning.is_retryable), falls_back)


def _section(kind: type[TarashException]) -> str:
    about, _, _ = (inspect.getdoc(kind) or "").partition("\n\nAttributes:")
    parts = [f"## {kind.code}\n\n`{kind.__name__}`: {about}", f"**What to do**: {_WHAT_TO_DO[kind.code]}"]
    if kind is not TarashException:
        parts.insert(1, _attribute_table(kind))
    return "\n\n".join(part for part in parts if part)


def _attribute_table(kind: type[TarashException]) -> str:
    said = attributes(inspect.getdoc(kind) or "")
    return table(("attribute", "meaning"), [(f"`{name}`", text) for name, text in said.items()])


def _falls_back(kind: type[TarashException]) -> str:
    if kind is exceptions.HTTPError:
        return "by status"
    if kind.code in ("content_moderation", "validation"):
        return "on request"
    return _yes(kind.default_fallback)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
