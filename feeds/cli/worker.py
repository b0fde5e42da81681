"""`bantin worker`: does in the foreground what has to happen by itself, until a signal ends it.

The loop runs in a thread of its own, so that a signal is heard even while the database lets nobody in.
"""

from __future__ import annotations

import io
import logging
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from threading import Event, Thread

import click

from feeds.cli.exits import fail, say
from feeds.jobs import jobs
from feeds.settings import Settings
from feeds.worker import Worker, own_name
from store import schema
from store.database import Database
from store.errors import SchemaMismatch, StoreError, StoreUnavailable

LAST_PIECE_SECONDS = 2.0
"""For so long a worker that was told to end may finish what it has begun."""

_log = logging.getLogger(__name__)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due and end, e.g. from cron.")
@click.option("--supervised-as", hidden=True, help="Hold the lease by this name, and end when stdin is closed.")
def worker(once: bool, supervised_as: str | None) -> None:
    """Publish scheduled bulletins at their second, and do what else happens by itself.

    `bantin serve` starts one. Any number may run: one works, the others stand by and take over when it dies.
    """
    settings = Settings.from_env()
    database = Database(settings.store_url)
    with _told_on_stderr(settings.timezone):
        try:
            schema.require_current(database)
        except SchemaMismatch:
            raise
        except StoreUnavailable:
            # A server that is still starting is waited for: the loop says so.
            if once:
                raise
        storage = settings.open_storage()
        offered = Worker(database, jobs(database, storage, settings.timezone), holder=supervised_as or own_name())
        stop = Event()
        work = partial(_work_once, offered, stop) if once else partial(offered.run, stop)
        _until_told(work, stop, supervised=supervised_as is not None)


def _work_once(offered: Worker, stop: Event) -> None:
    other = offered.run_once(stop)
    if other is not None:
        say(f"{other.holder} is at work already and does what is due; nothing was left to do here")


def _until_told(work: Callable[[], None], stop: Event, *, supervised: bool) -> None:
    """Do `work` until it ends, a signal comes or, where `supervised`, stdin is closed; raises what it raised."""
    heard, told = os.pipe()
    raised: list[BaseException] = []

    def hear(number: int, _frame: object) -> None:
        # A second one ends the process at once. An Event could not be set here: the main thread may hold its lock.
        signal.signal(number, signal.SIG_DFL)
        os.write(told, b".")

    def body() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            os.write(told, b".")

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    thread = Thread(target=body, name="worker", daemon=True)
    thread.start()
    try:
        select.select([heard, *([sys.stdin.fileno()] if supervised else [])], [], [])
        stop.set()
        thread.join(LAST_PIECE_SECONDS)
        if thread.is_alive():
            _log.warning("the database lets nobody in; ending without giving the lease back")
            # What was begun is undone by the database. Nothing else would end a thread that waits for a lock.
            os._exit(0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    os.close(heard)
    os.close(told)
    if raised:
        raise raised[0]


@contextmanager
def _told_on_stderr(zone: timezone) -> Iterator[None]:
    """Have what the worker does told on stderr, a line each, in the times of `zone`."""
    if isinstance(sys.stderr, io.TextIOWrapper):
        # Titles must come out whole on a terminal or pipe whose locale says ASCII.
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines(zone))
    logger = logging.getLogger("feeds")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Lines(logging.Formatter):
    def __init__(self, zone: timezone) -> None:
        super().__init__("%(asctime)s worker: %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  # logging's name
        return datetime.fromtimestamp(record.created, self._zone).strftime(datefmt or "%Y-%m-%d %H:%M:%S")


def main() -> None:
    """Run the command alone, without loading the other commands: what `bantin serve` starts."""
    try:
        worker()
    except StoreError as error:
        fail(error)


if __name__ == "__main__":
    main()
