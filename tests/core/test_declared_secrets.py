"""What a provider declares as a part of its key, or as a `Secret`, is neither saved nor shown, whatever its name."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NewType

import pytest

from core.acme import Acme, AcmeServer, acme, generation, reply
from tarash.tarash_gateway import Job, PluginError, TarashException, VideoGenerationConfig
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.job import saved_config
from tarash.tarash_gateway.plugin import Call, HttpCall, Secret, hookimpl
from tarash.tarash_gateway.plugin.settings import secret_names
from tarash.tarash_gateway.testing import VirtualTime

Pin = NewType("Pin", Secret)


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A group of settings."""

    wax: Secret | None = None
    colour: str = "red"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Secrets in every form, none of which has the name of one."""

    key_id: Secret | None = None
    license: Secret | None = None
    pins: tuple[Secret, ...] = ()
    doors: Mapping[str, Secret] = field(default_factory=dict)
    seals: tuple[Seal, ...] = ()
    number: Pin | None = None
    region: str = ""


GIVEN: dict[str, Any] = {
    "key_id": "first-id-0001",
    "pair": "first-pair-0001",
    "license": "LICENSE-0001",
    "pins": ["pin-one-0001", "pin-two-0001"],
    "doors": {"front": "front-door-0001"},
    "seals": [{"wax": "wax-0001", "colour": "blue"}],
    "number": "number-0001",
    "region": "eu-west",
}


class Vaulted(Acme):
    """Signs with a key of two parts."""

    def __init__(self) -> None:
        super().__init__("vaulted")
        self._info = replace(
            self._info,
            api_key_env=(),
            key_parts={"key_id": ("VAULTED_ID",), "pair": ("VAULTED_PAIR",)},
            settings=Settings,
        )

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall) -> HttpCall:
        parts = call.credentials.parts
        shown = f"{parts['key_id'].reveal()}:{parts['pair'].reveal()}"
        return replace(http, headers={**http.headers, "x-key": shown})


@pytest.fixture
def vault() -> Registry:
    made = Registry(lambda _group: ())
    made.register("vaulted", Vaulted())
    return made


def config_of(**changes: object) -> VideoGenerationConfig:
    return acme("vaulted", api_key=None, provider_config=GIVEN, **changes)


def submitted(vault: Registry) -> Job:
    return VirtualTime(AcmeServer()).run(generation(config_of(), providers=vault).submit())


def test_a_job_and_what_a_batch_stores_hold_none_of_them(vault: Registry) -> None:
    job = submitted(vault)
    for text in (job.to_json(), repr(saved_config(config_of()))):
        assert "0001" not in text
        assert "eu-west" in text
        assert "blue" in text


def test_a_provider_that_echoes_them_does_not_make_them_known(vault: Registry) -> None:
    server = AcmeServer()
    server.always["submit"] = reply(422, {"detail": f"not these: {GIVEN}"})
    with pytest.raises(TarashException, match=r"not these.*eu-west") as caught:
        VirtualTime(server).run(generation(config_of(), providers=vault).generate())
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__dict__)
    assert "0001" not in shown


def test_after_a_rotation_a_job_is_resumed_with_the_new_pair_alone(vault: Registry, tmp_path: Path) -> None:
    job = Job.from_json(submitted(vault).to_json())
    server, seen = AcmeServer(job_seconds=0), list[str]()
    server.created["job-1"] = 0.0

    def serve(call: HttpCall, now: float) -> Any:
        seen.append(call.headers["x-key"])
        return server(call, now)

    environ = {"VAULTED_ID": "second-id-0002", "VAULTED_PAIR": "second-pair-0002"}
    factory = GenerationFactory(vault, tmp_path, environ=environ)
    response = VirtualTime(serve).run(factory.resume(job, None, {}, reports=False))
    assert response.status == "completed"
    assert set(seen) == {"second-id-0002:second-pair-0002"}


def test_every_form_of_a_secret_is_found(vault: Registry) -> None:
    info = vault.get("vaulted").info
    assert secret_names(info) == {*GIVEN, "wax"} - {"region", "seals"}
    assert secret_names(replace(info, settings=None)) == {"key_id", "pair"}


@dataclass(frozen=True)
class Group:
    """A group that holds further groups."""

    groups: tuple[Group, ...] = ()
    seal: Secret | None = None


def test_settings_that_hold_themselves_are_read_to_their_end(vault: Registry) -> None:
    info = replace(vault.get("vaulted").info, key_parts={}, settings=Group)
    assert secret_names(info) == {"seal"}


@dataclass(frozen=True)
class WithKey:
    """Settings that would hide the key of the configuration."""

    api_key: Secret | None = None


@dataclass(frozen=True)
class Plain:
    """Settings that would show a part of the key."""

    pair: str = ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": WithKey}, r"the setting WithKey\.api_key; the configuration has a field for the key"),
        (
            {"settings": Plain, "key_parts": {"pair": ("PAIR",)}},
            r"Plain\.pair, .* give it the type Secret \| None",
        ),
        (
            {"modalities": frozenset({"vidoe"})},
            r"modalities=frozenset\(\{'vidoe'\}\); use image, video, or add",
        ),
    ],
)
def test_a_declaration_that_could_not_work_is_refused_when_it_is_loaded(
    changes: dict[str, Any], message: str
) -> None:
    class Mistaken(Acme):
        def __init__(self) -> None:
            super().__init__("mistaken")
            self._info = replace(self._info, **changes)

    with pytest.raises(PluginError, match=f"registered as 'mistaken': tarash_provider declares .*{message}"):
        Registry(lambda _group: ()).register("mistaken", Mistaken())


@dataclass(frozen=True)
class Unresolved:
    """Settings with a type that only a type checker could know."""

    license: NotThere | None = None  # type: ignore[name-defined]  # noqa: F821 - the mistake that is tried


def test_settings_that_cannot_be_searched_for_secrets_are_refused_with_the_plugins_name() -> None:
    class Mistaken(Acme):
        def __init__(self) -> None:
            super().__init__("mistaken")
            self._info = replace(self._info, settings=Unresolved)

    with pytest.raises(PluginError, match=r"registered as 'mistaken': the settings Unresolved use a type"):
        Registry(lambda _group: ()).register("mistaken", Mistaken())
