"""Foreign pictures are looked at elsewhere: whatever they do there, this process goes on and says what happened."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from feeds.samples.drawings import draw
from store.attachments import picture_child
from store.attachments.picture_pool import PATIENCE_SECONDS, PicturePool
from store.attachments.pictures import Picture, develop
from store.errors import PhotoRefused, StoreUnavailable
from store.types import Focus
from tests.support.processes import wait_until


def photo() -> bytes:
    return draw("cau-moi.jpg", width_px=400, height_px=300)


def children() -> list[int]:
    return [int(pid) for pid in all_children() if b"picture_process" in command_of(int(pid))]


def all_children() -> set[str]:
    found: set[str] = set()
    for task in os.listdir("/proc/self/task"):
        # A thread that was listed may have ended since.
        with suppress(FileNotFoundError, ProcessLookupError):
            found.update(Path(f"/proc/self/task/{task}/children").read_text().split())
    return found


def command_of(pid: int) -> bytes:
    """Give the command line of a process, nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.fixture
def no_child_left() -> Iterator[None]:
    before = all_children()
    yield
    assert all_children() <= before


@pytest.fixture
def pool() -> PicturePool:
    with PicturePool(2) as pool:
        yield pool


def test_what_is_made_elsewhere_is_what_is_made_here(pool: PicturePool) -> None:
    focus = Focus(20, 80)
    assert pool.develop(photo(), name="cầu.jpg", focus=focus) == develop(photo(), name="cầu.jpg", focus=focus)
    picture = develop(photo(), name="x")
    names = [made.name for made in picture.renditions]
    assert set(pool.make_renditions(picture.content, "image/jpeg", names, name="x")) == set(picture.renditions)


def test_a_refusal_says_elsewhere_what_it_says_here(pool: PicturePool) -> None:
    with pytest.raises(PhotoRefused) as here:
        develop(b"<svg/>", name="biểu đồ.svg")
    with pytest.raises(PhotoRefused) as there:
        pool.develop(b"<svg/>", name="biểu đồ.svg")
    assert str(there.value) == str(here.value)
    assert there.value.vietnamese == here.value.vietnamese


def test_two_processes_serve_many_threads_and_end_with_the_pool() -> None:
    with PicturePool(2) as pool, ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda _: pool.develop(photo(), name="x"), range(6)))
        assert 1 <= len(children()) <= 2
    assert made == [made[0]] * 6
    assert children() == []


def test_a_process_that_died_while_it_waited_costs_no_photo(pool: PicturePool) -> None:
    expected = pool.develop(photo(), name="x")
    (process,) = children()
    os.kill(process, signal.SIGKILL)
    assert pool.develop(photo(), name="x") == expected


def test_a_process_that_hangs_is_ended() -> None:
    with PicturePool(1) as pool:
        pool.develop(photo(), name="x")
        (process,) = children()
        os.kill(process, signal.SIGSTOP)
        pool._patience_seconds = 1.0
        with pytest.raises(PhotoRefused, match="too much memory or time"):
            pool.develop(photo(), name="x")
        pool._patience_seconds = PATIENCE_SECONDS
        assert isinstance(pool.develop(photo(), name="x"), Picture)


def test_it_looks_at_nothing_but_its_own_modules_and_knows_no_secrets(
    pool: PicturePool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "__init__.py").write_text("raise SystemExit('not mine')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BANTIN_FILES_SECRET", "hoa-dao-ngay-tet")
    pool.develop(photo(), name="x")
    (process,) = children()
    assert b"hoa-dao" not in Path(f"/proc/{process}/environ").read_bytes()


def test_the_processes_end_when_their_command_is_killed(tmp_path: Path) -> None:
    script = "import sys, time; from store.attachments.picture_pool import PicturePool; pool = PicturePool(1)\n"
    script += "pool.develop(open(sys.argv[1], 'rb').read(), name='x'); print('made', flush=True); time.sleep(60)"
    (tmp_path / "x.jpg").write_bytes(photo())
    with subprocess.Popen([sys.executable, "-c", script, tmp_path / "x.jpg"], stdout=subprocess.PIPE) as command:
        assert command.stdout.readline() == b"made\n"
        (child,) = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
        command.kill()
    # Its stdin ended: it has nothing to wait for.
    wait_until(lambda: not command_of(int(child)), 60, lambda: "a process outlives its command")


GOOD = {
    "media_type": "image/png",
    "size": [4, 3],
    "is_animated": False,
    "offered": ["", "Lan"],
    "renditions": [["jpeg-4", "image/jpeg", 4, 3]],
}
# Each answer is a head, and how many blobs of one byte go with it.
SAY = """
import json, sys
from store.attachments.picture_wire import READY, receive, send
send(sys.stdout.buffer, READY, [])
for head, blobs in json.loads(sys.argv[1]):
    receive(sys.stdin.buffer)
    send(sys.stdout.buffer, head, [b"x"] * blobs)
receive(sys.stdin.buffer)
"""


def answering(monkeypatch: pytest.MonkeyPatch, *answers: tuple[object, int]) -> PicturePool:
    """Make a pool whose processes say these answers, one after the other, and end at the question after the last."""
    monkeypatch.setattr(picture_child, "COMMAND", (sys.executable, "-c", SAY, json.dumps(answers)))
    return PicturePool(1)


