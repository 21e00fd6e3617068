"""Keeps durations between processes, in a small file in the user's cache folder; whoever runs one job each time needs it most."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ..exceptions import ValidationError
from ..journal_folder.files import make_folder, read_regular, write_whole
from ..media.platform_folders import user_folder
from .duration_history import JOBS_PER_MODEL, DurationHistory, ModelKey, NewDurations

VARIABLE = "TARASH_REMEMBER_DURATIONS"
OFF = frozenset({"0", "false", "no", "off"})
FORMAT = 1
MAX_BYTES = 1_000_000
MAX_MODELS = 200
LONGEST_NAME = 500
LONGEST_SECONDS = 7 * 86_400.0


def durations_file(
    chosen: bool | str | Path, environ: Mapping[str, str] | None = None, *, platform: str = sys.platform
) -> Path | None:
    r"""Return where durations are kept, or None if they are not.

    The default follows the platform: `$XDG_CACHE_HOME/tarash-gateway/durations.json` (usually below `~/.cache`),
    `~/Library/Caches/tarash-gateway/durations.json` on macOS, `%LOCALAPPDATA%\tarash-gateway\durations.json` on Windows.

    Args:
        chosen: a file; True for the default, unless `TARASH_REMEMBER_DURATIONS` is 0; False for none.
        environ: environment variables; None uses those of the process.
        platform: platform, as in `sys.platform`.
    """
    known = os.environ if environ is None else environ
    if not isinstance(chosen, bool):
        return Path(chosen)
    if not chosen or known.get(VARIABLE, "").strip().lower() in OFF:
        return None
    home = user_folder("cache", known, platform=platform)
    return None if home is None else home / "tarash-gateway" / "durations.json"


def saved_history(path: Path | None) -> DurationHistory:
    """Return a history with the durations of earlier processes, which saves new ones to the same file; None keeps none.

    A file that is missing, damaged or not ours is ignored.
    """
    if path is None:
        return DurationHistory()
    history = DurationHistory(save=partial(_add_to, path))
    for (server, model), durations in _read(path).items():
        for seconds in durations:
            history.add(server, model, seconds, is_new=False)
    return history


def _add_to(path: Path, fresh: NewDurations) -> None:
    """Add durations to the file, atomically; other processes may have written it meanwhile.

    It holds the latest `MAX_MODELS` models. If it cannot be written, the durations are lost, and nothing else.
    """
    known = _read(path)
    for (server, model), durations in fresh.items():
        # a base URL may hold a password
        if _is_name(server) and _is_name(model) and "@" not in server:
            # the latest models come last
            earlier = known.pop((server, model), [])
            known[server, model] = [*earlier, *durations][-JOBS_PER_MODEL:]
    models = [
        {"server": server, "model": model, "seconds": [round(seconds, 3) for seconds in durations]}
        for (server, model), durations in list(known.items())[-MAX_MODELS:]
    ]
    content = json.dumps({"format": FORMAT, "models": models}, separators=(",", ":")).encode()
    # no file can have some names, which is a ValueError; a result that is paid for must not be lost for that
    with contextlib.suppress(OSError, ValueError):
        make_folder(path.parent)
        write_whole(path, content, is_durable=False)


def _read(path: Path) -> dict[ModelKey, list[float]]:
    """Return what a file holds; it is not trusted: another program, or another user of a shared folder, may have written it."""
    try:
        read = json.loads(read_regular(path, max_bytes=MAX_BYTES))
    except (OSError, ValidationError, ValueError, RecursionError):
        return {}
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("models"), list):
        return {}
    found: dict[ModelKey, list[float]] = {}
    for entry in read["models"][-MAX_MODELS:]:
        if not isinstance(entry, dict):
            continue
        server, model, durations = (entry.get(name) for name in ("server", "model", "seconds"))
        if _is_name(server) and _is_name(model) and isinstance(durations, list):
            good = [float(value) for value in durations[-JOBS_PER_MODEL:] if _is_duration(value)]
            if good:
                found[str(server), str(model)] = good
    return found


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME


def _is_duration(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 < value <= LONGEST_SECONDS and math.isfinite(value)


__all__ = ["durations_file", "saved_history"]
