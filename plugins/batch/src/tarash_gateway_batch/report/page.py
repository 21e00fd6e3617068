"""The page of the report. It loads nothing but the files of the batch, and whatever came from a row or a provider is text."""

from __future__ import annotations

import base64
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files

from markupsafe import Markup

from ..results import RowResult
from ..store import BatchProgress
from ..wording import counted
from .card import card
from .links import Links
from .texts import STATES, state_name, usd

NAME = "report.html"

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{name}: batch report</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{name}</h1>
<p class="faint">{sentence}</p>
{share}
<dl class="facts">{facts}</dl>
<div class="panels">{panels}</div>
</header>
<main>
<div class="filter" hidden>
<input type="search" aria-label="Search" placeholder="Search prompts, jobs, errors">
<select aria-label="Provider"><option value="">All providers</option>{providers}</select>
<div class="states">{states}</div>
<output class="faint"></output>
</div>
<div class="gallery">
{cards}</div>
<p class="none" hidden>No row matches.</p>
</main>
<script>{script}</script>
</body>
</html>
""")


def report_bytes(name: str, ordered: Sequence[RowResult], progress: BatchProgress, folder: str) -> bytes:
    """Return the report of a batch.

    Args:
        name: name of the batch.
        ordered: the results in the order of the table.
        progress: how the batch stands.
        folder: where the report will lie: a path, or a URL of fsspec.
    """
    links, style, script = Links(folder), _resource("page.css"), _resource("page.js")
    states: Counter[str] = Counter(result.state for result in ordered)
    page = _PAGE.format(
        policy=_policy(style, script),
        name=name,
        style=style,
        sentence=_sentence(progress),
        share=_share(progress.counts),
        facts=_facts(ordered, progress),
        panels=_panels(ordered),
        providers=_joined(
            Markup('<option value="{}">{}</option>').format(item, item)
            for item in sorted({result.provider or "" for result in ordered} - {""})
        ),
        states=_joined(
            Markup('<button type="button" class="{}" value="{}" aria-pressed="false">{} {}</button>').format(
                state, state, state_name(state), states[state]
            )
            for state in STATES
            if states[state]
        ),
        cards=_joined(card(result, links) for result in ordered),
        script=script,
    )
    return page.encode("utf-8", "replace")


def _resource(name: str) -> Markup:
    # our own files, so they may be what they are
    return Markup((files("tarash_gateway_batch.report") / name).read_text("utf-8"))  # noqa: S704


def _policy(style: str, script: str) -> str:
    """Return a policy that lets the page run its own script only, and load nothing but files beside it."""
    hashes = {
        kind: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for kind, text in (("style", style), ("script", script))
    }
    return (
        f"default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _sentence(progress: BatchProgress) -> str:
    total, waiting = sum(progress.counts.values()), progress.counts.get("waiting", 0)
    rows = counted(total)
    return f"{rows}, {waiting} of them not generated yet" if waiting else rows


def _share(counts: Mapping[str, int]) -> Markup:
    """Return a bar with the share of each state."""
    total = sum(counts.values()) or 1
    parts: list[Markup] = []
    at = 0.0
    for state in STATES:
        width = 100 * counts.get(state, 0) / total
        if width:
            title = f"{state_name(state)}: {counts[state]}"
            parts.append(
                Markup('<rect class="{}" x="{}" width="{}" height="1"><title>{}</title></rect>').format(
                    state, f"{at:.3f}", f"{width:.3f}", title
                )
            )
            at += width
    return Markup(
        '<svg class="share" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="states">{}</svg>'
    ).format(_joined(parts))


def _facts(ordered: Sequence[RowResult], progress: BatchProgress) -> Markup:
    completed = progress.counts.get("completed", 0)
    total = sum(progress.counts.values())
    budget = "" if progress.budget_usd is None else f"of {usd(progress.budget_usd)}"
    per_row = f"{usd(progress.spent_usd / completed)} a row" if completed else ""
    times = sorted(result.elapsed_seconds for result in ordered if result.state == "completed")
    # an even number has two in the middle; either will do
    middle = f"{times[len(times) // 2]:.0f} s" if times else "–"
    facts = [
        ("Completed", f"{completed} of {total}", f"{100 * completed / total:.0f} %" if total else ""),
        ("Spent", usd(progress.spent_usd), budget or per_row),
        ("Median time", middle, "per row"),
    ]
    facts += [
        (state_name(state).capitalize(), str(count), f"{100 * count / total:.0f} %")
        for state in STATES[1:]
        if (count := progress.counts.get(state, 0))
    ]
    return _joined(
        Markup("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>").format(*fact) for fact in facts
    )


def _panels(ordered: Sequence[RowResult]) -> Markup:
    return _joined(panel for panel in (_costs(ordered), _failures(ordered)) if panel)


def _table(
    title: str, headers: Sequence[str], rows: Sequence[Sequence[Markup | str]], classes: Sequence[str]
) -> Markup:
    """Return a table; `classes` has the class of each column."""

    def line(cells: Sequence[Markup | str], tag: str) -> Markup:
        return _joined(
            Markup('<{0} class="{1}">{2}</{0}>').format(tag, kind, cell)
            for kind, cell in zip(classes, cells, strict=True)
        )

    body = _joined(Markup("<tr>{}</tr>").format(line(row, "td")) for row in rows)
    return Markup(
        '<section class="panel"><h2>{}</h2><div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></section>'
    ).format(title, line(headers, "th"), body)


def _breakable(name: str, separator: str) -> Markup:
    """Return a name that may be broken after its separators."""
    return Markup("{}<wbr>").format(separator).join(name.split(separator))


def _costs(ordered: Sequence[RowResult]) -> Markup:
    """Return what each model was sent, made and charged; attempts that were skipped do not count."""
    costs: dict[str, list[float]] = defaultdict(list)
    unknown: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for result in ordered:
        for attempt in result.attempts:
            model = f"{attempt.provider}/{attempt.model}"
            if attempt.status == "skipped":
                continue
            tried[model] += 1
            done[model] += attempt.status == "success"
            cost = attempt.estimated_cost_usd if attempt.cost_usd is None else attempt.cost_usd
            if attempt.billed == "no":
                continue
            if cost is None:
                unknown[model] += 1
            else:
                costs[model].append(cost)
    if not tried:
        return Markup("")
    rows = [
        (
            _breakable(model, "/"),
            str(tried[model]),
            str(done[model]),
            usd(math.fsum(costs[model])) + (f" + {unknown[model]} unknown" if unknown[model] else ""),
        )
        for model in sorted(tried)
    ]
    return _table("Cost by model", ("Model", "Attempts", "Succeeded", "Cost"), rows, ("", *["number"] * 3))


def _failures(ordered: Sequence[RowResult]) -> Markup:
    """Return what went wrong, the most frequent first, each with an example."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for result in ordered:
        if result.error_code is not None:
            counts[result.error_code] += 1
            examples.setdefault(result.error_code, result.error_message or "")
    if not counts:
        return Markup("")
    rows = [(_breakable(code, "_"), examples[code][:300], str(count)) for code, count in counts.most_common()]
    return _table("What went wrong", ("Error", "Example", "Rows"), rows, ("", "", "number"))


__all__ = ["NAME", "report_bytes"]
