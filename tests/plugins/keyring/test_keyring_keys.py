"""Keys are found by provider and account, in one text or in parts, and reach the provider however the call is run."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringLocked

import tarash_gateway_fal as fal
import tarash_gateway_kling as kling
import tarash_gateway_local as local
from execution import Run
from plugins.keyring.conftest import used
from simulators.asking import video_config, video_request
from simulators.fal import FalSimulator
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import AuthenticationError, Gateway, ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.discovery import Registry, installed_entry_points
from tarash.tarash_gateway.plugin import Credentials, ProviderInfo
from tarash_gateway_keyring import (
    backend_name,
    delete_key,
    entry_of,
    forget,
    store_key,
    stored_parts,
    tarash_credentials,
)
from tarash_gateway_keyring.cache import KEPT_SECONDS, Cache

FAL, KLING = fal.PROVIDER, kling.PROVIDER
FAL_MODEL = "fal-ai/veo3.1"


def known(provider: ProviderInfo, account: str | None = None) -> dict[str, str] | None:
    """What the hook supplies, with the texts shown."""
    found = tarash_credentials(provider=provider, account=account)
    if found is None:
        return None
    parts = {name: part.reveal() for name, part in found.parts.items()}
    return parts | ({"api_key": found.api_key.reveal()} if found.api_key else {})


@pytest.mark.usefixtures("backend")
def test_a_key_is_found_by_provider_and_account() -> None:
    store_key(FAL, "of-everyone")
    store_key(FAL, " of-the-studio\n", account="studio")
    assert known(FAL) == {"api_key": "of-everyone"}
    assert known(FAL, "studio") == {"api_key": "of-the-studio"}
    assert known(FAL, "other") is None, "an account never gets the key of another"
    assert known(KLING) is None


@pytest.mark.usefixtures("backend")
def test_a_key_that_the_keyring_command_stored_is_found() -> None:
    keyring.set_password("tarash-gateway/fal", "default", "by-hand")
    keyring.set_password("tarash-gateway/kling/access_key", "studio", "the-access")
    keyring.set_password("tarash-gateway/kling/secret_key", "studio", "the-secret")
    assert known(FAL) == {"api_key": "by-hand"}
    assert known(KLING, "studio") == {"access_key": "the-access", "secret_key": "the-secret"}
    assert entry_of(KLING, "secret_key", "studio") == ("tarash-gateway/kling/secret_key", "studio")


@pytest.mark.usefixtures("backend")
def test_half_a_key_is_told_with_the_command_that_completes_it() -> None:
    store_key(KLING, "the-access", part="access_key")
    with pytest.raises(AuthenticationError, match="keyring set tarash-gateway/kling/secret_key default"):
        known(KLING)
    store_key(KLING, "of-the-new-design")
    assert known(KLING) == {"api_key": "of-the-new-design"}, "a whole key is not completed by half of another"


@pytest.mark.usefixtures("backend")
def test_keys_are_listed_and_deleted() -> None:
    assert stored_parts(KLING) == ()
    for part in ("secret_key", "access_key", "api_key"):
        store_key(KLING, f"the-{part}", part=part)
    assert stored_parts(KLING) == ("api_key", "access_key", "secret_key")
    assert known(KLING)
    assert delete_key(KLING, part="access_key")
    assert not delete_key(KLING, part="access_key")
    assert stored_parts(KLING) == ("api_key", "secret_key")
    assert known(KLING) == {"api_key": "the-api_key"}, "what was deleted is not kept"


@pytest.mark.usefixtures("backend")
def test_a_provider_without_a_key_never_touches_the_keyring() -> None:
    keyring.set_keyring(Broken(RuntimeError("asked")))
    assert known(local.PROVIDER) is None


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("store", "says"),
    [
        (lambda: store_key(FAL, " \n"), "the key for fal is empty"),
        (lambda: store_key(FAL, "x", part="access_key"), "fal has no key part 'access_key'; it has api_key"),
        (lambda: delete_key(KLING, part="key"), "it has api_key and access_key and secret_key"),
        (lambda: entry_of(KLING, ""), "kling has no key part ''"),
    ],
)
def test_what_is_no_key_is_refused(store: Callable[[], object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        store()


# With a gateway.


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A gateway without an environment, whose only other source of keys is the keyring."""
    registry = Registry(lambda group: installed_entry_points(group) if "providers" in group else [])
    registry.register_extension(sys.modules["tarash_gateway_keyring"])
    with Gateway(registry=registry, environ={}) as opened:
        yield opened


