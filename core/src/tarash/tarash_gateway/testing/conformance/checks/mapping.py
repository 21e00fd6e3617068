"""Conformance checks for the model table and the mapping, which send nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ....exceptions import ValidationError
from ....mapping.apply import Mapped
from ....mapping.table import Model
from ....media.redaction import redact
from ....models.request import GenerationRequest
from ....plugin.info import HOOK_API_VERSION
from ..context import CheckContext
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
    assert isinstance(mapped, Mapped)
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


class MappingChecks:
    """What users suffer if the model table is wrong."""

    def test_provider_info_is_complete(self, context: CheckContext) -> None:
        """Users need to know where the key comes from and what the provider generates."""
        info = context.provider.info
        assert info.id == context.plugin
        assert info.title, "title is empty; set the provider's name for people"
        assert info.home_page.startswith("https://"), (
            "home_page is not a URL; set that of the API documentation"
        )
        assert info.modalities, "modalities is empty; name what the provider generates"
        assert info.api_key_env or not info.key_required, "api_key_env is empty; name the key's variable"
        assert info.hook_api <= HOOK_API_VERSION
        assert not info.base_url.endswith("/"), "base_url ends with a slash; remove it"

    def test_every_row_names_its_source(self, context: CheckContext) -> None:
        """Without a source, a wrong value cannot be traced and corrected."""
        each_row(context, lambda row: None if len(row.source) > 5 else "no source")
        each_row(context, lambda row: "; ".join(p.unit for p in row.prices if not p.source) or None)

    def test_rows_cover_the_declared_modalities(self, context: CheckContext) -> None:
        """A modality without a row refuses every model."""
        for modality in context.provider.info.modalities:
            assert context.provider.catalogue.has(modality), f"no row for {modality}"

    def test_maps_a_minimal_request(self, context: CheckContext) -> None:
        """The simplest request must work with every model."""

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
        """With unsupported="adjust", a request with every field must never raise, unless an input would be lost."""

        def check(row: Model) -> str | None:
            try:
                map_row(context, row, fullest_request(context, row), adjust=True)
            except ValidationError as error:
                return str(error)
            return None

        each_row(context, check)

    def test_maps_every_declared_value(self, context: CheckContext) -> None:
        """A documented value must not be refused."""

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
        """A value that the provider would refuse later is refused at once, with the allowed values."""

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
        """A plan and a retry must have exactly the same payload."""

        def check(row: Model) -> str | None:
            request = fullest_request(context, row)
            before = request.model_dump()
            first = map_row(context, row, request, adjust=True)
            second = map_row(context, row, request, adjust=True)
            if redact(first.payload) != redact(second.payload):
                return "two mappings of one request differ"
            return None if request.model_dump() == before else "mapping changed the request"

        each_row(context, check)

    def test_adjusts_an_unsuitable_request_at_every_video_model(self, context: CheckContext) -> None:
        """With unsupported="adjust", 7 s, 4:3 and 1080p with sound work with every model, and every change is listed."""

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
