"""Who polls, behind which proxies, and which limits and proxies a setting may name."""

from __future__ import annotations

import pytest

from feeds.http.clients import PollLimit, find_client, read_networks, read_poll_limit
from feeds.settings import Settings
from store.errors import InputError

PROXIES = "10.0.0.1, 192.168.7.0/24, fd00::/8"


def client_of(remote: str, forwarded: str | None = None, *, proxies: str = PROXIES) -> str | None:
    environ = {"REMOTE_ADDR": remote}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return find_client(environ, read_networks(proxies) if proxies else ())


def test_a_client_is_who_connects() -> None:
    assert client_of("203.0.113.9") == "203.0.113.9"
    assert client_of("203.0.113.9", proxies="") == "203.0.113.9"
    assert client_of("203.0.113.9:4711") == "203.0.113.9"
    assert client_of("::ffff:203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize("proxies", ["", PROXIES])
def test_nobody_else_is_believed_who_he_hands_on_for(proxies: str) -> None:
    assert client_of("203.0.113.9", "198.51.100.7", proxies=proxies) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("1.1.1.1,198.51.100.7 , 192.168.7.3,fd00::5", "198.51.100.7"),
        ("10.0.0.1, 198.51.100.7", "198.51.100.7"),
        ("nonsense, 198.51.100.7", "198.51.100.7"),
        ("[2001:db8:1:2:3:4:5:6]:4711", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_a_trusted_proxy_says_who_the_client_is(forwarded: str, client: str) -> None:
    for proxy in ("10.0.0.1", "192.168.7.200", "fd12::1", "::ffff:10.0.0.1"):
        assert client_of(proxy, forwarded) == client


@pytest.mark.parametrize(
    ("remote", "forwarded"),
    [
        ("", None),
        ("", "198.51.100.7"),
        ("/run/socket", None),
        ("10.0.0.1", None),
        ("10.0.0.1", ""),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "unknown"),
        ("10.0.0.1", "198.51.100.7, unknown"),
        ("10.0.0.1", "198.51.100.7,"),
        ("10.0.0.1", ", " * 1000),
    ],
)
def test_where_there_is_no_telling_there_is_nobody(remote: str, forwarded: str | None) -> None:
    assert client_of(remote, forwarded) is None


def test_who_has_a_network_of_his_own_is_one_client() -> None:
    same = {client_of(address) for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "[2001:db8:1:2::7]:80")}
    assert len(same) == 1
    assert client_of("2001:db8:1:3::1") not in same
    assert client_of("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize(
    ("said", "limit"),
    [("60/hour", (60, 3600)), ("1/second", (1, 1)), ("5/minute", (5, 60)), ("999999/day", (999999, 86400))],
)
def test_limits_as_they_are_said(said: str, limit: tuple[int, int]) -> None:
    assert read_poll_limit(said) == PollLimit(*limit)
    assert Settings.from_env({"BANTIN_POLL_LIMIT": said}).poll_limit == PollLimit(*limit)


def test_nobody_is_limited_or_trusted_unless_it_is_said() -> None:
    assert Settings.from_env({}).poll_limit is None
    assert Settings.from_env({}).trusted_proxies == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("BANTIN_POLL_LIMIT", "60"),
        ("BANTIN_POLL_LIMIT", "0/hour"),
        ("BANTIN_POLL_LIMIT", "60/fortnight"),
        ("BANTIN_POLL_LIMIT", "60/hour "),
        ("BANTIN_POLL_LIMIT", "-1/hour"),
        ("BANTIN_POLL_LIMIT", "٦/hour"),
        ("BANTIN_POLL_LIMIT", "9999999/hour"),
        ("BANTIN_TRUSTED_PROXIES", "proxy.example"),
        ("BANTIN_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("BANTIN_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("BANTIN_TRUSTED_PROXIES", "10.0.0.1,::/0"),
        ("BANTIN_TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2"),
        ("BANTIN_TRUSTED_PROXIES", " "),
    ],
)
def test_what_is_no_limit_and_no_proxy_is_refused(name: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        Settings.from_env({name: said})
    assert (refused.value.field, refused.value.value) == (name, said)
    assert "e.g." in refused.value.accepted
