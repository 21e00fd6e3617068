"""Owns mistakes with keys and strangers: leaks, foreign servers, errors that show too much, and forged deliveries."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Mapping
from dataclasses import replace

from conformance.acme_plugin import AcmePlugin, Settings
from tarash.tarash_gateway.plugin import (
    Call,
    Delivery,
    Flow,
    Generated,
    HTTPConnectionError,
    HttpReply,
    JobReference,
    JobStatus,
    RateLimitError,
    Submission,
    TarashException,
    ValidationError,
    WebhookEvent,
    default_error,
    hookimpl,
    send,
    wire,
)


def _in_base64(call: Call) -> str:
    return base64.b64encode(f":{call.api_key.reveal()}".encode()).decode()


class UploadsWithTheKey(AcmePlugin):
    """The key in the header of an upload."""

    def store(self, call: Call, target: str, content: bytes) -> Flow[HttpReply]:
        return send(call.request("PUT", target, content=content, headers=call.auth_headers()))


class UploadsWithTheKeyEncoded(AcmePlugin):
    """The key in Base64, in the header of an upload."""

    def store(self, call: Call, target: str, content: bytes) -> Flow[HttpReply]:
        return send(call.request("PUT", target, content=content, headers={"X-Auth": _in_base64(call)}))


class UploadsWithTheKeyInTheQuery(AcmePlugin):
    """The key in the query of an upload."""

    def store(self, call: Call, target: str, content: bytes) -> Flow[HttpReply]:
        return send(call.request("PUT", target, query={"key": call.api_key.reveal()}, content=content))


class UploadsInTheClear(AcmePlugin):
    """A file sent to whatever address the answer names."""

    def store(self, call: Call, target: str, content: bytes) -> Flow[HttpReply]:
        return send(call.request("PUT", target, content=content))


class DownloadsWithTheKey(AcmePlugin):
    """The key in the header of a download."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        found = yield from super().tarash_normalize(call, raw)
        contents = []
        for asset in found.assets:
            reply = yield from send(call.request("GET", asset.url or "", headers=call.auth_headers()))
            contents.append(replace(asset, content=reply.content, url=None))
        return replace(found, assets=tuple(contents))


class SendsAssetsWithTheKey(AcmePlugin):
    """The key in the call that fetches an asset later."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        found = yield from super().tarash_normalize(call, raw)
        return replace(
            found,
            assets=tuple(
                replace(
                    asset,
                    url=None,
                    download=call.request("GET", asset.url or "", headers=call.auth_headers()),
                )
                for asset in found.assets
            ),
        )


class PhonesHome(AcmePlugin):
    """A call to an address of its own, whatever the configuration says."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        with contextlib.suppress(HTTPConnectionError):
            yield from send(call.request("POST", "https://stats.acme.example.com/done", json={}))
        return (yield from super().tarash_normalize(call, raw))


class ShowsTheKeyInBase64(AcmePlugin):
    """The Base64 of the key in an error."""

    @hookimpl
    def tarash_error(  # type: ignore[override]  # pluggy passes what is named
        self, call: Call, response: HttpReply
    ) -> TarashException:
        return default_error(response, f"refused with Basic {_in_base64(call)}")


class ShowsTheKeyInHexadecimal(AcmePlugin):
    """The bytes of the key in an error."""

    @hookimpl
    def tarash_error(  # type: ignore[override]  # pluggy passes what is named
        self, call: Call, response: HttpReply
    ) -> TarashException:
        error = default_error(response)
        error.raw_response = {"sent": call.api_key.reveal().encode().hex()}
        return error


