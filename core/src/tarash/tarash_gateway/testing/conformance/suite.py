"""The suite: every check as a test method, and the reasons why a check does not apply."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest

from ...models.wording import did_you_mean
from .checks.errors import ErrorChecks
from .checks.generations import GenerationChecks
from .checks.inputs import InputChecks
from .checks.jobs import JobChecks
from .checks.mapping import MappingChecks
from .checks.outputs import OutputChecks
from .checks.prices import PriceChecks
from .checks.purity import PurityChecks
from .checks.servers import ServerChecks
from .checks.streams import StreamChecks
from .checks.values import ValueChecks
from .checks.webhooks import WebhookChecks
from .context import CheckContext, Mode

if TYPE_CHECKING:
    from ..simulator import Simulator
    from .cases import ConformingSimulator


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Why a check does not apply: the provider cannot do it."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """Why a check does not pass yet: the provider can do it, but the plugin does not."""

    reason: str


# a row may be for a retired model: compatible servers still serve it
@pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.exceptions.ModelLifecycleWarning")
class ProviderSuite(
    MappingChecks,
    ValueChecks,
    PriceChecks,
    InputChecks,
    GenerationChecks,
    OutputChecks,
    JobChecks,
    StreamChecks,
    ErrorChecks,
    WebhookChecks,
    ServerChecks,
    PurityChecks,
):
    """Every check, as a test method `test_<name>`; a failure says what users would suffer, and how to fix it.

    The kit stays on this machine: it answers look-ups of other hosts itself, and refuses connections to them. What a handler of the
    simulator raises fails the check.

    Attributes:
        plugin: id of an installed or registered provider.
        simulator: class of the provider's simulator, with `cases` that describe the provider.
        exceptions: why a check does not apply, by check name without "test_". If the check passes all the same, it fails. A check
            that this version of the kit does not have is skipped, so that a plugin can be tested with an older core, too.
    """

    plugin: ClassVar[str]
    simulator: ClassVar[type[ConformingSimulator]]
    exceptions: ClassVar[Mapping[str, Unsupported | NotYet]] = {}

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        for name, exception in cls.exceptions.items():
            check = getattr(cls, f"test_{name}", None)
            turned = _unknown(name, dir(cls)) if check is None else _excused(check, name, exception)
            setattr(cls, f"test_{name}", turned)

    @pytest.fixture
    def context(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CheckContext]:
        """A running simulator and a gateway that uses it, blocking or under asyncio or trio."""
        mode = cast("Mode", getattr(request, "param", "sync"))
        simulator = self.simulator()
        with cast("Simulator", simulator):
            yield from CheckContext.opened(self.plugin, simulator, tmp_path, mode)


def _excused(check: Callable[..., None], name: str, exception: Unsupported | NotYet) -> Callable[..., None]:
    """Return the inverted check: it is skipped with its reason while it fails, and fails once it passes."""

    @functools.wraps(check)
    def turned(*arguments: Any, **named: Any) -> None:
        try:
            check(*arguments, **named)
        except (Exception, pytest.fail.Exception) as failure:  # noqa: BLE001 - any failure of the check is excused
            kind = "the provider cannot" if isinstance(exception, Unsupported) else "not yet"
            pytest.skip(
                f"{kind}: {exception.reason} ({str(failure).splitlines()[0][:200] if str(failure) else 'failed'})"
            )
        pytest.fail(f"{name!r} passes, although exceptions says {exception.reason!r}; remove that exception")

    assert list(inspect.signature(turned).parameters) == list(inspect.signature(check).parameters)
    return turned


def _unknown(name: str, known: Iterable[str]) -> Callable[[object], None]:
    """Return a check that is skipped: a newer kit may have it; an exception for a misspelt one excuses nothing."""
    guess = did_you_mean(name, [item.removeprefix("test_") for item in known if item.startswith("test_")])

    def absent(self: object) -> None:  # noqa: ARG001 - a method, to be collected as one
        pytest.skip(f"this version of the kit has no check {name!r}{guess}")

    return absent


__all__ = ["NotYet", "ProviderSuite", "Unsupported"]
