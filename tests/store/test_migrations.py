"""Upgrades of filled stores: nothing is lost, nothing has to be rebuilt, and life goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from store import (
    audit,
    bulletins,
    catalogue,
    changes,
    expunging,
    publication,
    rebuild,
    renaming,
    reorganisation,
    schema,
    taxonomy,
)
from store.database import Database
from store.errors import SchemaMismatch
from store.names import Kind
from store.types import Bulletin, Draft, Selection, Status
from tests.support import old_stores, stores
from tests.support.requirements import lacks
from tests.support.stores import Clock

REVISIONS = sorted(path.stem for path in old_stores.FOLDER.glob("*.json"))


@pytest.fixture(params=[(kind, revision) for revision in REVISIONS for kind in ("sqlite", "postgres")], ids="-".join)
def old(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[tuple[Database, str]]:
    kind, revision = request.param
    missing = stores.postgres_missing() if kind == "postgres" else None
    if missing:
        lacks("postgres", missing)
    # The rows were written until two hours after the clock of the tests stands.
    clock.move(days=1)
    with old_stores.old_store(kind, revision, tmp_path, clock) as database:
        yield database, revision


def sortable(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


def said_again(bulletin: Bulletin, **changed: Any) -> Draft:
    said = {
        "title": bulletin.title,
        "lead": bulletin.lead,
        "body": bulletin.body,
        "language": bulletin.language,
        "publisher": bulletin.publisher.name if bulletin.publisher else None,
        "subjects": tuple(body.name for body in bulletin.subjects),
        "categories": tuple(category.name for category in bulletin.categories),
        "authors": tuple(author.name for author in bulletin.authors),
        "attachments": bulletin.attachments,
        "published": bulletin.published,
    }
    return Draft(**(said | changed))


def test_nothing_is_lost(old: tuple[Database, str]) -> None:
    database, revision = old
    kept = old_stores.kept_rows(revision)
    assert sum(map(len, kept.values())) > 200
    assert schema.upgrade(database) == schema.SchemaState(revision, schema.state(database).wanted)
    present = old_stores.present_rows(database, kept)
    for table, rows in kept.items():
        found = sortable(present[table])
        assert [row for row in sortable(rows) if row not in found] == [], table
        # A counter may come new; anything else that is there now was there before.
        assert table == "counter" or len(found) == len(rows)


def test_it_is_whole_and_sound(old: tuple[Database, str]) -> None:
    database, _ = old
    schema.upgrade(database)
    schema.require_current(database)
    assert schema.differences(database) == []
    assert schema.damage(database) == []
    with database.transaction() as session:
        found = rebuild.rebuild(session)
    assert found.faults == ()
    assert found.placements > 50
    with database.snapshot() as session:
        assert changes.count(session) == changes.current_edition(session)
        assert schema.instance_uuid(session) == stores.INSTANCE


def test_it_reads_as_it_did(old: tuple[Database, str]) -> None:
    database, revision = old
    schema.upgrade(database)
    rows = {row["number"]: row for row in old_stores.kept_rows(revision)["bulletin"]}
    with database.snapshot() as session:
        read = {bulletin.number: bulletin for bulletin in catalogue.iter_bulletins(session)}
        shown = catalogue.window(session, Selection(), limit=100)
    assert set(read) == set(rows)
    for number, bulletin in read.items():
        row = rows[number]
        assert (bulletin.title, bulletin.public_id, bulletin.status.value) == (
            row["title"],
            row["public_id"],
            row["status"],
        )
        assert (bulletin.version, bulletin.arrival, bulletin.updated) == (
            row["version"],
            row["arrival"],
            row["updated_at"],
        )
        assert (bulletin.gone, bulletin.corrections) == (None, ())
    assert [key.number for key in shown.entries] == [
        row["number"]
        for row in sorted(rows.values(), key=lambda row: row["position"] or 0, reverse=True)
        if row["status"] == "published"
    ]


def test_life_goes_on(old: tuple[Database, str], clock: Clock) -> None:
    database, revision = old
    schema.upgrade(database)
    with database.snapshot() as session:
        before = {bulletin.number: bulletin for bulletin in catalogue.iter_bulletins(session)}
        edition = changes.current_edition(session)
    first, second, third, *_ = sorted(n for n, b in before.items() if b.status is Status.PUBLISHED and b.publisher)
    clock.move(hours=1)
    with database.transaction(actor="Lan") as session:
        assert bulletins.correct(session, first, said_again(before[first], lead="Đã sửa."), note="sai số liệu")
    with database.transaction(actor="Lan") as session:
        publication.withdraw(session, second, reason="Nhầm")
    with database.transaction(actor="Lan") as session:
        publication.publish(session, second)
        issuer = before[first].publisher
        assert issuer is not None
        renaming.rename(session, Kind.ORGANISATION, issuer.slug, "Tên mới của cơ quan")
    with database.transaction(actor="Lan") as session:
        added = taxonomy.add_category(session, "Chuyên mục mới tinh")
        filed = before[first].categories[0]
        reorganisation.merge(session, Kind.CATEGORY, added.slug, filed.slug)
        expunging.expunge(session, third, reason="Theo yêu cầu")
        number = bulletins.draft(
            session, said_again(before[first], title="Bản tin mới", attachments=(), body="", published=None)
        )
        publication.publish(session, number)
    with database.snapshot() as session:
        now = {bulletin.number: bulletin for bulletin in catalogue.iter_bulletins(session)}
        shown = [key.number for key in catalogue.window(session, Selection(category=added.id), limit=9).entries]
        acts = list(audit.iter_acts(session))
        assert changes.current_edition(session) > edition
    assert added.id == max(row["id"] for row in old_stores.kept_rows(revision)["category"]) + 1
    assert now[first].corrections[0].note == "sai số liệu"
    names = [publisher.name for publisher in (now[first].publisher, now[number].publisher) if publisher]
    assert names == [issuer.name, "Tên mới của cơ quan"]
    assert (now[second].status, now[third].status) == (Status.PUBLISHED, Status.EXPUNGED)
    assert shown == [number]
    assert number == max(before) + 1
    assert now[number].arrival == max(b.arrival or 0 for b in before.values()) + 1
    assert [act.number for act in acts] == list(range(len(acts), 0, -1))
    with database.transaction() as session:
        assert rebuild.rebuild(session).faults == ()


def test_a_second_upgrade_changes_nothing(old: tuple[Database, str]) -> None:
    database, revision = old
    schema.upgrade(database)
    kept = old_stores.kept_rows(revision)
    before = old_stores.present_rows(database, kept)
    assert schema.upgrade(database).is_current
    assert old_stores.present_rows(database, kept) == before


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(old: tuple[Database, str]) -> None:
    database, revision = old
    with database.schema_change() as session:
        session.execute(text("CREATE TABLE lease (foreign_to_us INTEGER)"))
        tables = set(inspect(session.connection()).get_table_names())
    with pytest.raises((SchemaMismatch, DBAPIError)):
        schema.upgrade(database)
    assert schema.state(database).found == revision
    kept = old_stores.kept_rows(revision)
    present = old_stores.present_rows(database, kept)
    assert {table: sortable(rows) for table, rows in present.items()} == {
        table: sortable(rows) for table, rows in kept.items()
    }
    with database.snapshot() as session:
        assert set(inspect(session.connection()).get_table_names()) == tables


def test_an_older_store_is_not_worked_with_before_its_upgrade(old: tuple[Database, str]) -> None:
    database, revision = old
    with pytest.raises(SchemaMismatch, match=f"schema {revision}.*bantin db upgrade"):
        schema.require_current(database)
    with pytest.raises(SchemaMismatch, match="bantin db upgrade"), database.transaction() as session:
        taxonomy.add_category(session, "Chuyên mục mới")


def test_a_newer_store_is_refused_and_left_alone(old: tuple[Database, str]) -> None:
    database, revision = old
    with database.schema_change() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    kept = old_stores.kept_rows(revision)
    before = old_stores.present_rows(database, kept)
    with pytest.raises(SchemaMismatch, match=r"9999.*newer version") as refusal:
        schema.upgrade(database)
    assert refusal.value.vietnamese
    with pytest.raises(SchemaMismatch, match="9999"):
        schema.require_current(database)
    with pytest.raises(SchemaMismatch, match="9999"), database.snapshot() as session:
        schema.current_revision(session)
    assert old_stores.present_rows(database, kept) == before


def test_a_store_that_lost_its_version_is_refused_and_left_alone(old: tuple[Database, str]) -> None:
    database, revision = old
    with database.schema_change() as session:
        session.execute(text("DELETE FROM alembic_version"))
    kept = old_stores.kept_rows(revision)
    before = old_stores.present_rows(database, kept)
    with pytest.raises(SchemaMismatch):
        schema.upgrade(database)
    assert old_stores.present_rows(database, kept) == before
