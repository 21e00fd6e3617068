"""Saves the outputs of a response, and prints the result."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import typer

from ..exceptions import DownloadError
from ..journal_folder import JournalFolder
from ..media.kinds import HEAD_BYTES, content_type_of_name, extension_for, sniff_content_type
from ..media.part_file import file_stem
from ..media.showing import open_output
from ..models.response import GenerationResponse, ImageGenerationResponse, ResponseAsset
from .destination import free_name
from .interruption import Abandonment
from .output import print_json, print_ledger


def save_outputs(
    response: GenerationResponse, out: Path | None, *, abandonment: Abandonment, allow_private_hosts: bool
) -> tuple[Path, ...]:
    """Save every video (or every image) of a response.

    Args:
        response: the response.
        out: file, existing folder, or None for the current one. The second and later outputs get a number in their name, and so does
            a file whose name is taken.
        abandonment: takes the URLs of the outputs while they are not saved.
        allow_private_hosts: whether a result may come from a private network or from this machine.

    Raises:
        DownloadError: an output could not be saved; the URL of the result has been printed.
    """
    kind, assets = _outputs(response)
    first = _target(response, assets[0], kind, out)
    # not in the exception: a signed URL would end up in logs
    abandonment.unsaved_urls = tuple(asset.url for asset in assets if not asset.url.startswith("data:"))
    try:
        saved: list[Path] = []
        for asset in assets:
            index = response.assets.index(asset)
            saved.append(
                response.save(free_name(first), index=index, allow_private_hosts=allow_private_hosts)
            )
    except DownloadError as error:
        error.execution_metadata, error.request_id = response.execution_metadata, response.request_id
        error.provider, error.model, error.submitted = response.provider, response.model, "yes"
        for url in abandonment.unsaved_urls:
            typer.echo(f"generated, but not saved; the result is at {url}", err=True)
        raise
    abandonment.unsaved_urls = ()
    for path in saved:
        _warn_of_format(path)
    return tuple(saved)


def _warn_of_format(path: Path) -> None:
    """Say so if the name of a saved file promises another format: it is paid for, and a script may want that very name."""
    with path.open("rb") as saved:
        found = sniff_content_type(saved.read(HEAD_BYTES))
    named = content_type_of_name(path.name)
    if found and named and found != named:
        typer.echo(
            f"warning: the content of {path} is {found}, as the model made it; a better name ends with "
            f"{extension_for(found)}",
            err=True,
        )


def collect(
    response: GenerationResponse,
    out: Path | None,
    *,
    journal: JournalFolder,
    abandonment: Abandonment,
    allow_private_hosts: bool,
    keep: bool = False,
) -> tuple[Path, ...]:
    """Save the outputs of a response, then forget its job; until then, the journal lists the job with the response.

    Args:
        response, out, abandonment, allow_private_hosts: as for `save_outputs`.
        journal: the journal with the job.
        keep: whether to keep the job after its result is saved.

    Raises:
        DownloadError: an output could not be saved; how to try again has been printed.
    """
    job_id = abandonment.generation_id
    try:
        paths = save_outputs(response, out, abandonment=abandonment, allow_private_hosts=allow_private_hosts)
    except DownloadError:
        if job_id is not None and journal.wrote(job_id):
            typer.echo(f"save it elsewhere with: tarash jobs resume {job_id} --out PATH", err=True)
        raise
    if job_id is not None and not keep:
        journal.forget(job_id)
    return paths


def print_result(
    response: GenerationResponse, paths: tuple[Path, ...], *, as_json: bool, quiet: bool
) -> None:
    """Print the paths and the ledger; with --json the whole response, with --quiet only the paths."""
    if as_json:
        print_json({**response.model_dump(mode="json"), "saved_to": [str(path) for path in paths]})
        return
    for path in paths:
        typer.echo(str(path))
    if not quiet:
        print_ledger(response.execution_metadata)


def open_saved(response: GenerationResponse, path: Path) -> None:
    """Open a saved output; if nothing opens it, say so, for it is saved all the same."""
    try:
        open_output(path.resolve().as_uri(), response.assets[0].kind)
    except DownloadError as error:
        typer.echo(f"saved, but not opened: {error.message}", err=True)


def extension_of(response: GenerationResponse) -> str:
    """Return the file extension for the first output of a response, such as ".mp4"."""
    kind, assets = _outputs(response)
    return _extension(response, assets[0], kind)


def _outputs(response: GenerationResponse) -> tuple[str, list[ResponseAsset]]:
    """Return what a response is for, "video" or "image", and its outputs of that kind."""
    kind = "image" if isinstance(response, ImageGenerationResponse) else "video"
    return kind, [asset for asset in response.assets if asset.kind == kind] or list(response.assets[:1])


def _target(response: GenerationResponse, asset: ResponseAsset, kind: str, out: Path | None) -> Path:
    if out is not None and not out.is_dir():
        return out
    return (out or Path()) / (file_stem(response.request_id) + _extension(response, asset, kind))


def _extension(response: GenerationResponse, asset: ResponseAsset, kind: str) -> str:
    """Return the file extension for an asset, by its media type or its URL."""
    content_type = asset.content_type or response.content_type or ""
    if asset.url.startswith("data:"):
        content_type = asset.url[5:].partition(";")[0].partition(",")[0]
    known = extension_for(content_type)
    if known != ".bin":
        return known
    suffix = "" if asset.url.startswith("data:") else Path(urlsplit(asset.url).path).suffix
    return suffix if 1 < len(suffix) <= 5 else {"video": ".mp4", "image": ".png"}[kind]
