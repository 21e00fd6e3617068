"""The exit codes of `tarash`: one table, used by the help and by the lookup."""

from __future__ import annotations

from enum import IntEnum

from ..exceptions import (
    AuthenticationError,
    BudgetExceededError,
    ContentModerationError,
    DownloadError,
    JournalError,
    PluginError,
    ProviderNotInstalledError,
    QuotaExceededError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
)


class ExitCode(IntEnum):
    """The exit codes that a script can act on."""

    OK = 0
    UNUSABLE = 1
    USAGE = 2
    ACCOUNT = 3
    MODERATION = 4
    PROVIDER = 5
    TIMEOUT = 6
    SUBMISSION_UNKNOWN = 7
    PLUGIN = 8
    NOT_SAVED = 9
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "success",
    ExitCode.UNUSABLE: "the command line itself cannot run: the extra `cli` is missing, jobs cannot be stored, or there is a bug",
    ExitCode.USAGE: "usage or validation error, or a cost above the limit: nothing was sent, or the provider refused the request "
    "without charging",
    ExitCode.ACCOUNT: "authentication or quota: a key is missing or was refused, or the account is out of credit",
    ExitCode.MODERATION: "content moderation refused the prompt, an input or the result",
    ExitCode.PROVIDER: "the provider failed, or every provider in the chain did",
    ExitCode.TIMEOUT: "not finished by the deadline",
    ExitCode.SUBMISSION_UNKNOWN: "the outcome of the submission is unknown: a job may exist and be billed",
    ExitCode.PLUGIN: "the provider or the command is not installed, or its plugin is broken",
    ExitCode.NOT_SAVED: "generated and billed, but the result could not be saved: do not generate again",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C)",
    ExitCode.TERMINATED: "terminated (SIGTERM), which is treated like Ctrl-C",
}

_BY_CLASS: tuple[tuple[type[TarashException], ExitCode], ...] = (
    (ProviderNotInstalledError, ExitCode.PLUGIN),
    (ValidationError, ExitCode.USAGE),
    (BudgetExceededError, ExitCode.USAGE),
    (AuthenticationError, ExitCode.ACCOUNT),
    (QuotaExceededError, ExitCode.ACCOUNT),
    (ContentModerationError, ExitCode.MODERATION),
    (TimeoutError, ExitCode.TIMEOUT),
    (SubmissionUnknownError, ExitCode.SUBMISSION_UNKNOWN),
    (PluginError, ExitCode.PLUGIN),
    (DownloadError, ExitCode.NOT_SAVED),
    (JournalError, ExitCode.UNUSABLE),
)


def exit_code_of(error: TarashException) -> ExitCode:
    """Return the exit code for an exception, by its class; every other class is a failure of the provider."""
    return next((code for kind, code in _BY_CLASS if isinstance(error, kind)), ExitCode.PROVIDER)


def help_text() -> str:
    """Return the table for `--help`, one code per line."""
    return "\n".join(("Exit codes:", *(f"{code.value}: {meaning}" for code, meaning in MEANINGS.items())))
