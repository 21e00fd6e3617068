"""How a task is read: its state, why it failed, and what it produced, in the words of either design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    wire,
)

from .auth import exchange
from .errors import NOT_FOUND, code_of, data_of, task_failure

TASKS_PATH = "/tasks"
# outputs are deleted after 30 days (query pages, 2026-09-20)
KEPT = timedelta(days=30)


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the task stands."""
    path, task_id = str(job["path"]), str(job["task_id"])
    by_list = path == TASKS_PATH
    url = f"{path}?task_ids={task_id}" if by_list else f"{path}/{task_id}"
    reply = yield from exchange(call, "GET", url, accept_statuses=frozenset({404}))
    if code_of(reply) == NOT_FOUND:
        raise _missing(task_id, reply.status)
    data = data_of(reply)
    if by_list:
        # the order of the list is not promised
        data = next((task for task in wire.items(data) if wire.text(task, "id") == task_id), None)
    if not is_task(data):
        raise _missing(task_id, reply.status)
    return read_task(data)


def is_task(value: object) -> bool:
    """Return whether `value` looks like a task of either design."""
    return (wire.text(value, "status") or wire.text(value, "task_status")) is not None


def read_task(task: object) -> JobStatus:
    """Read a task object, as polls and callbacks carry it."""
    word = wire.text(task, "status") or wire.text(task, "task_status") or ""
    cost = billed_usd(task)
    if word in ("succeeded", "succeed", "success"):
        return JobStatus(state="completed", raw=task, billed_usd=cost)
    if word == "failed":
        words = wire.text(task, "message") or wire.text(task, "task_status_msg")
        return JobStatus(state="failed", raw=task, error=task_failure(words, task), billed_usd=cost)
    return JobStatus(state="queued" if word == "submitted" else "processing", raw=task)


def normalize(raw: object) -> Flow[Generated]:
    """List the outputs of a finished task; they are all in its status."""
    yield from ()
    return read_result(raw)


def read_result(task: object) -> Generated:
    """Return what a finished task produced."""
    entries = [*_path_outputs(task), *_legacy_outputs(task)]
    assets = tuple(asset for kind, entry in entries if (asset := _asset(kind, entry, task)) is not None)
    return Generated(
        assets=assets,
        duration_seconds=next((a.duration_seconds for a in assets if a.kind == "video"), None),
        raw=task,
        cost_usd=billed_usd(task),
    )


def billed_usd(task: object) -> float | None:
    """Return what was taken from the balance in US dollars; None for resource packs and other currencies."""
    amounts = [
        amount
        for entry in wire.items(task, "billing")
        if wire.text(entry, "charge_type") == "cash"
        and wire.text(entry, "currency") == "USD"
        and (amount := wire.number(entry, "amount")) is not None
    ]
    return round(sum(amounts), 6) if amounts else None


def _path_outputs(task: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    for entry in wire.items(task, "outputs"):
        yield wire.text(entry, "type") or "", wire.mapping(entry)


def _legacy_outputs(task: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, kind in (("videos", "video"), ("images", "image"), ("series_images", "image")):
        for entry in wire.items(task, "task_result", name):
            yield kind, wire.mapping(entry)


def _asset(kind: str, entry: Mapping[str, object], task: object) -> Asset | None:
    expires_at = _expires_at(task)
    if kind == "video" and (url := wire.text(entry, "url")):
        duration = wire.number(entry, "duration")
        return Asset(
            kind="video", url=url, content_type="video/mp4", duration_seconds=duration, expires_at=expires_at
        )
    if kind == "image" and (url := wire.text(entry, "url")):
        return Asset(kind="image", url=url, expires_at=expires_at)
    if kind == "audio" and (url := wire.text(entry, "wav_url") or wire.text(entry, "mp3_url")):
        return Asset(kind="audio", url=url, expires_at=expires_at)
    return None


def _expires_at(task: object) -> datetime | None:
    milliseconds = wire.number(task, "update_time") or wire.number(task, "updated_at")
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC) + KEPT


def _missing(task_id: str, status: int) -> UnexpectedResponseError:
    return UnexpectedResponseError(
        f"task {task_id} is not listed; it may not be visible yet, or belongs to another account",
        status_code=status,
    )
