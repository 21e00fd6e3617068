"""The conformance kit: subclass `ProviderSuite` in a plugin's tests, and it says when the plugin is done.

class TestAcme(ProviderSuite):
    plugin, simulator = "acme", AcmeSimulator
    exceptions = {"cancels_a_running_job": Unsupported("Acme has no cancel endpoint")}
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest

from .checks.errors import ErrorChecks
from .checks.generations import GenerationChecks
from .checks.inputs import InputChecks
from .checks.mapping import MappingChecks
from .checks.webhooks import WebhookChecks
from .context import CheckContext, Mode

if TYPE_CHECKING:
    from ..simulator import Simulator
    from .cases import ConformingSimulator


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The provider itself cannot do what the check asks."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """The provider can, the plugin does not yet."""

    reason: str


# a row may be of a model that is retired: the wire format lives on in compatible servers
@pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.exceptions.ModelLifecycleWarning")
class ProviderSuite(MappingChecks, InputChecks, GenerationChecks, ErrorChecks, WebhookChecks):
    """Every check, as a test method `test_<name>`; a failure says what a user would suffer.

    Attributes:
        plugin: provider id, installed or registered.
        simulator: class of the provider's simulator; it says in its `cases` what there is to know.
        exceptions: check name (without "test_") → why it does not apply. One that has become untrue fails.
    """

    plugin: ClassVar[str]
    simulator: ClassVar[type[ConformingSimulator]]
    exceptions: ClassVar[Mapping[str, Unsupported | NotYet]] = {}

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        unknown = [name for name in cls.exceptions if not hasattr(cls, f"test_{name}")]
        if unknown:
            raise ValueError(f"{cls.__name__}.exceptions names no check: {', '.join(unknown)}")
        for name, exception in cls.exceptions.items():
            setattr(cls, f"test_{name}", _excused(getattr(cls, f"test_{name}"), name, exception))

    @pytest.fixture
    def context(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CheckContext]:
        """A running simulator and a gateway that talks to it, in one of the three ways."""
        mode = cast("Mode", getattr(request, "param", "sync"))
        simulator = self.simulator()
        with cast("Simulator", simulator):
            yield from CheckContext.opened(self.plugin, simulator, tmp_path, mode)


def _excused(check: Callable[..., None], name: str, exception: Unsupported | NotYet) -> Callable[..., None]:
    """Return the check turned round: skipped with its reason while it fails, failed once it passes."""

    @functools.wraps(check)
    def turned(*arguments: Any, **named: Any) -> None:
        try:
            check(*arguments, **named)
        except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - whatever makes the check fail excuses it
            kind = "the provider cannot" if isinstance(exception, Unsupported) else "not yet"
            pytest.skip(
                f"{kind}: {exception.reason} ({str(failure).splitlines()[0][:200] if str(failure) else 'failed'})"
            )
        pytest.fail(f"the exception for {name!r} has become untrue ({exception.reason}); remove it")

    assert list(inspect.signature(turned).parameters) == list(inspect.signature(check).parameters)
    return turned


__all__ = ["NotYet", "ProviderSuite", "Unsupported"]