class ShowsTheWebhookSecret(AcmePlugin):
    """A secret of the settings in the job."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        submission = yield from super().tarash_submit(call, payload)
        secret = call.settings_as(Settings).webhook_secret
        return replace(submission, job={**(submission.job or {}), "hook": secret and secret.reveal()})


class LosesTheHint(AcmePlugin):
    """The provider says when to try again, and the error does not."""

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        error = super().tarash_error(response)
        if isinstance(error, RateLimitError):
            return RateLimitError("too many requests", status_code=429, retry_after=1.0)
        return error


class BlamesTheUserForAnOutage(AcmePlugin):
    """An outage is a bad request, so no fallback is tried."""

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        if response.status >= 500:
            return ValidationError("Acme refused", status_code=response.status)
        return super().tarash_error(response)


class TakesOddAnswersForFailure(AcmePlugin):
    """A poll that cannot be read ends the job."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        reply = yield from send(
            call.request("GET", self.path(job), accept_statuses=frozenset({500, 502, 503}))
        )
        if not reply.is_success:
            return JobStatus(state="failed", raw=reply.text())
        return self.read(reply.json_object())


class TakesAnUnknownJobForFailure(AcmePlugin):
    """A job that the provider does not know yet has failed."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        reply = yield from send(call.request("GET", self.path(job), accept_statuses=frozenset({404})))
        return self.read(reply.json_object()) if reply.is_success else JobStatus(state="failed")


class BelievesWithoutASecret(AcmePlugin):
    """A webhook accepted without a configured secret."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        if call.settings_as(Settings).webhook_secret is None:
            return self.believed(delivery)
        return super().tarash_webhook(call, delivery)

    def believed(self, delivery: Delivery) -> WebhookEvent:
        """Read a delivery without verifying it."""
        body = delivery.json_object()
        return WebhookEvent(request_id=wire.text(body, "id") or "", status=self.read(body))


class BelievesWithoutASignature(BelievesWithoutASecret):
    """A webhook accepted without a signature."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        if "webhook-signature" not in delivery.headers:
            return self.believed(delivery)
        return AcmePlugin.tarash_webhook(self, call, delivery)


class TakesEveryDeliveryForSuccess(AcmePlugin):
    """A delivery that counts as a success because it arrived."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        event = super().tarash_webhook(call, delivery)
        return replace(event, status=JobStatus(state="completed", raw=event.status.raw))


class NamesTheDelivery(AcmePlugin):
    """The id of the delivery in place of the job's."""

    @hookimpl
    def tarash_webhook(self, call: Call, delivery: Delivery) -> WebhookEvent:
        event = super().tarash_webhook(call, delivery)
        return replace(event, request_id=delivery.headers["webhook-id"])


FOREIGN = frozenset({"the_key_goes_to_the_provider_only"})
MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    UploadsWithTheKey: FOREIGN,
    UploadsWithTheKeyEncoded: FOREIGN,
    UploadsWithTheKeyInTheQuery: FOREIGN,
    UploadsInTheClear: frozenset({"an_input_is_never_sent_in_the_clear"}),
    DownloadsWithTheKey: FOREIGN,
    SendsAssetsWithTheKey: FOREIGN,
    PhonesHome: frozenset({"every_call_goes_to_the_base_url"}),
    ShowsTheKeyInBase64: frozenset({"no_secret_shows"}),
    ShowsTheKeyInHexadecimal: frozenset({"no_secret_shows"}),
    ShowsTheWebhookSecret: frozenset({"no_secret_shows"}),
    LosesTheHint: frozenset({"every_error_row_has_its_exception"}),
    BlamesTheUserForAnOutage: frozenset({"every_error_row_has_its_exception"}),
    TakesOddAnswersForFailure: frozenset({"a_flaky_status_does_not_lose_the_job"}),
    TakesAnUnknownJobForFailure: frozenset({"a_flaky_status_does_not_lose_the_job"}),
    BelievesWithoutASecret: frozenset({"a_delivery_without_a_configured_secret_is_refused"}),
    BelievesWithoutASignature: frozenset({"an_unsigned_delivery_is_refused"}),
    TakesEveryDeliveryForSuccess: frozenset({"a_failed_delivery_is_read"}),
    NamesTheDelivery: frozenset({"a_signed_delivery_is_read"}),
}
