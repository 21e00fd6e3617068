"""What is sent to Kling: which of the two designs serves a call, its body and its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import Call, GenerationRequest, ValidationError, check_settings, default_map

from . import contents, legacy
from .auth import key_pair
from .models import CATALOGUE, PATH_ROUTES
from .models_video import EDITED_VIDEO_RULES, REFERENCE_VIDEO_RULES
from .names import LEGACY_TWINS, legacy_name, path_name
from .settings import SETTINGS


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row and give the payload the form of the endpoint."""
    check_settings(call, SETTINGS)
    served = serving_call(call)
    mapped = default_map(_with_video_rules(served, request), request)
    try:
        body = _body(served, mapped.payload)
    except ValidationError as error:
        error.provider, error.model = call.provider.id, call.model
        raise
    return replace(mapped, payload=body)


def _with_video_rules(call: Call, request: GenerationRequest) -> Call:
    """Return the call with the demands of an input video, which hang on what it is given for."""
    if call.row.route != "omni-video":
        return call
    feature = request.extra_params.get("video_role") == "feature"
    rules = REFERENCE_VIDEO_RULES if feature else EDITED_VIDEO_RULES
    # first: dropping the frames of an edit decides what the others demand of them
    return call.with_row(replace(call.row, rules=(*rules, *call.row.rules)))


def serving_call(call: Call) -> Call:
    """Return the call with the model that serves it: AccessKey and SecretKey open only the legacy design.

    Raises:
        ValidationError: the model has no legacy form, so it needs an API key.
    """
    if call.row.route not in PATH_ROUTES or key_pair(call) is None:
        return call
    twin = LEGACY_TWINS.get(call.model)
    row = None if twin is None else CATALOGUE.lookup(twin, call.modality)
    if twin is None or row is None:
        options = ", ".join(LEGACY_TWINS)
        raise ValidationError(
            f"needs an API key; with an access key and a secret key use {options} or a kling-v… model",
            provider=call.provider.id,
            model=call.model,
        )
    return replace(call, model=twin, row=row)


def endpoint(call: Call, body: Mapping[str, object]) -> str:
    """Return the path that takes `body`; `call` as `serving_call` returned it."""
    route = call.row.route
    if route in PATH_ROUTES:
        return f"/{contents.operation(route, body)}/{path_name(call.model)}"
    return legacy.operation(route, body)


def _body(call: Call, mapped: Mapping[str, object]) -> dict[str, object]:
    if call.row.route in PATH_ROUTES:
        return contents.path_body(call.row.route, mapped)
    return legacy.legacy_body(call.row.route, mapped, model_name=legacy_name(call.model))
