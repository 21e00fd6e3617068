"""Conformance checks for what values become: lengths in the provider's unit, shapes that are not turned, models under their own names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from ....exceptions import ValidationError
from ....mapping.table import ModalityName, Model
from ..cases import Example
from ..context import MODALITIES, CheckContext
from ..explaining import explain_failures
from ..requests import declared_values, maximal_request, minimal_request
from ..sent import (
    grouped,
    is_named,
    leaves,
    lengths,
    members_of,
    number_of,
    numbers_of_row,
    submission_of,
    turned,
    words_of,
)
from .mapping import each_row, map_row

SECONDS = "duration_seconds"
SHAPES = ("aspect_ratio", "size")
STATED = (SECONDS, *SHAPES, "resolution")
"""Fields whose form in the payload an example must state."""
USUAL = {"aspect_ratio": "16:9", "size": "1536x1024"}
"""What an example asks for if the row offers it: a square shows no turned shape."""


@explain_failures
class ValueChecks:
    """What users suffer if a value means something else to the provider."""

    def test_an_example_is_sent_as_documented(self, context: CheckContext) -> None:
        """Seconds sent as minutes, or 16:9 as "portrait", are another video than the one that was asked for, at the full price.

        To fix: compare the payload with the provider's documentation. State in `examples` of the cases what the documentation says,
        for each model of the cases: `Example({"duration_seconds": 8}, sent={"seconds": 8})`.
        """
        complaints = [said for pair in examples_of(context) for said in _unlike(context, *pair)]
        complaints += [said for modality in context.modalities for said in _unstated(context, modality)]
        assert not complaints, "; ".join(complaints)

    def test_a_length_is_sent_in_seconds_unless_stated(self, context: CheckContext) -> None:
        """8 seconds that are sent as 8000, or as 0.13, are refused, or a clip of another length.

        To fix: send the seconds as they are, or frames with `duration_field_mapper("frames", …)`. If the provider counts in another
        unit, state it in `examples` of the cases: `Example({"duration_seconds": 8}, sent={"milliseconds": 8000})`.
        """
        each_row(context, partial(_wrong_length, context))

    def test_a_shape_is_not_turned(self, context: CheckContext) -> None:
        """A video for a phone that is asked for, and comes in the shape of a cinema, is paid for in vain.

        To fix: compare the table of ratios, sizes or words with the provider's documentation: the width comes first.
        """
        each_row(context, partial(_turned_shape, context))

    def test_each_model_is_sent_under_its_name(self, context: CheckContext) -> None:
        """If a name is written into the code, every model is the same one: users pay for another than the one they chose.

        To fix: send `call.model`, or what the row of the model says, such as a constant or `call.row.route`. If two names are one
        model at the provider, state it in `aliases` of the cases.
        """
        if context.provider.can("tarash_row"):
            pytest.skip("the plugin makes the rows of its models itself")
        for modality in MODALITIES:
            said = list(_shared_names(context, modality))
            assert not said, "; ".join(said[:5])


def _unlike(context: CheckContext, example: Example, row: Model) -> Iterator[str]:
    """Yield what of an example is sent as something else."""
    if not example.sent:
        return
    call = submission_of(context, row, minimal_request(row, **example.request))
    if call is None:
        yield f"{row.id}: the example {dict(example.request)} is refused"
        return
    found = members_of(call)
    for path, wanted in leaves(example.sent):
        values = found.get(path, [])
        if wanted not in values and not (call.json is None and str(wanted) in map(str, values)):
            instead = values[0] if values else f"nothing; the members are {', '.join(found)}"
            yield f"{row.id}: for {dict(example.request)}, the provider takes {path}={wanted!r}, but is sent {instead!r}"


def examples_of(context: CheckContext) -> Iterator[tuple[Example, Model]]:
    """Yield the examples of the cases, each with its row; one of a modality for which the cases have no model is left out."""
    for example in context.cases.examples:
        modality = example.modality or context.modality
        model = example.model or context.model(modality)
        if model and context.model(modality):
            yield example, context.row(model, modality)


def _unstated(context: CheckContext, modality: ModalityName) -> Iterator[str]:
    """Yield the example that is missing for the model of a modality, ready to be compared and pasted."""
    row = context.row(context.model(modality), modality)
    stated = {
        name
        for example, own in examples_of(context)
        if example.sent and own == row
        for name in example.request
    }
    missing = {item.field for item in row.capabilities() if item.field in STATED} - set(row.fixed) - stated
    if not missing:
        return
    asked, sent = _proposal(context, row, missing)
    told = "" if modality == context.modality else f", modality={modality!r}"
    yield (
        f"the cases do not say how {row.id} takes {', '.join(sorted(missing))}; compare this with the documentation, correct it, and "
        f"add it to the cases: examples=(Example({asked}, sent={sent}{told}),)"
    )


def _proposal(
    context: CheckContext, row: Model, names: set[str]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return a request with these fields, and the members that are sent for them now."""
    wanted = maximal_request(row, all_inputs=False).model_dump()
    wide = {name: value for name, value in declared_values(row) if value == USUAL.get(name)}
    asked = {name: value for name, value in {**wanted, **wide}.items() if name in names and value is not None}
    mapped = map_row(context, row, minimal_request(row, **asked), adjust=True)
    plain = grouped(map_row(context, row, minimal_request(row)).payload)
    own = {path for path, mapper in row.fields.items() if names.intersection(mapper.fields)}
    sent: dict[str, object] = {
        path: values[0]
        for path, values in grouped(mapped.payload).items()
        if (path in own or values != plain.get(path)) and isinstance(values[0], str | int | float)
    }
    return {name: mapped.values[name] for name in asked if name in mapped.values}, sent


