"""Conformance checks for the model table and the mapping, which send nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from ....exceptions import ValidationError
from ....mapping.apply import Mapped
from ....mapping.table import Model
from ....media.redaction import redact
from ....models.request import GenerationRequest
from ....models.wording import did_you_mean
from ....plugin.hookspecs import HOOK_NAMES
from ....plugin.loading import hooks_of
from ..context import CheckContext
from ..explaining import explain_failures
from ..requests import declared_values, illegal_values, maximal_request, minimal_request


def map_row(context: CheckContext, row: Model, request: GenerationRequest, *, adjust: bool = False) -> Mapped:
    """Map a request for one row, as the gateway would."""
    call = replace(
        context.call(),
        model=row.example_name,
        modality=row.modality,
        row=row,
        unsupported="adjust" if adjust else "error",
        # the refusal of a fallback says whether an input would be lost
        is_fallback=adjust,
    )
    mapped = context.provider.manager.hook.tarash_map(call=call, request=request)
    assert isinstance(mapped, Mapped), f"tarash_map returned {type(mapped).__name__}, not Mapped"
    return mapped


def fullest_request(context: CheckContext, row: Model) -> GenerationRequest:
    """Return a request with every field of the row, and every input unless some exclude each other: an input is never lost."""
    request = maximal_request(row)
    try:
        map_row(context, row, request, adjust=True)
    except ValidationError as error:
        if not error.allows_fallback:
            raise
        return maximal_request(row, all_inputs=False)
    return request


def each_row(context: CheckContext, check: Callable[[Model], str | None]) -> None:
    """Apply `check` to every row, and report all failures at once."""
    complaints = [
        f"{row.modality} {row.id}: {said}" for row in context.provider.catalogue.rows if (said := check(row))
    ]
    if complaints:
        shown = "\n  ".join(complaints[:20])
        pytest.fail(f"{len(complaints)} of {len(context.provider.catalogue.rows)} rows:\n  {shown}")


@explain_failures
class MappingChecks:
    """What users suffer if the model table is wrong."""

    def test_provider_info_is_complete(self, context: CheckContext) -> None:
        """Users need to know which variable the key comes from; without one, they must write it into their program.

        To fix: name the variable in `api_key_env`, or those of every part in `key_parts`, or set `key_required=False`. The
        core checks the other fields when it loads the plugin.
        """
        info = context.provider.info
        is_read = bool(info.api_key_env) or (bool(info.key_parts) and all(info.key_parts.values()))
        assert is_read or not info.key_required, (
            "api_key_env is empty, and key_parts does not name a variable of every part; name the key's variables"
        )
        assert not info.base_url.endswith("/"), "base_url ends with a slash; remove it"

    def test_every_hook_has_its_name(self, context: CheckContext) -> None:
        """The core ignores a hook whose name it does not know: a job that should be cancelled runs on, and is billed.

        To fix: give the hook its name in the reference of hooks, decorate it with `@hookimpl`, and import it in the plugin's
        `__init__`. Give a function that is not a hook another beginning than "tarash_".
        """
        ignored = list(_ignored_hooks(context))
        assert not ignored, "; ".join(ignored)

    def test_every_row_names_its_source(self, context: CheckContext) -> None:
        """Without a source, a wrong value or price cannot be traced and corrected.

        To fix: set `source` of the row, and of each price, to the page that you read and the date.
        """
        each_row(context, lambda row: None if len(row.source) > 5 else "no source")
        each_row(context, lambda row: "; ".join(p.unit for p in row.prices if not p.source) or None)

    def test_every_name_in_a_row_is_known(self, context: CheckContext) -> None:
        """A rule, a mapper or a price with a misspelt name never applies: what should be refused is sent, or the estimate is wrong.

        To fix: use the names of the fields of requests in mappers, `fixed`, rules and prices, and those of `fields` in
        `replaced_by`.
        """

        def check(row: Model) -> str | None:
            try:
                row.check_fields()
            except ValidationError as error:
                return str(error)
            return None

        each_row(context, check)

    def test_every_price_can_apply(self, context: CheckContext) -> None:
        """A price that an earlier one hides never applies: 4K is estimated, and let through a budget, at the price of 720p.

        To fix: put the prices with more conditions first; the first one that matches counts.
        """

        def check(row: Model) -> str | None:
            for number, price in enumerate(row.prices):
                for earlier in row.prices[:number]:
                    if earlier.when.items() <= price.when.items():
                        return (
                            f"the price when {dict(price.when)} is hidden by that when {dict(earlier.when)}"
                        )
            return None

        each_row(context, check)

    def test_rows_cover_the_declared_modalities(self, context: CheckContext) -> None:
        """A modality without a row refuses every model.

        To fix: add a row of that modality, or take the modality out of `ProviderInfo.modalities`.
        """
        for modality in context.provider.info.modalities:
            assert context.provider.catalogue.has(modality), f"no row for {modality}"

    def test_maps_a_minimal_request(self, context: CheckContext) -> None:
        """The simplest request must work with every model.

        To fix: mark what the model needs as `required=True`, give it a default, or raise only for what no table can say.
        """

        def check(row: Model) -> str | None:
            try:
                mapped = map_row(context, row, minimal_request(row))
            except ValidationError as error:
                return str(error)
            # filling in a value that the request leaves out does not change the request
            changed = [change for change in mapped.adjustments if change.requested is not None]
            return f"adjusted {changed}" if changed else None

        each_row(context, check)

    def test_adjusts_a_maximal_request(self, context: CheckContext) -> None:
        """With unsupported="adjust", users accept every change; an error then ends a chain that could have gone on.

        To fix: change values with `call.adjustments(…).change`, which follows the user's `unsupported`, instead of raising.
        """

        def check(row: Model) -> str | None:
            try:
                map_row(context, row, fullest_request(context, row), adjust=True)
            except ValidationError as error:
                return str(error)
            return None

        each_row(context, check)

    def test_maps_every_declared_value(self, context: CheckContext) -> None:
        """A value that the reference pages show must not be refused.

        To fix: take the value out of the row, or accept it in `tarash_map`.
        """

        def check(row: Model) -> str | None:
            for name, value in declared_values(row):
                if name in ("number_of_videos", "n"):
                    continue
                request = minimal_request(row, **{name: value})
                try:
                    mapped = map_row(context, row, request, adjust=True)
                except ValidationError as error:
                    if any(name in rule.when or name in rule.allow for rule in row.rules):
                        continue
                    return f"{name}={value!r}: {error}"
                changed = [item for item in mapped.adjustments if item.field == name]
                if changed and not row.rules:
                    return f"{name}={value!r} is declared, but became {changed[0].used!r}"
            return None

        each_row(context, check)

    def test_refuses_an_illegal_value(self, context: CheckContext) -> None:
        """A value that the provider refuses later costs a request, and its error does not say what is allowed.

        To fix: let the row's mappers check values; in `tarash_map`, call `default_map` with the request unchanged.
        """

        def check(row: Model) -> str | None:
            for name, value in illegal_values(row):
                request = minimal_request(row, **{name: value})
                try:
                    map_row(context, row, request)
                except ValidationError as error:
                    if name not in str(error) and "size" not in str(error):
                        return f"{name}={value!r}: the refusal does not name the field: {error}"
                    continue
                return f"{name}={value!r} was not refused"
            return None

        each_row(context, check)

    def test_mapping_is_pure_and_repeatable(self, context: CheckContext) -> None:
        """The plan shows what will be sent; a payload that changes with every mapping makes it untrue, and a retry another order.

        To fix: compute the payload from `call` and `request` alone, and change neither.
        """

        def check(row: Model) -> str | None:
            for request in (minimal_request(row), fullest_request(context, row)):
                before = request.model_dump()
                try:
                    first, second = (map_row(context, row, request, adjust=True) for _ in range(2))
                except ValidationError:
                    # another check reports it
                    continue
                if redact(first.payload) != redact(second.payload):
                    return "two mappings of one request differ"
                if request.model_dump() != before:
                    return "mapping changed the request"
            return None

        each_row(context, check)

    def test_every_duration_is_bounded(self, context: CheckContext) -> None:
        """A duration of an hour instead of a second is sent, accepted and billed.

        To fix: give `duration_field_mapper` the allowed values, or `minimum` and `maximum`, of the provider's documentation.
        """

        def check(row: Model) -> str | None:
            if row.generic or row.example:
                # it serves models that nobody has seen yet
                return None
            unbounded = [
                item.field
                for item in row.capabilities()
                if item.field == "duration_seconds" and not item.allowed and item.maximum is None
            ]
            return "duration_seconds has neither allowed values nor a maximum" if unbounded else None

        each_row(context, check)

    def test_adjusts_an_unsuitable_request_at_every_video_model(self, context: CheckContext) -> None:
        """A change that is not listed is one that nobody asked for, and that nobody can see.

        To fix: record each change with `call.adjustments(mapped.adjustments)`, or let the row make it.
        """

        def check(row: Model) -> str | None:
            if row.modality != "video":
                return None
            wanted = {
                "duration_seconds": 7,
                "aspect_ratio": "4:3",
                "resolution": "1080p",
                "generate_audio": True,
            }
            request = minimal_request(row, **wanted)
            try:
                mapped = map_row(context, row, request, adjust=True)
            except ValidationError as error:
                return str(error)
            listed = {item.field for item in mapped.adjustments}
            silent = [
                name
                for name, value in wanted.items()
                if mapped.values.get(name) != value and name not in listed
            ]
            return f"changed without listing it: {', '.join(silent)}" if silent else None

        each_row(context, check)


def _ignored_hooks(context: CheckContext) -> Iterator[str]:
    """Yield what is wrong with each function of the plugin that is meant as a hook, but is not one."""
    manager = context.provider.manager
    plugin = manager.get_plugin(f"{context.plugin}:0")
    implemented = hooks_of(manager, plugin)
    for name, _ in inspect.getmembers(plugin, inspect.isroutine):
        if not name.startswith("tarash_"):
            continue
        if name not in HOOK_NAMES:
            yield f"{name} is not a hook{did_you_mean(name, HOOK_NAMES)}"
        elif name not in implemented:
            yield f"{name} is not decorated with @hookimpl"
