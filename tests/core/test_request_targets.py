"""A URL that is sent as it is goes where httpx would send it; every other one is left to httpx."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash.tarash_gateway.transport.httpx.targets import Target, target_of

HOSTS = (
    "api.example",
    "API.Example:8443",
    "127.0.0.1:80",
    "localhost:443",
    "[::1]:9",
    "münchen.example",
    "a_b.example",
)
PATHS = st.text("ab9/.?&=%~'\"#;:@+ é2F", max_size=12)


def _by_httpx(url: str) -> Target:
    parsed = httpx.URL(url)
    return Target(
        parsed.scheme,
        parsed.raw_host.decode("ascii"),
        parsed.port,
        parsed.netloc,
        parsed.raw_path,
        (parsed.username, parsed.password) if parsed.userinfo else None,
    )


@given(
    scheme=st.sampled_from(("http", "https", "HTTPS")),
    login=st.sampled_from(("", "user@", "user:pass@")),
    host=st.sampled_from(HOSTS),
    path=PATHS,
)
def test_a_request_goes_where_httpx_would_send_it(scheme: str, login: str, host: str, path: str) -> None:
    url = f"{scheme}://{login}{host}{'/' if path else ''}{path}"
    assert target_of(url) == _by_httpx(url)


@pytest.mark.parametrize("url", ["https://999.1.1.1/a", "https://api.example:port/a"])
def test_an_invalid_server_is_refused(url: str) -> None:
    with pytest.raises(httpx.InvalidURL):
        target_of(url)
