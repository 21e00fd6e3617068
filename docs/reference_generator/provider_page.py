"""Writes the pages of one provider: its key and settings, and every model with fields, values, rules, prices and lifecycle.

A provider of many models has one page per family, and the provider's own page lists the families.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tarash.tarash_gateway.discovery import Provider
from tarash.tarash_gateway.mapping.field_mapper import FieldCapability
from tarash.tarash_gateway.mapping.table import Model, Price, Rule
from tarash.tarash_gateway.models.money import dollars
from tarash.tarash_gateway.plugin.info import ProviderInfo

from .families import SPLIT_FROM, families
from .field_table import settings_table
from .markdown import code, codes, page, plain, table
from .webhook_fact import webhook_fact

INPUTS = {
    "first_frame": "first frame", "last_frame": "last frame", "reference": "references", "asset": "assets", "style_image": "style",
    "video": "video", "mask_image": "mask",
}  # fmt: skip
_UNITS = {"second": "second", "video": "video", "image": "image", "megapixel": "megapixel"}


def provider_pages(provider: Provider) -> dict[str, str]:
    """Return the pages of one provider, by their names below `providers/`."""
    info, rows = provider.info, provider.catalogue.rows
    about = (
        "A model without a row of its own is served by the row with the longest matching prefix or pattern (`*` matches one segment), else "
        "by the row for any other name. `unsupported` of the configuration decides what happens to a field or value that is not listed. "
        "Put parameters that only this provider has into `extra_params`. Prices are a snapshot; no price means unknown, never free."
    )
    blocks = [_facts(provider), about, _settings(info)]
    if len(rows) < SPLIT_FROM:
        return {f"{info.id}.md": page(info.title, *blocks, *_models(rows))}
    split = families(rows, info.id)
    return {
        f"{info.id}.md": page(info.title, *blocks, "## Families of models", *_families(info.id, split)),
        **{
            f"{info.id}-{name}.md": page(
                f"{info.title}: {name}", f"Models of [{info.title}]({info.id}.md).", *_models(some)
            )
            for name, some in split.items()
        },
    }


def _families(provider_id: str, split: Mapping[str, Sequence[Model]]) -> list[str]:
    """Return the table of the families, and the list of every model with the page that has it."""
    cells = []
    names = []
    for name, rows in split.items():
        count = {word: sum(row.modality == word for row in rows) for word in ("video", "image")}
        link = f"[{name}]({provider_id}-{name}.md)"
        cells.append((link, str(count["video"] or "–"), str(count["image"] or "–")))
        models = ", ".join(f"`{row.id}`" for row in rows if not row.generic)
        names.append(f"{link}\n: {models}" + " and any other name" * any(row.generic for row in rows))
    toctree = "\n".join(f"{provider_id}-{name}" for name in split)
    return [
        table(("family", "video models", "image models"), cells),
        "## Models by name",
        "\n\n".join(names),
        f"```{{toctree}}\n:hidden:\n\n{toctree}\n```",
    ]


def _models(rows: Sequence[Model]) -> list[str]:
    """Return the blocks of these rows: a table of each modality, then every model."""
    blocks = []
    for modality in ("video", "image"):
        groups = _grouped([row for row in rows if row.modality == modality])
        if groups:
            blocks += [
                f"## {modality.capitalize()} models",
                _overview(groups),
                *(_details(group) for group in groups),
            ]
    return blocks


def providers_index(providers: Sequence[Provider]) -> str:
    """Return the list of the providers' pages."""
    rows = [
        (
            f"[{provider.info.title}]({provider.info.id}.md)",
            f"`{provider.info.id}`",
            ", ".join(sorted(provider.info.modalities, reverse=True)),
            str(len(provider.catalogue.rows)),
        )
        for provider in providers
    ]
    names = "\n".join(provider.info.id for provider in providers)
    return page(
        "Models and prices",
        "Each provider has a page that lists its models with their fields, values and prices, and its settings.",
        table(("provider", "id", "generates", "rows"), rows),
        f"```{{toctree}}\n:hidden:\n\n{names}\n```",
    )


