"""What shares documents gives back what was shared or nothing, whatever becomes of the place where it is shared."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from feeds.app import create_app
from feeds.http import redis_bodies
from feeds.http.redis_address import read_redis_address
from feeds.http.redis_bodies import RedisBodies
from feeds.http.shared_bodies import NotShared, SharedBodies
from feeds.settings import Settings
from store.database import Database
from store.errors import InputError
from tests.support.private_servers import PrivateServer, private_redis, redis_missing
from tests.support.processes import free_port, wait_until
from tests.support.requirements import lacks
from tests.support.vandal import ACTS, Vandal, bodies_at, lose_patience, some_redis, take_time

NAME = '/feeds/all.rss "12-abc" gzip'
BODY = bytes(range(256)) * 40
NAMES = [NAME, "", '/feeds/all.json?q=n%C3%B4ng "1-x" ', "/feeds/" + "dài" * 5_000, "\udcff", "a\0b\r\n"]
SOON_SECONDS = 30.0
"""Far more than anything here takes, and far less than what waits for ever."""


@pytest.fixture(autouse=True)
def _nobody_is_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    take_time(monkeypatch)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with some_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def instance() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def bodies(redis_url: str, instance: uuid.UUID) -> Iterator[RedisBodies]:
    made = bodies_at(redis_url, instance)
    yield made
    made.close()


@pytest.fixture
def other(redis_url: str, instance: uuid.UUID) -> Iterator[RedisBodies]:
    """What another process of the same cluster has."""
    made = bodies_at(redis_url, instance)
    yield made
    made.close()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[tuple[PrivateServer, str]]:
    """A Redis that a test may stop, hold still and empty."""
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    with private_redis(tmp_path / "redis") as made:
        yield made


@pytest.fixture
def vandal(own_redis: tuple[PrivateServer, str]) -> Iterator[Vandal]:
    made = Vandal(own_redis[1])
    yield made
    made.close()


@pytest.fixture
def sharing(own_redis: tuple[PrivateServer, str], instance: uuid.UUID) -> Iterator[RedisBodies]:
    """What shares through the Redis that may be broken."""
    made = bodies_at(own_redis[1], instance)
    yield made
    made.close()


@pytest.fixture(params=["not shared", "redis", "redis away"])
def any_bodies(request: pytest.FixtureRequest, instance: uuid.UUID) -> Iterator[SharedBodies]:
    if request.param == "not shared":
        yield NotShared()
    elif request.param == "redis":
        yield request.getfixturevalue("bodies")
    else:
        yield bodies_at(f"redis://127.0.0.1:{free_port()}", instance)


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_shared_is_not_found(any_bodies: SharedBodies, name: str) -> None:
    assert any_bodies.find(name) is None
    with any_bodies.turn(name):
        assert any_bodies.find(name) is None


@pytest.mark.parametrize("name", NAMES)
def test_nobody_finds_anything_else_than_what_was_shared(any_bodies: SharedBodies, name: str) -> None:
    any_bodies.keep(name, BODY)
    assert any_bodies.find(name) in {None, BODY}
    assert any_bodies.find(name + " ") is None


def test_a_turn_hands_on_what_is_raised_in_it(any_bodies: SharedBodies) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), any_bodies.turn(NAME):
            _ = 1 // 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [BODY, b"", b"\x80\x04.", os.urandom(700_000)], ids=["some", "none", "pickle", "big"])
def test_others_find_what_one_shared(bodies: RedisBodies, other: RedisBodies, name: str, body: bytes) -> None:
    bodies.keep(name, body)
    assert other.find(name) == body
    bodies.keep(name, b"later")
    assert other.find(name) == b"later"
    assert bodies.met == other.met == ""


def test_another_store_has_its_own(bodies: RedisBodies, redis_url: str) -> None:
    bodies.keep(NAME, BODY)
    stranger = bodies_at(redis_url, uuid.uuid4())
    assert stranger.find(NAME) is None
    stranger.keep(NAME, b"another")
    assert bodies.find(NAME) == BODY
    stranger.close()


def test_what_is_too_large_is_not_shared(bodies: RedisBodies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_bodies, "MOST_BYTES", 1_000)
    bodies.keep(NAME, b"x" * 1_000)
    assert bodies.find(NAME) == b"x" * 1_000
    bodies.keep(NAME, b"y" * 1_001)
    assert bodies.find(NAME) == b"x" * 1_000
    assert bodies.met == ""


def test_nothing_is_kept_for_ever(sharing: RedisBodies, vandal: Vandal) -> None:
    with sharing.turn(NAME):
        sharing.keep(NAME, BODY)
        keys = [str(key) for key in vandal.client.keys("*")]
        assert len(keys) == 2
        left = [int(vandal.client.ttl(key)) for key in vandal.client.keys("*")]
        assert all(0 < seconds <= 4 * 3600 for seconds in left)
    [key] = vandal.keys()
    assert key.startswith("bantin:")
    assert "feeds" not in key


def test_many_at_once_make_a_document_once(redis_url: str, instance: uuid.UUID) -> None:
    processes = [bodies_at(redis_url, instance) for _ in range(4)]
    made: list[str] = []
    starts = threading.Barrier(12)

    def poll(bodies: RedisBodies, name: str) -> bytes:
        starts.wait(SOON_SECONDS)
        with bodies.turn(name):
            found = bodies.find(name)
            if found is None:
                made.append(name)
                # So that the others do come meanwhile.
                time.sleep(0.1)
                found = name.encode()
                bodies.keep(name, found)
            return found

    for round_ in range(3):
        name = f"{NAME} {round_}"
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda bodies, name=name: poll(bodies, name), processes * 3))
        assert answers == [name.encode()] * 12
        assert made.count(name) == 1
    for bodies in processes:
        bodies.close()


def test_who_makes_nothing_lets_the_next_one_try(bodies: RedisBodies, other: RedisBodies) -> None:
    began = threading.Event()
    order = []

    def try_later() -> None:
        began.wait(SOON_SECONDS)
        with other.turn(NAME):
            order.append("second")

    thread = threading.Thread(target=try_later)
    thread.start()
    with bodies.turn(NAME):
        began.set()
        time.sleep(0.1)
        order.append("first")
    thread.join(SOON_SECONDS)
    assert order == ["first", "second"]


def test_nobody_waits_long_for_one_that_never_comes_to_an_end(
    bodies: RedisBodies, other: RedisBodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_bodies, "PATIENCE_SECONDS", 0.2)
    with bodies.turn(NAME):
        with ThreadPoolExecutor(1) as pool:

            def wait() -> str:
                with other.turn(NAME):
                    return "done"

            assert pool.submit(wait).result(SOON_SECONDS) == "done"
        # It was not his to end.
        bodies.keep(NAME, BODY)
        assert other.find(NAME) == BODY


def test_who_was_too_slow_does_not_end_the_turn_of_the_next(
    sharing: RedisBodies, own_redis: tuple[PrivateServer, str], instance: uuid.UUID, vandal: Vandal
) -> None:
    next_one = bodies_at(own_redis[1], instance)
    with sharing.turn(NAME):
        [turn] = vandal.client.keys("*:turn")
        vandal.client.delete(turn)
        entered = next_one.turn(NAME)
        entered.__enter__()
    assert vandal.client.exists(turn)
    entered.__exit__(None, None, None)
    assert not vandal.client.exists(turn)
    next_one.close()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_was_spoiled_is_not_found_and_made_anew(
    sharing: RedisBodies, vandal: Vandal, act: Callable[[Vandal, str], None]
) -> None:
    for body in (BODY, b""):
        sharing.keep(NAME, body)
        [key] = vandal.keys()
        act(vandal, key)
        assert sharing.find(NAME) is None
        with sharing.turn(NAME):
            assert sharing.find(NAME) is None
            sharing.keep(NAME, body)
        assert sharing.find(NAME) == body
        assert sharing.met == ""


def test_what_stands_under_another_name_is_not_found(sharing: RedisBodies, vandal: Vandal) -> None:
    sharing.keep("one", b"of one")
    sharing.keep("two", b"of two")
    vandal.exchange(*vandal.keys())
    assert sharing.find("one") is None
    assert sharing.find("two") is None


@pytest.mark.parametrize("act", [act for act in ACTS if act is not Vandal.lengthen], ids=lambda act: act.__name__)
def test_a_spoiled_turn_keeps_nobody_away(
    own_redis: tuple[PrivateServer, str],
    sharing: RedisBodies,
    vandal: Vandal,
    act: Callable[[Vandal, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Who waited for it would wait until the test is given up.
    monkeypatch.setattr(redis_bodies, "PATIENCE_SECONDS", 10_000)
    with sharing.turn(NAME):
        [turn] = [str(key, "ascii") for key in vandal.client.scan_iter("*:turn")]
        act(vandal, turn)
        vandal.client.persist(turn)
        with sharing.turn(NAME):
            sharing.keep(NAME, BODY)
    assert sharing.find(NAME) == BODY
    assert 0 < int(vandal.client.ttl(turn)) <= 60 or not vandal.client.exists(turn)


def test_an_emptied_redis_is_filled_again(sharing: RedisBodies, vandal: Vandal) -> None:
    sharing.keep(NAME, BODY)
    with sharing.turn(NAME):
        vandal.client.flushall()
        assert sharing.find(NAME) is None
        sharing.keep(NAME, BODY)
    assert sharing.find(NAME) == BODY
    assert sharing.met == ""


def heals(bodies: RedisBodies) -> None:
    """Wait until it is shared again, by itself."""

    def is_shared() -> bool:
        bodies.keep(NAME, BODY)
        return not bodies.met and bodies.find(NAME) == BODY

    wait_until(is_shared, SOON_SECONDS, lambda: bodies.met)


def test_a_stopped_redis_is_told_and_shared_through_again_when_it_is_back(
    own_redis: tuple[PrivateServer, str], sharing: RedisBodies
) -> None:
    server, _ = own_redis
    sharing.keep(NAME, BODY)
    server.stop()
    for _ in range(3):
        with sharing.turn(NAME):
            assert sharing.find(NAME) is None
            sharing.keep(NAME, BODY)
    assert f"redis://127.0.0.1:{server.port}/0: " in sharing.met
    server.start()
    heals(sharing)


def test_a_redis_that_ends_within_a_turn_is_no_fault_of_who_has_it(
    own_redis: tuple[PrivateServer, str], sharing: RedisBodies
) -> None:
    server, _ = own_redis
    with sharing.turn(NAME):
        server.stop()
        sharing.keep(NAME, BODY)
    assert sharing.met
    server.start()
    heals(sharing)


def test_a_redis_that_hangs_is_waited_for_once(
    own_redis: tuple[PrivateServer, str], sharing: RedisBodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    server, _ = own_redis
    sharing.keep(NAME, BODY)
    server.hold()
    try:
        assert sharing.find(NAME) is None
        assert "imeout" in sharing.met
        began = time.monotonic()
        for number in range(2_000):
            with sharing.turn(f"{NAME} {number}"):
                assert sharing.find(NAME) is None
                sharing.keep(NAME, BODY)
        # Each of them would wait for half a second.
        assert time.monotonic() - began < SOON_SECONDS
        assert sharing.met
    finally:
        server.go_on()
    heals(sharing)


def test_one_that_was_held_still_gives_no_answer_to_another_question(
    own_redis: tuple[PrivateServer, str], sharing: RedisBodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    server, _ = own_redis
    for number in range(20):
        sharing.keep(str(number), str(number).encode())
    server.hold()
    assert sharing.find("1") is None
    server.go_on()
    heals(sharing)
    for number in range(20):
        assert sharing.find(str(number)) in {None, str(number).encode()}


def test_connections_that_a_restart_closed_are_not_missed(
    own_redis: tuple[PrivateServer, str], sharing: RedisBodies
) -> None:
    server, _ = own_redis
    sharing.keep(NAME, BODY)
    server.stop()
    server.start()
    sharing.keep(NAME, BODY)
    assert sharing.met == ""
    assert sharing.find(NAME) == BODY


def test_a_full_redis_is_told_until_it_takes_something_again(sharing: RedisBodies, vandal: Vandal) -> None:
    vandal.client.config_set("maxmemory-policy", "noeviction")
    vandal.client.config_set("maxmemory", "1")
    sharing.keep(NAME, BODY)
    assert "maxmemory" in sharing.met
    for _ in range(60):
        # Looked at more than once meanwhile: that it still answers is not enough.
        time.sleep(0.02)
        assert "maxmemory" in sharing.met
    vandal.client.config_set("maxmemory", "0")
    heals(sharing)


def test_a_password_is_used_and_never_told(own_redis: tuple[PrivateServer, str], instance: uuid.UUID) -> None:
    server, url = own_redis
    keeper = Vandal(url)
    keeper.client.config_set("requirepass", "m@t/khẩu".encode())
    place = f"127.0.0.1:{server.port}/1"
    let_in = bodies_at(f"redis://:m%40t%2Fkh%E1%BA%A9u@{place}", instance)
    let_in.keep(NAME, BODY)
    assert let_in.find(NAME) == BODY
    assert let_in.met == ""
    for user in ("", "default", "TUYETMAT"):
        shut_out = bodies_at(f"redis://{user}:TUYETMAT@{place}", instance)
        assert shut_out.find(NAME) is None
        assert "password" in shut_out.met
        assert "TUYET" not in shut_out.met
        shut_out.close()
    let_in.close()
    keeper.close()


def test_a_socket_will_do(tmp_path: Path, instance: uuid.UUID, own_redis: tuple[PrivateServer, str]) -> None:
    place = f"{tmp_path}/s"
    port = own_redis[0].port
    relay = subprocess.Popen([sys.executable, "-c", _RELAY, place, str(port)])
    try:
        wait_until(lambda: os.path.exists(place), SOON_SECONDS, lambda: "no socket")
        bodies = bodies_at(f"unix://{place}?db=3", instance)
        bodies.keep(NAME, BODY)
        assert bodies.find(NAME) == BODY
        bodies.close()
    finally:
        relay.kill()
        relay.wait()
    gone = bodies_at(f"unix://{place}-gone", instance)
    assert gone.find(NAME) is None
    assert f"unix://{place}-gone?db=0: " in gone.met


@contextmanager
def something_else(answer: bytes) -> Iterator[str]:
    """Give the address of a server that is no Redis, and says this to whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    client.settimeout(SOON_SECONDS)
                    client.recv(65_536)
                    client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(SOON_SECONDS)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"+OK\r\n",
        b":5\r\n",
        b"*2\r\n:1\r\n:2\r\n",
        b"$abc\r\n",
        b"$-7\r\n",
        b"$9999999999\r\nx\r\n",
        b"*-1\r\n",
        b"-\xff\xfe\r\n",
        b"-ERR \x1b[31mred\r\n",
        b"\x00" * 100,
        b"$5\r\nhello\r\n+more\r\n",
    ],
)
def test_whatever_answers_in_the_place_of_redis_nothing_is_found(answer: bytes, instance: uuid.UUID) -> None:
    with something_else(answer) as url:
        bodies = bodies_at(url, instance)
        for _ in range(3):
            assert bodies.find(NAME) is None
            bodies.keep(NAME, BODY)
        assert bodies.met.isprintable()
        bodies.close()


