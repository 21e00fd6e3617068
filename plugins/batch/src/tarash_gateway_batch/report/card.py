"""One row of a batch in its report: the output, what it cost, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from tarash.tarash_gateway.models import AttemptMetadata

from ..bad_media import Rejection
from ..results import OutputFile, RowResult
from .links import Links
from .texts import cost_of, state_name, usd

_CARD = Markup(
    '<article class="card {state}" data-state="{state}" data-provider="{provider}"><div class="media">{media}</div>'
    '<div class="body"><div class="top"><span class="state">{name}</span><span>line {line}</span></div>'
    '<p class="prompt">{prompt}</p>{problem}<p class="made">{made}</p><details><summary>Details</summary>'
    '<dl class="details">{details}</dl></details></div></article>\n'
)
_VIDEO = Markup('<video controls playsinline preload="{preload}"{poster} src="{url}"></video>')
_POSTER = Markup(' poster="{}"')
_IMAGE = Markup('<img loading="lazy" src="{url}" alt="{alt}">')
_AUDIO = Markup('<audio controls preload="none" src="{url}"></audio>')
_NOTHING = Markup('<p class="nothing">{}</p>')


def card(result: RowResult, links: Links) -> Markup:
    """Return the card of a row."""
    problem = Markup('<p class="problem">{}</p>').format(result.error_message) if result.error_message else ""
    return _CARD.format(
        state=result.state,
        provider=result.provider or "",
        media=_media(result, links),
        name=state_name(result.state),
        line=result.line,
        prompt=result.prompt,
        problem=problem,
        made=_spans(_made(result)),
        details=_details(result, links),
    )


def _media(result: RowResult, links: Links) -> Markup:
    main = result.files[0] if result.files else None
    url = None if main is None else links.to(main.path)
    if main is None or url is None:
        return _NOTHING.format("no output" if main is None else main.path)
    if main.kind == "image":
        return _IMAGE.format(url=url, alt=result.prompt)
    if main.kind == "audio":
        return _AUDIO.format(url=url)
    poster = None if main.poster is None else links.to(main.poster)
    return _VIDEO.format(
        url=url,
        poster="" if poster is None else _POSTER.format(poster),
        # without a poster, the first frame is shown
        preload="metadata" if poster is None else "none",
    )


def _made(result: RowResult) -> Iterable[str]:
    if result.provider:
        yield f"{result.provider}/{result.model}"
    yield cost_of(result)
    yield f"took {result.elapsed_seconds:.0f} s"
    yield from _media_facts(result.files[0]) if result.files else ()


def _media_facts(file: OutputFile) -> Iterable[str]:
    media = file.media
    if media is None:
        return
    if media.width and media.height:
        yield f"{media.width}×{media.height}"
    if media.duration_seconds is not None:
        yield f"{media.duration_seconds:g} s long"
        yield f"sound: {media.audio_codec}" if media.audio_codec else "no sound"


def _spans(texts: Iterable[str]) -> Markup:
    return Markup("").join(Markup("<span>{}</span>").format(text) for text in texts)


def _details(result: RowResult, links: Links) -> Markup:
    parts: list[tuple[str, Markup | str | None]] = [
        ("Key", result.key),
        ("Job", result.request_id),
        ("Estimate", None if result.estimated_cost_usd is None else usd(result.estimated_cost_usd)),
        ("Error", result.error_code),
        ("Attempts", _listed(map(_attempt, result.attempts))),
        ("Rejected outputs, paid for", _listed(map(_rejection, result.rejections))),
        ("Adjustments", _listed(map(str, result.adjustments))),
        ("Warnings", _listed(result.warnings)),
        ("Files", _listed(_file(file, links) for file in result.files)),
    ]
    return Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, value) for name, value in parts if value
    )


def _listed(texts: Iterable[Markup | str]) -> Markup | None:
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in texts)
    return Markup("<ul>{}</ul>").format(items) if items else None


def _attempt(attempt: AttemptMetadata) -> str:
    facts = [f"{attempt.provider}/{attempt.model}", attempt.status]
    if attempt.status != "skipped":
        cost = attempt.estimated_cost_usd if attempt.cost_usd is None else attempt.cost_usd
        billed = {"yes": f"billed {usd(cost)}", "no": "not billed", "unknown": f"may be billed {usd(cost)}"}
        facts.append(billed[attempt.billed])
    if attempt.request_id:
        facts.append(f"job {attempt.request_id}")
    if attempt.error_message:
        facts.append(attempt.error_message)
    return ", ".join(facts)


def _rejection(rejection: Rejection) -> str:
    return f"{rejection.provider}/{rejection.model}: {'; '.join(rejection.problems)}"


def _file(file: OutputFile, links: Links) -> Markup:
    url = links.to(file.path)
    name = Markup("{}").format(file.path)
    link = name if url is None else Markup('<a href="{}">{}</a>').format(url, url.removeprefix("./"))
    problems = f"; {'; '.join(file.problems)}" if file.problems else ""
    return Markup("{}: {} bytes, sha256 {}{}").format(link, f"{file.size_bytes:,}", file.sha256, problems)


__all__ = ["card"]
