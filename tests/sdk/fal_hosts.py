"""Owns how fal's client, whose https hosts are built in, reaches the simulator: by the standard proxy variables."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from sdk.tunnel import Tunnel
from simulators.fal import FalSimulator

HOSTS = ("queue.fal.run", "fal.run", "rest.fal.ai", "v3.fal.media")
PROXY_VARIABLES = ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "https_proxy", "SSL_CERT_DIR")


@contextmanager
def fal_behind_its_hosts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FalSimulator]:
    """Serve https under fal's own hosts, with a certificate that lies in `folder`."""
    authority, server_side = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(server_side)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    with (
        FalSimulator(ssl_context=server_side) as simulator,
        Tunnel(simulator.port) as tunnel,
        monkeypatch.context() as environment,
    ):
        for name in PROXY_VARIABLES:
            environment.delenv(name, raising=False)
        environment.setenv("HTTPS_PROXY", tunnel.url)
        environment.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
        yield simulator
