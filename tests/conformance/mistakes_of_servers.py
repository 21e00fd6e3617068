"""Owns mistakes with the provider's own servers: one that is not declared, one that is forgotten, and refusals that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from conformance.acme_plugin import AcmePlugin
from conformance.acme_plugin import Settings as AcmeSettings
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    RateLimitError,
    Secret,
    StatusStream,
    Submission,
    TarashException,
    hookimpl,
)

EUROPE = "https://eu.acme.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(AcmeSettings):
    """What `provider_config` takes for an Acme with two regions.

    Attributes:
        webhook_secret: secret that Acme signs deliveries with.
        region: the region whose servers render.
    """

    webhook_secret: Secret | None = None
    region: Literal["us", "eu"] = "us"


class Regional(AcmePlugin):
    """Renders in the region of the settings, and asks the region of the job; no mistake."""

    info = replace(AcmePlugin.info, settings=Settings, origins=(EUROPE,))

    def at(self, call: Call, region: object) -> Call:
        """Return the call at the server of a region."""
        return call.at_server(f"{EUROPE}/v1") if region == "eu" else call

    def of_job(self, call: Call, job: JobReference) -> Call:
        """Return the call at the server that has the job."""
        return self.at(call, job["region"])

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        region = call.settings_as(Settings).region
        submission = yield from super().tarash_submit(self.at(call, region), payload)
        return replace(submission, job={**(submission.job or {}), "region": region})

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return (yield from super().tarash_poll(self.of_job(call, job), job))

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        return (yield from super().tarash_stream(self.of_job(call, job), job))

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        return (yield from super().tarash_cancel(self.of_job(call, job), job))


class HidesAServer(Regional):
    """A region whose server is not declared in `origins`."""

    info = replace(Regional.info, origins=())


class ForgetsTheServerOfItsJob(Regional):
    """Submits in one region, and polls in another."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return (yield from AcmePlugin.tarash_poll(self, call, job))

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        return (yield from AcmePlugin.tarash_stream(self, call, job))


class AsksTheServerOfItsSettings(Regional):
    """Asks the region of the settings, which may have changed since the submission."""

    def of_job(self, call: Call, job: JobReference) -> Call:
        return self.at(call, call.settings_as(Settings).region)


class LeavesTheIdOfItsRegionAsItIs(Regional):
    """A path from a saved job, unquoted, beside a region that must be known."""

    def of_job(self, call: Call, job: JobReference) -> Call:
        return {"us": call, "eu": self.at(call, "eu")}[str(job["region"])]

    def path(self, job: JobReference) -> str:
        return f"/jobs/{job['id']}"


class TakesEveryServerErrorForARefusal(AcmePlugin):
    """An error behind a proxy counts as "too busy", so the submission is repeated."""

    info = replace(AcmePlugin.info, idempotent_submit=False)

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        return call.request("POST", "/jobs", json=body)

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        if response.status >= 500:
            return RateLimitError("Acme is busy", status_code=response.status)
        return super().tarash_error(response)


@dataclass(frozen=True, slots=True, kw_only=True)
class MisleadingSettings(AcmeSettings):
    """Settings with a default of another type.

    Attributes:
        webhook_secret: secret that Acme signs deliveries with.
        priority: how urgent a job is.
    """

    webhook_secret: Secret | None = None
    priority: int = cast("int", "high")


class GivesAWrongDefault(AcmePlugin):
    """A setting whose default is refused when somebody writes it down."""

    info = replace(AcmePlugin.info, settings=MisleadingSettings)


OWN_SERVERS = frozenset({"the_provider_s_own_servers_work"})
MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    HidesAServer: OWN_SERVERS,
    ForgetsTheServerOfItsJob: OWN_SERVERS,
    AsksTheServerOfItsSettings: frozenset({"a_job_stays_at_its_server"}),
    LeavesTheIdOfItsRegionAsItIs: frozenset({"a_job_from_a_file_leads_nowhere_else"}),
    TakesEveryServerErrorForARefusal: frozenset({"a_server_error_is_never_submitted_again"}),
    GivesAWrongDefault: frozenset({"every_setting_takes_its_own_default"}),
}