def _facts(provider: Provider) -> str:
    info = provider.info
    key = codes(info.api_key_env) or "nowhere"
    scheme = f"`{info.auth.header}: {info.auth.prefix}…`" if info.api_key_env else ""
    return table(
        ("", ""),
        [
            ("provider id", f"`{info.id}`"),
            ("documentation", f"<{info.home_page}>"),
            ("generates", ", ".join(sorted(info.modalities, reverse=True))),
            ("key is read from", key + (" (not required)" if info.works_without_key else "")),
            *(
                (f"or, `{name}`, from", codes(variables) or "`provider_config`")
                for name, variables in info.key_parts.items()
            ),
            *([("or, in its place", info.key_alternative)] if info.key_alternative else []),
            *([("key is sent as", scheme)] if scheme else []),
            (
                "base URL",
                f"`{info.base_url}`" + (f", or {codes(info.base_url_env)}" if info.base_url_env else ""),
            ),
            *([("key is also sent to", codes(info.origins))] if info.origins else []),
            ("features", ", ".join(sorted(provider.features)).replace("_", " ") or "none"),
            ("`webhook_url` is taken by", webhook_fact(provider)),
        ],
    )


def _settings(info: ProviderInfo) -> str:
    """Return the section of the settings in `provider_config`."""
    if info.settings is None:
        return "" if info.key_parts else "This provider has no settings; leave `provider_config` empty."
    package, name = info.settings.__module__.partition(".")[0], info.settings.__name__
    typed = f"Your editor completes them with `provider_config={name}(...)`, after `from {package} import {name}`."
    return f"## Settings\n\nKeys of `provider_config`. {typed}\n\n{settings_table(info.settings)}"


def _grouped(rows: Sequence[Model]) -> list[list[Model]]:
    """Return the rows, with those that differ only in their name grouped together."""
    groups: dict[tuple[str, ...], list[Model]] = {}
    for row in rows:
        alike = (
            repr(row.capabilities()),
            repr(row.rules),
            repr(row.prices),
            repr(row.lifecycle),
            repr(dict(row.defaults)),
        )
        groups.setdefault((*alike, row.source, str(row.generic), str(row.unverified)), []).append(row)
    return list(groups.values())


def _name(row: Model) -> str:
    return "any other name" if row.generic else f"`{row.id}`{' (unverified)' * row.unverified}"


def _overview(groups: Sequence[Sequence[Model]]) -> str:
    rows = []
    for group in groups:
        row = group[0]
        said = {item.field: item for item in row.capabilities()}
        inputs = ", ".join(word for name, word in INPUTS.items() if name in said)
        size = said.get("resolution") or said.get("size")
        rows.append(
            (
                "<br>".join(_name(item) for item in group),
                ", ".join(row.tasks()),
                _span(said.get("duration_seconds"), " s"),
                _span(size),
                inputs or "–",
                _cheapest(row.prices),
                _end(row),
            )
        )
    headings = ("model", "tasks", "duration", "size", "inputs", "price from", "ends")
    # leave out empty columns, such as the durations of images
    used = [index for index in range(len(headings)) if any(row[index] not in ("", "–") for row in rows)]
    return table([headings[index] for index in used], [[row[index] for index in used] for row in rows])


def _span(item: FieldCapability | None, unit: str = "") -> str:
    if item is None:
        return "–"
    if item.allowed:
        if len(item.allowed) > 6:
            return f"{plain(item.allowed[0])} … {plain(item.allowed[-1])}{unit}"
        return ", ".join(plain(value) for value in item.allowed) + unit
    if item.minimum is not None and item.maximum is not None:
        return f"{plain(item.minimum)}–{plain(item.maximum)}{unit}"
    if item.minimum is not None:
        return f"from {plain(item.minimum)}{unit}"
    return "any" if item.maximum is None else f"up to {plain(item.maximum)}{unit}"