@pytest.mark.usefixtures("backend")
def test_a_generation_sends_the_key_of_its_account(run: Run, gateway: Gateway) -> None:
    with FalSimulator() as simulator:
        store_key(FAL, simulator.api_key, account="studio")
        config = video_config(simulator, FAL_MODEL, api_key=None, account="studio")
        assert run(gateway, "generate_video", config, video_request()).provider == "fal"
        with pytest.raises(AuthenticationError, match="FAL_KEY"):
            run(gateway, "generate_video", config.model_copy(update={"account": None}), video_request())


@pytest.mark.usefixtures("backend")
def test_a_pair_of_keys_signs_the_requests(run: Run, gateway: Gateway) -> None:
    with KlingSimulator() as simulator:
        for part in ("access_key", "secret_key"):
            store_key(KLING, getattr(simulator, part), part=part)
        config = video_config(simulator, api_key=None, provider_config={})
        assert run(gateway, "generate_video", config, video_request()).provider == "kling"


@pytest.mark.usefixtures("backend")
def test_a_resumed_job_reads_the_key_of_its_account(run: Run, gateway: Gateway) -> None:
    with FalSimulator() as simulator:
        store_key(FAL, simulator.api_key, account="studio")
        config = video_config(simulator, FAL_MODEL, api_key=None, account="studio")
        job = run(gateway, "submit_video", config, video_request())
        assert simulator.api_key not in job.to_json()
        assert run(gateway, "resume", job, config=config).request_id == job.request_id


# Without a keyring, or with one that does not open.


class Broken(KeyringBackend):
    """A keyring that fails."""

    priority = 1

    def __init__(self, error: Exception) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no type for it
        self.error = error
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error


@pytest.fixture
def failing(request: pytest.FixtureRequest) -> Iterator[KeyringBackend]:
    """A keyring that is not there, or raises the exception that the test names."""
    yield from used(request.param if isinstance(request.param, KeyringBackend) else Broken(request.param))


FAILURES = [
    pytest.param(
        KeyringLocked("of the-secret"), "the keyring is locked; unlock it, or set FAL_KEY", id="locked"
    ),
    pytest.param(
        InitError("x"), r"cannot be read \(InitError\); check it with `keyring diagnose`", id="init"
    ),
    pytest.param(EOFError(), r"cannot be read \(EOFError\)", id="no terminal"),
]


@pytest.mark.parametrize(("failing", "says"), FAILURES, indirect=["failing"])
def test_a_keyring_that_does_not_open_is_a_clear_error(
    run: Run, gateway: Gateway, failing: KeyringBackend, says: str
) -> None:
    with FalSimulator() as simulator:
        config = video_config(simulator, FAL_MODEL, api_key=None)
        with pytest.raises(AuthenticationError, match=says) as caught:
            run(gateway, "generate_video", config, video_request())
        assert simulator.requests == []
    assert caught.value.provider == "fal"
    assert "the-secret" not in str(caught.value)


@pytest.mark.parametrize("failing", [KeyringLocked()], indirect=True, ids=["locked"])
def test_a_locked_keyring_does_not_matter_to_whoever_needs_no_key_of_it(
    gateway: Gateway, failing: Broken
) -> None:
    with FalSimulator() as simulator:
        config = video_config(simulator, FAL_MODEL, api_key=None)
        assert gateway.plan_video(config, video_request()).attempts
        assert failing.asked == 1
        assert gateway.generate_video(video_config(simulator, FAL_MODEL), video_request()).provider == "fal"
        assert failing.asked == 1, "a key of the configuration comes first"


