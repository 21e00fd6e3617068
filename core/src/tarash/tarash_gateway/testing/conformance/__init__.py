"""The conformance kit: subclass `ProviderSuite` in a plugin's tests to see whether the plugin does what users rely on.

class TestAcme(ProviderSuite):
    plugin, simulator = "acme", AcmeSimulator
    exceptions = {"cancels_a_running_job": Unsupported("Acme has no cancel endpoint")}
"""

from __future__ import annotations

import pytest

# before the checks are imported, so that a failing assert shows the values that it compared
pytest.register_assert_rewrite(f"{__name__}.checks", f"{__name__}.context")

from .suite import NotYet, ProviderSuite, Unsupported  # noqa: E402 - see above

__all__ = ["NotYet", "ProviderSuite", "Unsupported"]
