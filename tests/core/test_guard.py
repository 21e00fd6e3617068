"""Nobody makes us fetch from a private network: not by an address, a name, a redirect, or a second answer of the name server."""

from __future__ import annotations

import ipaddress

import pytest

from tarash.tarash_gateway.media.guard import HostCheck, RefusedHostError, is_public
from tarash.tarash_gateway.messages import ONLY_BY_PROXY

PUBLIC = "93.184.215.14"


def _embedded(prefix: str, address: str, *, shift: int = 0) -> str:
    return str(
        ipaddress.IPv6Address(
            int(ipaddress.IPv6Address(prefix)) | int(ipaddress.IPv4Address(address)) << shift
        )
    )


EMBEDDINGS = [
    pytest.param("::ffff:0:0", 0, id="mapped"),
    pytest.param("::ffff:0:0:0", 0, id="siit"),
    pytest.param("64:ff9b::", 0, id="nat64"),
    pytest.param("::", 0, id="compatible"),
    pytest.param("2002::", 80, id="6to4"),
]


@pytest.mark.parametrize(("prefix", "shift"), EMBEDDINGS)
@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"])  # noqa: S104 - judged, not bound
def test_an_address_that_stands_for_a_private_one_is_private(prefix: str, shift: int, inside: str) -> None:
    assert not is_public(_embedded(prefix, inside, shift=shift))


@pytest.mark.parametrize(("prefix", "shift"), EMBEDDINGS)
def test_an_address_that_stands_for_a_public_one_is_public(prefix: str, shift: int) -> None:
    # where there is no IPv4, every server has such an address
    assert is_public(_embedded(prefix, PUBLIC, shift=shift))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (PUBLIC, True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("ff02::1", False),
        ("ff0e::1", False),
        ("0.0.0.0", False),  # noqa: S104 - judged, not bound
        ("::", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("100.64.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("64:ff9b:1::a00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("not an address", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def _check(url: str, *addresses: str, allow: bool = False, https_only: bool = True) -> tuple[str, ...]:
    return HostCheck(url, allow, https_only)(lambda _host, _port: list(addresses))


def test_the_checked_addresses_are_the_ones_to_call() -> None:
    found = _check("https://cdn.example/a.png", PUBLIC, PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert found == (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(RefusedHostError, match=r"cdn\.example is at 10\.0\.0\.1, on a private network"):
        _check("https://cdn.example/a.png", PUBLIC, "10.0.0.1")


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"]
)
def test_an_address_in_any_spelling_is_judged_without_a_look_up(host: str) -> None:
    with pytest.raises(RefusedHostError, match="on a private network"):
        _check(f"https://{host}/a.png", PUBLIC)


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/a", "file:///etc/passwd", "https:///a", "https://[::1", "a.png", "https://x:99999/"],
)
def test_what_is_not_a_web_address_is_refused_even_where_all_hosts_are_allowed(url: str) -> None:
    with pytest.raises(RefusedHostError):
        _check(url, PUBLIC, allow=True)


def test_a_public_address_in_the_url_needs_no_look_up() -> None:
    assert _check(f"https://{PUBLIC}/a.png", "10.0.0.1") == ()


def test_a_name_that_begins_with_a_digit_is_looked_up() -> None:
    assert _check("https://3d.example/a.png", PUBLIC) == (PUBLIC,)
    with pytest.raises(RefusedHostError, match=r"3d\.example is at 10\.0\.0\.1"):
        _check("https://3d.example/a.png", "10.0.0.1")


@pytest.mark.parametrize(
    ("url", "port"),
    [("https://a.example/x", 443), ("http://a.example/x", 80), ("https://a.example:8443/x", 8443)],
)
def test_a_host_is_looked_up_with_the_port_of_the_call(url: str, port: int) -> None:
    asked: list[tuple[str, int]] = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return [PUBLIC]

    HostCheck(url, allow_private_hosts=False, https_only=False)(look_up)
    assert asked == [("a.example", port)]


def test_of_a_host_with_many_addresses_a_few_are_tried() -> None:
    many = [f"93.184.215.{number}" for number in range(20)]
    assert _check("https://cdn.example/a.png", *many) == tuple(many[:4])


def test_plain_http_is_refused_unless_said_otherwise() -> None:
    with pytest.raises(RefusedHostError, match="is not https"):
        _check("http://cdn.example/a.png", PUBLIC)
    assert _check("http://cdn.example/a.png", PUBLIC, https_only=False) == (PUBLIC,)


def test_all_hosts_are_allowed_where_the_caller_says_so() -> None:
    assert _check("http://127.0.0.1:8080/a.png", allow=True) == ()


@pytest.mark.parametrize(("value", "allowed"), [("1", True), ("0", False), ("", False), ("yes", False)])
def test_the_environment_allows_private_hosts(
    monkeypatch: pytest.MonkeyPatch, value: str, allowed: bool
) -> None:
    monkeypatch.setenv("TARASH_ALLOW_PRIVATE_HOSTS", value)
    if allowed:
        assert _check("http://127.0.0.1/a.png") == ()
    else:
        with pytest.raises(RefusedHostError):
            _check("http://127.0.0.1/a.png")


def test_behind_a_proxy_the_proxy_resolves_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "direct.example")
    assert _check("https://cdn.example/a.png", "10.0.0.1") == (ONLY_BY_PROXY,)
    with pytest.raises(RefusedHostError, match=r"is at 10\.0\.0\.1"):
        _check("https://direct.example/a.png", "10.0.0.1")
    with pytest.raises(RefusedHostError, match="on a private network"):
        _check("https://169.254.169.254/latest/meta-data")
