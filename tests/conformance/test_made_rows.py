"""The kit tries models whose rows the plugin makes, as it tries those of a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from conformance.acme_plugin import AcmePlugin
from conformance.acme_simulator import CASES, AcmeSimulator
from tarash.tarash_gateway import register_provider
from tarash.tarash_gateway.mapping import Catalogue, Model
from tarash.tarash_gateway.plugin import Call, Flow, hookimpl
from tarash.tarash_gateway.testing.conformance.context import CheckContext


class Making(AcmePlugin):
    """Acme, whose only model is made at run time."""

    @hookimpl
    def tarash_models(self) -> Catalogue:
        return Catalogue(())

    @hookimpl
    def tarash_row(self, call: Call) -> Flow[Model]:
        yield from ()
        row = super().tarash_models().lookup(CASES.video_model, call.modality)
        assert row is not None
        return replace(row, id=call.model)


def test_a_check_sees_the_row_that_the_plugin_makes(tmp_path: Path) -> None:
    register_provider("acme", Making())
    with AcmeSimulator() as simulator:
        for context in CheckContext.opened("acme", simulator, tmp_path, "sync"):
            assert context.provider.catalogue.rows == ()
            assert context.row(CASES.video_model).id == CASES.video_model
            assert context.request().prompt
            assert context.generate().status == "completed"