def test_a_process_that_gives_nothing_costs_its_photo_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch) as pool, pytest.raises(PhotoRefused, match="too much memory or time"):
        pool.develop(b"x", name="x")
    with answering(monkeypatch, (GOOD, 2)) as pool:
        # The second question ends the process that answered the first, and a new one answers it.
        assert pool.develop(b"x", name="x") == pool.develop(b"x", name="x")


def test_what_a_process_says_is_what_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, (GOOD, 2)) as pool:
        picture = pool.develop(b"x", name="x")
    assert (picture.content, picture.media_type, picture.width_px, picture.height_px) == (b"x", "image/png", 4, 3)
    assert picture.offered.credit == "Lan"


@pytest.mark.parametrize(
    ("wrong", "blobs"),
    [
        ({"media_type": "text/html"}, 2),
        ({"media_type": ["image/png"]}, 2),
        ({"size": [0, 3]}, 2),
        ({"size": [4, -3]}, 2),
        ({"size": [4, 3.5]}, 2),
        ({"size": [float("inf"), 3]}, 2),
        ({"size": [True, 3]}, 2),
        ({"size": [4]}, 2),
        ({"size": None}, 2),
        ({"is_animated": "no"}, 2),
        ({"offered": ["", None]}, 2),
        ({"offered": [""]}, 2),
        ({"renditions": [["jpeg-4", "text/html", 4, 3]]}, 2),
        ({"renditions": [[4, "image/jpeg", 4, 3]]}, 2),
        ({"renditions": [["jpeg-4", "image/jpeg", 4, 10**30]]}, 2),
        ({"renditions": {"a": 1}}, 2),
        ({"renditions": 1}, 2),
        ({"refused": "because"}, 0),
        ({"refused": [1, 2]}, 0),
        ({}, 0),
        ({}, 1),
        ({}, 3),
    ],
)
def test_a_wrong_answer_is_a_refusal_and_ends_its_process(
    wrong: dict[str, object], blobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, before = answering(monkeypatch, (GOOD | wrong, blobs), (GOOD, 2)), all_children()
    with pytest.raises(PhotoRefused, match="no photo that can be read"):
        pool.develop(b"x", name="x")
    assert all_children() <= before


def test_an_answer_without_its_parts_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in GOOD:
        answer = {name: value for name, value in GOOD.items() if name != part}
        with answering(monkeypatch, (answer, 2)) as pool, pytest.raises(PhotoRefused):
            pool.develop(b"x", name="x")
    with answering(monkeypatch, ({}, 0)) as pool, pytest.raises(PhotoRefused):
        pool.make_renditions(b"x", "image/png", ["card"], name="x")


def test_nonsense_from_a_process_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = json.dumps({"head": {"ready": True}, "sizes": []})
    for answer in (
        "not json",
        '{"head": 1}',
        '{"head": {}, "sizes": [-1]}',
        '{"head": {}, "sizes": [1e999]}',
        '{"head": {}, "sizes": [99999999999999]}',
    ):
        said = f"import sys; print({ready!r}); print({answer!r}, flush=True); sys.stdin.buffer.read()"
        monkeypatch.setattr(picture_child, "COMMAND", (sys.executable, "-c", said))
        with PicturePool(1) as pool, pytest.raises(PhotoRefused):
            pool.develop(b"x", name="x")


@pytest.mark.usefixtures("no_child_left")
@pytest.mark.parametrize(
    ("command", "why"),
    [
        (
            (sys.executable, "-c", "import sys; print('one', file=sys.stderr); import no_such_library"),
            "no_such_library",
        ),
        ((sys.executable, "-c", ""), "it said nothing"),
        ((sys.executable, "-c", "print('ready', flush=True); input()"), "it said nothing"),
        (("/no/such/program",), "No such file"),
    ],
)
def test_a_process_that_cannot_start_blames_the_installation_and_not_the_photo(
    command: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_child, "COMMAND", command)
    with PicturePool(1) as pool, pytest.raises(StoreUnavailable) as caught:
        pool.develop(photo(), name="x")
    assert why in str(caught.value)
    assert f"run `{shlex.join(command)} < /dev/null`" in str(caught.value)
    assert "không khởi động được" in caught.value.vietnamese


@pytest.mark.usefixtures("no_child_left")
def test_a_process_that_is_never_ready_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_child, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    with PicturePool(1) as pool:
        pool._patience_seconds = 0.5
        with pytest.raises(StoreUnavailable, match=r"not ready after 0\.5 seconds"):
            pool.develop(photo(), name="x")


def test_a_process_that_goes_on_complaining_is_not_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # More than a pipe holds.
    complaint = "with suppress(OSError): os.write(2, bytes(200_000))"
    complaining = "import os; from contextlib import suppress\n" + SAY.replace("    send", f"    {complaint}\n    send")
    monkeypatch.setattr(picture_child, "COMMAND", (sys.executable, "-c", complaining, json.dumps([(GOOD, 2)])))
    with PicturePool(1) as pool:
        pool._patience_seconds = 60
        assert pool.develop(b"x", name="x").media_type == "image/png"


def test_limits_that_are_lower_already_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = f"ulimit -v 1500000; exec {shlex.join(picture_child.COMMAND)}"
    monkeypatch.setattr(picture_child, "COMMAND", ("/bin/sh", "-c", limited))
    with PicturePool(1) as pool:
        assert isinstance(pool.develop(photo(), name="x"), Picture)
        (process,) = children()
        limits = Path(f"/proc/{process}/limits").read_text()
    assert next(line for line in limits.splitlines() if line.startswith("Max address space")).split()[3] == "1536000000"
