"""`bantin doctor`: says what is misconfigured, with the command or setting that mends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from feeds.cli.exits import REFUSED
from feeds.settings import Settings, unknown_names
from store import catalogue, leases, publication, schema, taxonomy
from store.database import Database
from store.errors import SchemaMismatch, StoreError
from store.types import Status

LATE = timedelta(seconds=60)
"""A worker publishes within a second; what is later than this has none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` is empty where all is well."""

    subject: str
    said: str
    remedy: str = ""


@click.command("doctor")
def doctor() -> None:
    """Look at settings, folders and the store, and say how to mend what is wrong."""
    findings = list(_findings())
    for finding in findings:
        click.echo(f"{'!!' if finding.remedy else 'ok'}  {finding.subject}: {finding.said}")
        if finding.remedy:
            click.echo(f"    -> {finding.remedy}")
    if any(finding.remedy for finding in findings):
        sys.exit(REFUSED)


def _findings() -> Iterator[Finding]:
    for name in unknown_names(os.environ):
        yield Finding(name, "is set, but nothing reads it", f"unset {name}, or correct its name")
    try:
        settings = Settings.from_env()
    except StoreError as error:
        yield Finding("settings", str(error), "correct the value, or unset it for the default")
        return
    yield _base_url(settings)
    yield from _folder(settings)
    yield _files(settings)
    yield from _store(settings)


def _base_url(settings: Settings) -> Finding:
    if "BANTIN_BASE_URL" not in os.environ:
        return Finding(
            "address",
            f"BANTIN_BASE_URL is not set; every link starts with {settings.base_url}",
            "export BANTIN_BASE_URL=https://YOUR.HOST before others subscribe",
        )
    parts = urlsplit(settings.base_url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        return Finding("address", f"{settings.base_url} is not https", "serve it by https and set BANTIN_BASE_URL so")
    return Finding("address", settings.base_url)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder: Path = settings.data.absolute()
    if not folder.exists():
        yield Finding("data folder", f"{folder} does not exist", "bantin db upgrade")
    elif not os.access(folder, os.W_OK):
        yield Finding("data folder", f"{folder} cannot be written", f"chown it to this user, or chmod u+w {folder}")
    else:
        yield Finding("data folder", str(folder))


def _files(settings: Settings) -> Finding:
    try:
        storage = settings.open_storage()
        # Asking for one is enough to see whether the place answers, and to whom.
        next(storage.iter_kept(), None)
    except StoreError as error:
        return Finding("files", str(error), "correct BANTIN_FILES_URL and its key, or have the file store answer")
    at = f", served at {settings.files_public_url}" if settings.files_public_url else ""
    return Finding("files", storage.describe() + at)


def _store(settings: Settings) -> Iterator[Finding]:
    try:
        database = Database(settings.store_url)
        shown = database.url.render_as_string(hide_password=True)
        found = schema.state(database)
        if found.found is not None:
            schema.require_known(found.found, f"the store at {shown}")
        if not found.is_current:
            where = "there is no store yet" if found.found is None else f"schema {found.found} is not {found.wanted}"
            yield Finding("store", f"{where}: {shown}", "bantin db upgrade")
            return
        faults = [*schema.differences(database), *schema.damage(database)]
        if faults:
            yield Finding("store", f"{len(faults)} faults in {shown}", "bantin db check")
            return
        yield Finding("store", f"schema {found.found}: {shown}")
        with database.snapshot() as session:
            categories, bodies = taxonomy.categories_by_id(session), taxonomy.organisations_by_id(session)
        yield Finding("categories", str(len(categories)), "" if categories else "bantin category add NAME")
        yield Finding("organisations", str(len(bodies)), "" if bodies else "bantin organisation add NAME")
        yield _worker(settings, database)
    except SchemaMismatch as error:
        yield Finding("store", str(error), "install the version that wrote it")
    except StoreError as error:
        yield Finding("store", str(error), "bantin db upgrade, or correct BANTIN_DATABASE_URL")


def _worker(settings: Settings, database: Database) -> Finding:
    with database.snapshot() as session:
        due = publication.next_due(session)
        count = sum(1 for _ in catalogue.iter_bulletins(session, status=Status.SCHEDULED)) if due else 0
        lease = leases.find_lease(session, leases.WORKER)
    form = "%d/%m/%Y %H:%M:%S"
    last = f"; {lease.holder} was at work at {lease.beat_at.astimezone(settings.timezone):{form}}" if lease else ""
    if due is None:
        return Finding("worker", f"nothing is scheduled{last}")
    late = database.clock() - due
    said = f"{count} scheduled, the first for {due.astimezone(settings.timezone):{form}}"
    if late > LATE:
        said += f", which is {late.total_seconds():,.0f} s ago"
        return Finding("worker", said + last, "start `bantin serve` or `bantin worker`")
    return Finding("worker", said + last)
