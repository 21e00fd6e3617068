"""The page of the errors: the tree, what each HTTP status means, and a section for each class with what to do."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from tarash.tarash_gateway import exceptions
from tarash.tarash_gateway.exceptions import TarashException
from tarash.tarash_gateway.plugin import HttpReply, default_error
from tarash.tarash_gateway.statuses import OTHER_STATUS, SERVER_ERROR, STATUS_MEANINGS, StatusMeaning

from .markdown import attributes, page, table

_WHAT_TO_DO = {
    "error": "Catch this one to catch everything that the gateway raises on purpose.",
    "validation": "Read the message: it names the field, the allowed values and the nearest one. `plan_video` tells you before "
    'anything is sent. `unsupported="adjust"` takes the nearest value for you.',
    "provider_not_installed": "Install the package that the message names. `providers()` lists the installed ones.",
    "plugin": "Upgrade or uninstall the distribution that the message names. The other providers keep working. If the error has a "
    "`job`, that job was submitted: `resume` it once the plugin is repaired.",
    "content_moderation": "Change the prompt or the input media. Most providers have similar rules, and some count refusals, so "
    'another one is asked only with `fallback_on={..., "content_moderation"}`.',
    "http": "Read `status_code` and `raw_response`. [The table of statuses](#what-an-http-status-means) says whether to repeat the call.",
    "authentication": "Check the key and its permissions. The chain goes on, with a warning in the metadata.",
    "quota_exceeded": "Add credit or raise the limit at the provider. The chain goes on, with a warning in the metadata.",
    "model_not_found": "Check the name against [the provider's page](providers/index.md). If the model is known to be retired, the "
    "message says so and names its replacement.",
    "rate_limit": "The gateway has already waited and tried again. Send fewer requests at a time, or add a fallback. `retry_after` says "
    "how long the provider wants you to wait.",
    "connection": "Check the network, the proxy and `base_url`. A request that may have arrived was not sent again.",
    "unexpected_response": "Read `raw_response`: something between you and the provider may have answered, such as a proxy or a login "
    "page. If the provider itself did, its plugin needs an update.",
    "timeout": 'Raise `timeout`, or set `on_timeout="detach"` and `resume` the `job` later. Without it, the job was cancelled where the '
    "provider can: see `cancelled` of the attempt.",
    "submission_unknown": "Look at the provider's own list of jobs before you send it again: a second job is a second bill. "
    '`on_unknown_submission="raise"` stops the chain here.',
    "generation_failed": "Read the provider's reason in the message and in `raw_response`, then try again or change the request.",
    "download": "Save results soon, because links expire. `allow_private_hosts=True` accepts a private host, `max_bytes` a larger file.",
    "journal": "Repair what the message names (a full disk, a lost database), then generate again. If the error has a `job`, that job was "
    "submitted: `resume` it instead.",
    "fallback_exhausted": "Read `errors`, one for each provider that was tried, and `attempts`, which lists the skipped ones, too.",
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
        "Every exception is a `TarashException` and has a stable `code`, which names its section below. No secret is in a message, an "
        "attribute or a pickle of one.",
        f"```text\n{tree}\n```",
        table(
            ("code", "class", "may succeed when repeated", "another provider is tried", "carries a job"),
            [_overview(kind) for kind in kinds[1:]],
        ),
        "Two columns are defaults: a plugin that knows better says so on the exception (`is_retryable`, `allows_fallback`).",
        "A `job` on an exception still runs at the provider, or holds a result. [Resume it](../how-to/resume-after-a-crash.md) instead of "
        "generating again, which would be billed twice. Any error carries one if a finished result cannot be fetched, or if the provider "
        "refuses every status request for a minute.",
        "## What an HTTP status means",
        "The gateway raises the class of this table unless the provider's plugin reads something narrower out of the answer. An "
        "`HTTPError` built by hand with the status behaves the same. The reason is the word of `fallback_on` that covers it; for all other "
        "classes that word is their `code`.",
        table(
            ("status", "class", "reason", "may succeed when repeated", "another provider is tried"),
            _statuses(),
        ),
        "## Should I try again?",
        "[`is_retryable_error`](api.md#is_retryable_error) tells whether generating again may help with nothing changed. It says no where "
        "a job may still run or exist, because a second one may be billed, too.",
        "```python\nfrom tarash.tarash_gateway import HTTPError, ValidationError, is_retryable_error\n\n"
        'assert is_retryable_error(HTTPError("too many requests", status_code=429))\n'
        'assert not is_retryable_error(ValidationError("duration_seconds=5 is not offered"))\n```',
        "## Attributes of every error",
        "The first five may be given by position, in this order: `message`, `provider`, `model`, `request_id`, `raw_response`. A sixth "
        "is `status_code` of an `HTTPError` and `timeout_seconds` of a `TimeoutError`. Everything else is a keyword.",
        _attribute_table(TarashException),
        *(_section(kind) for kind in kinds),
        "## ModelLifecycleWarning\n\n" + (inspect.getdoc(exceptions.ModelLifecycleWarning) or ""),
        'A warning, not an exception: `warnings.simplefilter("error", ModelLifecycleWarning)` makes it one.',
    )


def _tree(kind: type[TarashException]) -> Iterator[type[TarashException]]:
    """Yield a class of the core and everything below it."""
    if kind.__module__ == exceptions.__name__:
        yield kind
        for narrower in kind.__subclasses__():
            yield from _tree(narrower)


def _overview(kind: type[TarashException]) -> tuple[str, ...]:
    return (
        f"[`{kind.code}`](#{kind.code})",
        f"`{kind.__name__}`",
        "as its status" if kind is exceptions.HTTPError else _yes(kind.default_retryable),
        _falls_back(kind),
        _CARRIES_JOB.get(kind.code, "no"),
    )


def _statuses() -> Iterator[tuple[str, ...]]:
    """Yield a row for each group of statuses, with the class that the core makes of it."""
    for meaning in dict.fromkeys(STATUS_MEANINGS.values()):
        same = [status for status in STATUS_MEANINGS if STATUS_MEANINGS[status] == meaning]
        yield _status_row(", ".join(str(status) for status in same), same[0], meaning)
    yield _status_row("500 and above", 500, SERVER_ERROR)
    yield _status_row("any other", 418, OTHER_STATUS)


def _status_row(label: str, status: int, meaning: StatusMeaning) -> tuple[str, ...]:
    raised = type(default_error(HttpReply(status)))
    falls_back = "when asked for" if meaning.reason == "validation" else _yes(meaning.allows_fallback)
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
        return "as its status"
    if kind.code in ("content_moderation", "validation"):
        return "when asked for"
    return _yes(kind.default_fallback)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
