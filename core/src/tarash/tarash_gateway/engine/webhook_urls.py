"""Says so if nobody will call the `webhook_url` of a configuration: whoever waits for the call would wait forever."""

from __future__ import annotations

from dataclasses import replace

from ..exceptions import ValidationError
from ..mapping.apply import Mapped
from ..models.metadata import Adjustment
from ..phrases import Phrase, mention, wrong_field
from ..plugin.call import Call
from ..plugin.webhook_members import add_webhook


def with_webhook_url(call: Call, mapped: Mapped) -> Mapped:
    """Return a mapped request with the webhook URL; one that would not be called is left out like any field that the model lacks.

    Raises:
        ValidationError: it may not be left out, or `extra_params` name another address.
    """
    provider = call.provider
    if call.webhook_url is None or (provider.takes_webhook_url and mapped.takes_webhook_url):
        return add_webhook(call, mapped)
    # the provider may call one for other models or other requests
    what = f"this request to {call.model}" if provider.takes_webhook_url else "a request"
    if call.unsupported == "error" or not (call.is_fallback or call.unsupported == "adjust"):
        raise ValidationError(
            Phrase(
                f"{provider.title} takes no ",
                wrong_field("webhook_url"),
                f" with {what} and would never call it; leave it out, and collect the job with resume, or set ",
                mention("unsupported", "adjust"),
            ),
            provider=provider.id,
            model=call.model,
        )
    left_out = Adjustment(
        field="webhook_url",
        requested="***",  # its path often contains a token
        reason=f"would never be called by {provider.title}, which takes none with {what}",
        provider=provider.id,
        model=call.model,
    )
    return replace(mapped, adjustments=(*mapped.adjustments, left_out))
