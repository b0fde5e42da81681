"""How a Redis is named, and that no refusal or description shows its password."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.http.redis_address import RedisAddress, read_redis_address
from feeds.settings import Settings, unknown_names
from store.errors import InputError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("redis://localhost", RedisAddress("localhost")),
        ("redis://kho_redis:6380/2", RedisAddress("kho_redis", 6380, db=2)),
        ("redis://10.0.0.7:6380/", RedisAddress("10.0.0.7", 6380)),
        ("redis://[::1]:6380/1", RedisAddress("::1", 6380, db=1)),
        ("rediss://redis.vanson.example", RedisAddress("redis.vanson.example", is_tls=True)),
        ("redis://:mat@kho", RedisAddress("kho", password="mat")),
        ("redis://tinh:m%2Ft%23%25@kho/3", RedisAddress("kho", db=3, user="tinh", password="m/t#%")),
        ("redis://tinh:m@t:khau@kho", RedisAddress("kho", user="tinh", password="m@t:khau")),
        ("unix:///run/redis/redis.sock", RedisAddress(path="/run/redis/redis.sock")),
        ("unix://:mat@/run/redis.sock?db=4", RedisAddress(path="/run/redis.sock", db=4, password="mat")),
    ],
)
def test_a_redis_is_named_in_these_ways(text: str, address: RedisAddress) -> None:
    assert read_redis_address(text) == address
    assert Settings.from_env({"BANTIN_REDIS_URL": text}).redis_url == text


@pytest.mark.parametrize(
    "text",
    [
        "TUYETMAT",
        "localhost:6379",
        "http://TUYETMAT@kho",
        "redis:kho",
        "redis://",
        "redis:///1",
        "redis://:TUYETMAT",
        "redis://TUYETMAT@kho",
        "redis://:TUYET/MAT@kho",
        "redis://:TUYET#MAT@kho",
        "redis://:TUYET MAT@kho",
        "redis://:TUYETMẬT@kho",
        "redis://:TUYETMAT@kho:port",
        "redis://:TUYETMAT@kho:0",
        "redis://:TUYETMAT@kho:65536",
        "redis://:TUYETMAT@kho/mot",
        "redis://:TUYETMAT@kho/1/2",
        "redis://:TUYETMAT@kho?db=1",
        "redis://kho,TUYETMAT",
        "redis://:TUYETMAT@kho\n",
        "unix://TUYETMAT",
        "unix:///run/redis.sock?password=TUYETMAT",
        "redis://:" + "TUYETMAT" * 200 + "@kho",
    ],
)
def test_what_names_no_redis_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(InputError, match=r"accepted: redis://\[USER:PASSWORD@\]HOST") as refused:
        Settings.from_env({"BANTIN_REDIS_URL": text})
    assert refused.value.field == "BANTIN_REDIS_URL"
    assert "TUYET" not in f"{refused.value!s} {refused.value!r} {refused.value.__cause__!r} {refused.value.vietnamese}"


def test_the_password_is_shown_nowhere() -> None:
    for text in ("redis://tinh:TUYETMAT@kho:1/2", "unix://tinh:TUYETMAT@/run/redis.sock"):
        address = read_redis_address(text)
        assert address.password == "TUYETMAT"
        assert "TUYETMAT" not in f"{address!r} {address.describe()} {Settings.from_env({'BANTIN_REDIS_URL': text})!r}"
    assert read_redis_address("rediss://tinh:mat@[::1]/2").describe() == "rediss://[::1]:6379/2"
    assert read_redis_address("unix:///run/redis.sock").describe() == "unix:///run/redis.sock?db=0"


@given(st.one_of(st.text(), st.text().map("redis://".__add__), st.text().map("redis://:mat@kho/".__add__)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        address = read_redis_address(text)
    except ValueError:
        # Anything else that is raised fails the test.
        return
    assert address.host or address.path
    assert 1 <= address.port <= 65_535


def test_the_address_may_stand_in_a_file(tmp_path: Path) -> None:
    place = tmp_path / "redis"
    place.write_text("redis://:mat@kho\n")
    assert Settings.from_env({"BANTIN_REDIS_URL_FILE": str(place)}).redis_url == "redis://:mat@kho"
    assert unknown_names({"BANTIN_REDIS_URL_FILE": "x"}) == []