NONE: list[KeyringBackend] = [kind() for kind in (fail.Keyring, null.Keyring)]


@pytest.mark.parametrize("failing", NONE, indirect=True, ids=["none", "null"])
def test_without_a_keyring_there_is_no_key_and_storing_one_says_why(
    gateway: Gateway, failing: KeyringBackend
) -> None:
    assert known(FAL) is None
    assert stored_parts(KLING) == ()
    with pytest.raises(AuthenticationError, match="no API key for fal; set FAL_KEY"):
        gateway.generate_video(VideoGenerationConfig(provider="fal", model=FAL_MODEL), video_request())
    if isinstance(failing, fail.Keyring):
        with pytest.raises(AuthenticationError, match="there is no keyring on this machine; set FAL_KEY"):
            store_key(FAL, "x")


@pytest.mark.parametrize("failing", [KeyringLocked()], indirect=True, ids=["locked"])
def test_a_locked_keyring_is_told_to_whoever_stores(failing: KeyringBackend) -> None:
    for use in (lambda: store_key(FAL, "x"), lambda: stored_parts(FAL), lambda: delete_key(FAL)):
        with pytest.raises(AuthenticationError, match="the keyring is locked"):
            use()


# What is kept, and what is never told.


def test_a_key_and_the_lack_of_one_are_kept_for_a_minute() -> None:
    now, reads = 0.0, []
    kept = Cache(clock=lambda: now)

    def read(provider: ProviderInfo, account: str | None) -> Credentials | None:
        reads.append((provider.id, account))
        return None

    for moment in (0.0, KEPT_SECONDS - 1, KEPT_SECONDS, KEPT_SECONDS + 1):
        now = moment
        assert kept.get(FAL, None, read) is None
    assert reads == [("fal", None)] * 2
    kept.get(FAL, "studio", read)
    kept.forget(FAL, None)
    kept.get(FAL, None, read)
    assert reads[2:] == [("fal", "studio"), ("fal", None)]


def test_a_failure_is_not_kept() -> None:
    kept = Cache(clock=lambda: 0.0)

    def fails(provider: ProviderInfo, account: str | None) -> Credentials | None:
        raise AuthenticationError("locked")

    with pytest.raises(AuthenticationError):
        kept.get(FAL, None, fails)
    unlocked = Credentials()
    assert kept.get(FAL, None, lambda _provider, _account: unlocked) is unlocked


@pytest.mark.usefixtures("backend")
def test_a_key_changed_by_others_is_read_again_after_forgetting() -> None:
    store_key(FAL, "old")
    assert known(FAL) == {"api_key": "old"}
    keyring.set_password(*entry_of(FAL), "new")
    assert known(FAL) == {"api_key": "old"}
    forget(FAL)
    assert known(FAL) == {"api_key": "new"}


@pytest.mark.usefixtures("backend")
def test_nothing_shows_a_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store_key(KLING, "secret-of-the-test", part="access_key")
    with pytest.raises(AuthenticationError) as caught:
        known(KLING)
    store_key(FAL, "secret-of-the-test")
    found = tarash_credentials(provider=FAL, account=None)
    shown = (repr(found), repr(caught.value), str(caught.value))
    assert not [text for text in (*shown, caplog.text) if "secret-of-the-test" in text]
    ours = [record.name for record in caplog.records if record.name.startswith("tarash_gateway_keyring")]
    assert ours == []


def test_a_backend_has_a_name(backend: KeyringBackend) -> None:
    assert backend_name() == backend.name


def test_a_message_without_a_variable_names_the_configuration(backend: KeyringBackend) -> None:
    keyring.set_keyring(Broken(KeyringLocked()))
    nameless = replace(KLING, key_parts={"token": ()}, api_key_env=())
    with pytest.raises(AuthenticationError, match=r"or pass api_key=… in the configuration"):
        known(nameless)
