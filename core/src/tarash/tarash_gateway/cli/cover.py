"""What `tarash` alone shows: what to do first, which providers are ready, and what is waiting."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator

import typer

from .. import __version__
from ..api import providers
from ..discovery import InstalledProvider
from ..engine.resolving import key_variable
from ..exceptions import TarashException
from ..plugin.info import ProviderInfo
from .dotenv_file import key_variables, with_dotenv
from .jobs_folder import open_jobs
from .key_file import keys_of
from .key_stores import installed_store
from .output import terminal_width
from .settings import MODALITIES, setting
from .text_streams import is_styled

STEPS = (
    ('tarash video "a paper boat" --open', "draw a clip on this machine, for free"),
    ("tarash keys set fal", "store the key of a provider"),
    ("tarash models --sort cost", "see what each model can do and costs"),
    ('tarash plan video "a boat" -m fal/…', "see what a call would send and cost"),
    ('tarash compare "a boat" -m … -m …', "see models side by side"),
)
LABEL_COLUMNS, DEFAULT_WIDTH = 12, 80


def print_cover() -> None:
    """Print the cover. It asks neither a provider nor the keyring, and nothing that is broken disturbs it."""
    listed = providers()
    typer.echo(f"{_styled('tarash', bold=True)} {__version__}: videos and images from any AI provider")
    typer.echo()
    for command, meaning in STEPS:
        typer.echo(f"  {_styled(command.ljust(38), fg='cyan')}{_styled(meaning, dim=True)}")
    typer.echo()
    for label, text in _facts(listed):
        _print_fact(label, text)
    typer.echo()
    typer.echo("  tarash -h lists every command; -h after a command shows options and examples")


def _facts(listed: tuple[InstalledProvider, ...]) -> Iterator[tuple[str, str]]:
    if not listed:
        yield "install", "no provider is installed: tarash providers --available"
    usable = [item for item in listed if item.info is not None]
    problem = _problem_of_keys(usable)
    if problem:
        yield "problem", problem
    else:
        infos = [item.info for item in usable if item.info is not None]
        ready = [info.id for info in infos if _is_ready(info)]
        optional = [info.id for info in infos if info.id not in ready and info.works_without_key]
        lacking = [info.id for info in infos if info.id not in (*ready, *optional)]
        yield "ready", ", ".join(ready) or "none"
        if optional:
            yield "optional", f"{', '.join(optional)} (work with or without a key: see tarash doctor)"
        if lacking:
            keyring = installed_store() is not None
            yield (
                "no key",
                ", ".join(lacking) + (" (unless in the keyring: tarash keys list)" if keyring else ""),
            )
    broken = [item.id for item in listed if item.problem is not None]
    if broken:
        yield "broken", f"{', '.join(broken)} (see tarash doctor)"
    try:
        yield "defaults", ", ".join(f"{name} {setting(name).value}" for name in MODALITIES)
        waiting = len(
            [
                job
                for job in open_jobs(None, quiet=True).overview().jobs
                if job.state != "ended" or job.response or job.may_go_on
            ]
        )
    except (TarashException, OSError, RuntimeError) as error:
        yield "problem", str(error)
    else:
        if waiting:
            yield "jobs", f"{waiting} not collected: tarash jobs list"


def _problem_of_keys(usable: list[InstalledProvider]) -> str:
    try:
        for item in usable:
            if item.info is not None:
                _is_ready(item.info)
    except TarashException as error:
        return error.message
    return ""


def _is_ready(info: ProviderInfo) -> bool:
    """Return whether a provider takes no key, or has one in a variable or a file."""
    return not key_variables(info) or bool(key_variable(info, with_dotenv([info])) or keys_of(info.id, None))


def _styled(text: str, *, fg: str | None = None, bold: bool | None = None, dim: bool | None = None) -> str:
    return typer.style(text, fg=fg, bold=bold, dim=dim) if is_styled(sys.stdout) else text


def _print_fact(label: str, text: str) -> None:
    width = max((terminal_width() or DEFAULT_WIDTH) - LABEL_COLUMNS, 20)
    first, *rest = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    typer.echo(f"  {_styled(label.ljust(LABEL_COLUMNS - 2), bold=True)}{first}")
    for line in rest:
        typer.echo(" " * LABEL_COLUMNS + line)