def _cheapest(prices: Sequence[Price]) -> str:
    if not prices:
        return "–"
    price = min(prices, key=lambda item: item.usd)
    return f"{dollars(price.usd)} per {_UNITS[price.unit]}"


def _end(row: Model) -> str:
    if row.lifecycle is None:
        return "–"
    return row.lifecycle.ends_on.isoformat() if row.lifecycle.ends_on else "deprecated"


def _details(group: Sequence[Model]) -> str:
    row = group[0]
    others = [item for item in group[1:] if not item.generic]
    title = "Any other name" if row.generic else row.id.replace("*", "\\*")
    blocks = [
        f"### {title}",
        f"Also: {codes(item.id for item in others)}." if others else "",
        "**Unverified**: nobody but the source names this model, so it may not exist."
        if row.unverified
        else "",
        _lifecycle(row),
        _fields(row),
        _rules(row.rules),
        _prices(row.prices),
        f"Source: {row.source}.",
    ]
    return "\n\n".join(block for block in blocks if block)


def _fields(row: Model) -> str:
    rows = []
    for item in row.capabilities():
        if item.field == "extra_params" and not item.note:
            continue
        default = row.defaults.get(item.field)
        notes = [
            "required" if item.required else "",
            f"default {plain(default)}" if default is not None else "",
            f"known: {item.note}" if item.field == "extra_params" else item.note,
        ]
        rows.append((f"`{item.field}`", _allowed(item), "; ".join(note for note in notes if note)))
    return table(("field", "values", ""), rows)


def _allowed(item: FieldCapability) -> str:
    if item.allowed:
        return codes(item.allowed)
    if item.field in INPUTS:
        return (
            "1"
            if item.maximum == 1
            else "any number"
            if item.maximum is None
            else f"up to {plain(item.maximum)}"
        )
    if item.minimum is not None or item.maximum is not None:
        return _span(item)
    return "any"


def _rules(rules: Sequence[Rule]) -> str:
    return "\n".join(f"- {_when(rule.when)}{_demands(rule)}." for rule in rules)


def _when(when: Mapping[str, tuple[object, ...]]) -> str:
    parts = [
        f"`{name}` {'is ' + ' or '.join(code(value) for value in values) if values else 'is given'}"
        for name, values in when.items()
    ]
    return f"When {' and '.join(parts)}: " if parts else "Always: "


def _demands(rule: Rule) -> str:
    parts = [
        f"`{name}` must be {' or '.join(code(value) for value in allowed)}" if allowed else f"no `{name}`"
        for name, allowed in rule.allow.items()
    ]
    parts += [f"`{name}` is required" for name in rule.require]
    return ", ".join(parts)


def _for_outputs(price: Price) -> str:
    unit = _UNITS[price.unit]
    if price.usd_first is None:
        return f"{dollars(price.usd)} per {unit}"
    return f"{dollars(price.usd_first)} for the first {unit}, {dollars(price.usd)} per further one"


def _for_inputs(price: Price) -> str:
    if not price.usd_per_input_image:
        return ""
    free = f" beyond {price.free_input_images}" if price.free_input_images else ""
    return f", {dollars(price.usd_per_input_image)} per input image{free}"


def _prices(prices: Sequence[Price]) -> str:
    rows = [
        (
            f"{_for_outputs(price)}{_for_inputs(price)}",
            ", ".join(_condition(name, value) for name, value in price.when.items())
            or "otherwise" * (len(prices) > 1),
            price.source,
        )
        for price in prices
    ]
    return table(("price", "when", "source"), rows)


def _condition(name: str, value: object) -> str:
    return f"no `{name}`" if value is None else f"`{name}` {plain(value)}"


def _lifecycle(row: Model) -> str:
    end = row.lifecycle
    if end is None:
        return ""
    where = f" {end.where}" if end.where else ""
    told = f"Ends{where} on {end.ends_on.isoformat()}" if end.ends_on else f"Deprecated{where}"
    instead = f"; use `{end.replacement}`" if end.replacement else ""
    return f"**{told}**{instead}. Source: {end.source}."
