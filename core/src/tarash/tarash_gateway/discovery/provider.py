"""What the registry finds: a loaded provider, a line of the list of providers, and a model."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..mapping.catalogue import Catalogue
from ..mapping.table import Model
from ..plugin.hook_calls import HookManager
from ..plugin.info import Feature, ProviderInfo


@dataclass(frozen=True, slots=True)
class Provider:
    """A loaded provider: its declaration, its rows, and its hooks together with those of every extension.

    Attributes:
        info: what the plugin declares.
        catalogue: the rows of its models.
        manager: calls the hooks.
        implemented: names of the hooks that the plugin or an extension implements.
        features: what the plugin supports, derived from its own hooks.
        is_mock: whether this is a mock of the provider.
    """

    info: ProviderInfo
    catalogue: Catalogue
    manager: HookManager = field(repr=False)
    implemented: frozenset[str] = frozenset()
    features: frozenset[Feature] = frozenset()
    is_mock: bool = False

    def can(self, hook: str) -> bool:
        """Return whether the plugin or an extension implements a hook."""
        return hook in self.implemented


@dataclass(frozen=True, slots=True)
class InstalledProvider:
    """One provider as `providers()` lists it.

    Attributes:
        id: provider id.
        distribution, version: the installed package; empty if it was registered at run time.
        info: what the plugin declares; None if the plugin is broken.
        features: what the plugin supports.
        problem: why the provider cannot be used, or None.
    """

    id: str
    distribution: str
    version: str
    info: ProviderInfo | None
    features: frozenset[Feature] = frozenset()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One model as `find_models()` returns it.

    Attributes:
        provider: provider id.
        model: the row of the model.
        estimated_cost_usd: estimated cost in US dollars of exactly what was searched for; None if it is unknown, or if nothing was.
    """

    provider: str
    model: Model
    estimated_cost_usd: float | None = None