def _wrong_length(context: CheckContext, row: Model) -> str | None:
    """Return the member of the payload that grows with the length, but is not the number of seconds."""
    values = sorted({float(str(value)) for name, value in declared_values(row) if name == SECONDS and value})
    if len(values) < 2:
        return None
    shortest, longest = values[0], values[-1]
    try:
        payloads = [
            map_row(context, row, minimal_request(row, **{SECONDS: value})).payload
            for value in (shortest, longest, longest)
        ]
    except ValidationError:
        # a rule between fields, or one that another check reports
        return None
    # `mapping_is_pure_and_repeatable` reports a member that changes each time
    unsteady = {path for path, *_ in lengths(*payloads[1:])}
    stated = _stated_in_another_unit(context) | unsteady
    for path, *numbers in lengths(*payloads[:2]):
        for seconds, number in zip((shortest, longest), numbers, strict=True):
            if number not in numbers_of_row(row, seconds) and path not in stated:
                return (
                    f"{SECONDS}={seconds:g} is sent as {path}={number:g}, which is not that number of seconds"
                )
    return None


def _stated_in_another_unit(context: CheckContext) -> set[str]:
    """Return the members that an example states to be another number than the seconds asked for."""
    return {
        path
        for example in context.cases.examples
        for path, value in leaves(example.sent)
        if SECONDS in example.request and number_of(value) not in (None, number_of(example.request[SECONDS]))
    }


def _turned_shape(context: CheckContext, row: Model) -> str | None:
    """Return a shape that is declared, and sent turned by 90 degrees."""
    for name, value in declared_values(row):
        if name not in SHAPES:
            continue
        try:
            mapped = map_row(context, row, minimal_request(row, **{name: value}))
        except ValidationError:
            # a rule between fields, or one that another check reports
            continue
        member = turned(mapped.payload, str(value))
        if member is not None:
            return f"{name}={value!r} is sent as {member}"
    return None


def _shared_names(context: CheckContext, modality: ModalityName) -> Iterator[str]:
    """Yield the models that are sent under the name of another one, or as the same."""
    rows = [row for row in context.provider.catalogue.rows if row.modality == modality]
    names = {row.example_name for row in rows}
    seen: dict[frozenset[str], str] = {}
    for row in rows:
        call = submission_of(context, row, minimal_request(row))
        if call is None or is_named(row.example_name, call):
            continue
        words, alias = words_of(call), context.cases.aliases.get(row.example_name)
        if alias is not None:
            if not is_named(alias, call):
                yield f"the model {row.example_name!r} is not sent as {alias!r}, as the aliases of the cases say"
            continue
        constants = {value for _, value in leaves(row.constants)}
        others = {name for name in names - constants - {row.example_name} if is_named(name, call)}
        if others:
            yield (
                f"the model {row.example_name!r} is sent as {min(others)!r}; if the documentation says so, state it in the cases: "
                f"aliases={{{row.example_name!r}: {min(others)!r}}}"
            )
        if words in seen:
            yield f"nothing that is sent tells {row.example_name!r} from {seen[words]!r}"
        seen[words] = row.example_name
