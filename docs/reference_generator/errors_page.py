"""The page of the errors: one section for each `code`, with what it means and what to do."""

from __future__ import annotations

import inspect

from tarash.tarash_gateway import exceptions
from tarash.tarash_gateway.exceptions import TarashException

from .markdown import attributes, page, table

_WHAT_TO_DO = {
    "error": "Catch this one to catch everything that the gateway raises by design.",
    "validation": 'Read the message: it names the field, the allowed values and the nearest one. `unsupported="adjust"` takes the '
    "nearest by itself; `plan_video` tells before anything is sent.",
    "provider_not_installed": "Install the package that the message names; `providers()` lists what is there.",
    "plugin": "Upgrade or uninstall the distribution that the message names. The other providers keep working.",
    "content_moderation": "Change the prompt or the input media. Another provider is asked only with "
    '`fallback_on={..., "content_moderation"}`: most have the same rules, and some count refusals.',
    "authentication": "Check the key and its rights. The chain goes on, with a warning in the metadata.",
    "quota_exceeded": "Add credit, or raise the limit at the provider. The chain goes on, with a warning in the metadata.",
    "rate_limit": "The gateway has waited and tried again already. Send fewer at a time, or add a fallback; `retry_after` says how "
    "long the provider wants you to wait.",
    "model_not_found": "Check the name against [the provider's page](providers/index.md). The message tells when the model is known "
    "to be retired, and its replacement.",
    "http": "Read `status_code` and `raw_response`. 5xx lets another provider take over, 4xx does not.",
    "connection": "Check the network, the proxy and `base_url`. Where a request may have arrived, it was not sent again.",
    "unexpected_response": "Something between you and the provider may have answered (a proxy, a login page): read `raw_response`. "
    "If it is the provider, its plugin needs an update.",
    "timeout": 'Raise `timeout`, or use `on_timeout="detach"` and `resume` the `job` later. Otherwise the job was cancelled where '
    "the provider can: see `cancelled` of the attempt.",
    "submission_unknown": "Look at the provider's own list of jobs before you send it again: a second job is a second bill. "
    '`on_unknown_submission="raise"` keeps the chain from going on by itself.',
    "generation_failed": "Try again or change the request; the provider's reason is in the message and in `raw_response`.",
    "download": "Save results soon, links expire. A private host is accepted with `allow_private_hosts=True`, a large file with "
    "`max_bytes`.",
    "fallback_exhausted": "Read `errors`, one for each provider that was tried, and `attempts`, which has the skipped ones too.",
}


def errors_page() -> str:
    """Return the page."""
    kinds = [
        kind
        for name in dir(exceptions)
        if inspect.isclass(kind := getattr(exceptions, name)) and issubclass(kind, TarashException)
    ]
    kinds.sort(key=lambda kind: list(_WHAT_TO_DO).index(kind.code))
    tree = inspect.cleandoc((exceptions.__doc__ or "").split("\n\n")[1])
    overview = [
        (
            f"[`{kind.code}`](#{_anchor(kind)})",
            f"`{kind.__name__}`",
            _yes(kind.default_retryable),
            _falls_back(kind),
        )
        for kind in kinds[1:]
    ]
    return page(
        "Errors",
        "Every exception is a `TarashException`. Its `code` is stable; the words of `fallback_on` are codes too, but for 5xx statuses, "
        "which are `server_error` there. Nothing secret is in a message, an attribute or a pickle of one.",
        f"```text\n{tree}\n```",
        table(("code", "class", "may succeed when repeated", "another provider is tried"), overview),
        "Both columns are defaults: a plugin that knows better says so on the exception (`is_retryable`, `allows_fallback`).",
        "## Attributes of every error",
        _attribute_table(TarashException),
        *(_section(kind) for kind in kinds),
        "## ModelLifecycleWarning\n\n" + (inspect.getdoc(exceptions.ModelLifecycleWarning) or ""),
        'A warning, not an exception: `warnings.simplefilter("error", ModelLifecycleWarning)` makes it one.',
    )


def _section(kind: type[TarashException]) -> str:
    about, _, _ = (inspect.getdoc(kind) or "").partition("\n\nAttributes:")
    parts = [f"## {kind.code}\n\n`{kind.__name__}`: {about}", f"**What to do**: {_WHAT_TO_DO[kind.code]}"]
    if kind is not TarashException:
        parts.insert(1, _attribute_table(kind))
    return "\n\n".join(part for part in parts if part)


def _attribute_table(kind: type[TarashException]) -> str:
    said = attributes(inspect.getdoc(kind) or "")
    return table(("attribute", "meaning"), [(f"`{name}`", text) for name, text in said.items()])


def _anchor(kind: type[TarashException]) -> str:
    return kind.code


def _falls_back(kind: type[TarashException]) -> str:
    if kind is exceptions.HTTPError:
        return "yes for 5xx"
    if kind.code in ("content_moderation", "validation"):
        return "when asked for"
    return _yes(kind.default_fallback)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
