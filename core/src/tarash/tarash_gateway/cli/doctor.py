"""`tarash doctor`: checks what is installed, which keys are set (without showing them) and which providers can be reached."""

from __future__ import annotations

import os
import platform
from typing import Annotated

import typer

from .. import __version__
from ..api import providers
from ..discovery import EXTENSION_GROUP, InstalledProvider, installed_entry_points
from ..engine.resolving import key_sources, resolve_base_url
from ..exceptions import AuthenticationError, ValidationError
from ..media.redaction import redact_text
from ..plugin.info import HOOK_API_VERSION, ProviderInfo
from ..process_gateway import default_gateway
from ..steps import HttpCall, TransportFailure, send
from .exit_codes import ExitCode
from .failures import reported
from .key_stores import sources
from .options import JsonFlag
from .output import print_json

REACHABILITY_SECONDS = 10.0


def examine(
    provider: Annotated[
        str | None, typer.Argument(help="Provider id; by default, all installed providers.")
    ] = None,
    reachability: Annotated[
        bool, typer.Option("--reachability", help="Send one GET without a key to each provider's base URL.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Check plugins and keys, without showing any key. Exits with code 8 if a plugin or an extension is broken."""
    with reported(as_json=as_json):
        if provider is not None and provider not in default_gateway().registry.ids():
            default_gateway().registry.get(provider)  # raises an error that says what to install
        examined = [
            _examined(item, reachability=reachability) for item in providers() if provider in (None, item.id)
        ]
        broken = [
            item.problem for item in default_gateway().registry.extensions() if item.problem is not None
        ]
        report: dict[str, object] = {
            "tarash-gateway": __version__,
            "python": platform.python_version(),
            "hook_api": HOOK_API_VERSION,
            "extensions": sorted(entry.name for entry in installed_entry_points(EXTENSION_GROUP)),
            "broken_extensions": broken,
            "providers": examined,
        }
        if as_json:
            print_json(report)
        else:
            _print(report, examined, reachability=reachability)
    if broken or any(facts["problem"] for facts in examined):
        raise typer.Exit(ExitCode.PLUGIN)


def _examined(item: InstalledProvider, *, reachability: bool) -> dict[str, object]:
    facts: dict[str, object] = {
        "id": item.id,
        "distribution": item.distribution,
        "version": item.version,
        "problem": item.problem,
    }
    if item.info is None:
        return facts
    facts["hook_api"] = item.info.hook_api
    facts["key"] = _key(item.info)
    try:
        base_url = resolve_base_url(item.info, os.environ)
    except ValidationError as error:
        facts["base_url"] = f"wrong: {error.message}"
        return facts
    facts["base_url"] = redact_text(base_url)
    if reachability:
        facts["reachability"] = _reached(base_url)
    return facts


def _key(info: ProviderInfo) -> str:
    """Return where the key comes from, never its value."""
    try:
        used = next(sources(info), None)
    except (AuthenticationError, ValidationError) as error:
        return f"not readable: {error.message}"
    if used is not None:
        return used
    names = key_sources(info)
    if info.works_without_key:
        return f"not required (optional: {names})" if names else "not required"
    instead = f", or use {info.key_alternative}" if info.key_alternative else ""
    return f"missing: set {names}, or run 'tarash keys set {info.id}'{instead}"


def _reached(url: str) -> str:
    """Send one GET without a key; any answer, even a refusal, means that the server can be reached."""
    if not url.startswith(("https://", "http://")):
        return "no network needed"
    call = HttpCall(method="GET", url=url, timeout_seconds=REACHABILITY_SECONDS)
    try:
        reply = default_gateway().run_blocking(send(call))
    except TransportFailure as failure:
        return f"not reached: {redact_text(str(failure))}"
    return f"reached (HTTP {reply.status})"


def _print(report: dict[str, object], examined: list[dict[str, object]], *, reachability: bool) -> None:
    typer.echo(
        f"tarash-gateway {report['tarash-gateway']}, Python {report['python']}, hook API {report['hook_api']}"
    )
    extensions = report["extensions"]
    if isinstance(extensions, list) and extensions:
        typer.echo(f"extensions: {', '.join(extensions)}")
    problems = report["broken_extensions"]
    for problem in problems if isinstance(problems, list) else ():
        typer.echo(f"  broken: {problem}")
    if not examined:
        typer.echo("no provider is installed; from the checkout: pip install ./core ./plugins/local")
    for facts in examined:
        typer.echo(
            f"{facts['id']}: {facts['distribution'] or 'registered at run time'} {facts['version']}".rstrip()
        )
        if facts["problem"] is not None:
            typer.echo(f"  broken: {facts['problem']}")
            continue
        typer.echo(f"  hook API {facts['hook_api']}; key {facts['key']}")
        address = str(facts["base_url"])
        reached = f": {facts.get('reachability', 'not tried')}" if reachability else ""
        # a scheme alone, such as local:, is no server
        typer.echo("  no network needed" if address.endswith(":") else f"  {address}{reached}")