def test_a_password_that_comes_back_is_not_told_either(instance: uuid.UUID) -> None:
    with something_else(b"-ERR unknown user with TUYETMAT\r\n") as url:
        bodies = bodies_at(url.replace("//", "//:TUYETMAT@"), instance)
        assert bodies.find(NAME) is None
        assert "unknown user" in bodies.met
        assert "TUYETMAT" not in bodies.met
        bodies.close()


def test_a_fork_has_connections_of_its_own(redis_url: str, instance: uuid.UUID) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _FORKING, redis_url, str(instance)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    assert ended.stdout.split() == ["right", "right", "right"], ended.stderr


def test_without_its_client_redis_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: Database, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, redis_url="redis://:TUYETMAT@kho/1")
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(InputError, match=r"pip install bantin\[redis\]") as refused:
        create_app(settings, database=sqlite_database)
    assert refused.value.field == "BANTIN_REDIS_URL"
    assert "TUYETMAT" not in f"{refused.value!s} {refused.value.vietnamese}"


def test_nothing_is_asked_before_somebody_polls(sqlite_database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}"
        create_app(Settings(data=tmp_path, redis_url=url), database=sqlite_database)
        RedisBodies(read_redis_address(url), uuid.uuid4())
        with pytest.raises(BlockingIOError):
            listener.accept()


_RELAY = """
import socket, sys, threading
def pass_on(source, target):
    while data := source.recv(65536):
        target.sendall(data)
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    threading.Thread(target=pass_on, args=(client, server), daemon=True).start()
    threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
"""

_FORKING = """
import os, sys, threading, uuid
from feeds.http.redis_address import read_redis_address
from feeds.http.redis_bodies import RedisBodies
bodies = RedisBodies(read_redis_address(sys.argv[1]), uuid.UUID(sys.argv[2]))
names = [str(number) for number in range(60)]
for name in names:
    bodies.keep(name, name.encode())
# Another thread is just at work with a connection.
held, over = threading.Event(), threading.Event()
def hold():
    with bodies._client().connection_pool._lock:
        held.set()
        over.wait()
threading.Thread(target=hold).start()
held.wait()
children = [os.fork()]
if children[0]:
    children.append(os.fork())
over.set()
for _ in range(10):
    right = [bodies.find(name) for name in names] == [name.encode() for name in names] and bodies.met == ""
    if not right:
        break
os.write(1, b"right " if right else b"wrong ")
if all(children):
    for child in children:
        os.waitpid(child, 0)
else:
    os._exit(0)
"""
