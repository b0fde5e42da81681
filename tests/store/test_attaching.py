"""Photos and documents come to bulletins: to the caption that waited, in place of another, or as new ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from store import attaching, audit, bulletins, catalogue, expunging, files, publication, revisions
from store.attaching import Arrival
from store.attachments import recipe, renditions
from store.attachments.arrivals import assign
from store.database import Database
from store.errors import Conflict, InputError, NotFound
from store.models import DbFileRemoval
from store.types import Attachment, AttachmentKind, Bulletin, Focus, Rendition, StoredFile
from tests.support.samples import draft

PHOTO, DOCUMENT = AttachmentKind.PHOTO, AttachmentKind.DOCUMENT


def photo(letter: str, *, made: bool = True) -> StoredFile:
    """Describe a stored photo; `made` gives it the renditions of the present recipe."""
    file = StoredFile(digest=letter * 64, media_type="image/jpeg", size_bytes=1234, width_px=2000, height_px=1500)
    names = sorted(recipe.names_of(file)) if made else []
    forms = tuple(
        Rendition(
            name=name,
            digest=f"{letter}{index:x}" * 32,
            media_type="image/webp" if name.startswith("webp") else "image/jpeg",
            size_bytes=100 + index,
            width_px=320,
            height_px=240,
        )
        for index, name in enumerate(names)
    )
    return replace(file, renditions=forms)


PDF = StoredFile(digest="e" * 64, media_type="application/pdf", size_bytes=900)


def add(database: Database, *captions: str, kind: AttachmentKind = PHOTO, publish: bool = True) -> int:
    waiting = tuple(Attachment(number=n, kind=kind, caption=caption) for n, caption in enumerate(captions, 1))
    with database.transaction(actor="Minh") as session:
        number = bulletins.draft(session, draft(body="<p>Nội dung.</p>", attachments=waiting))
        if publish:
            publication.publish(session, number, publisher_required=False)
    return number


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def arrival(file: StoredFile, *, kind: AttachmentKind = PHOTO, offered: str = "", **said: object) -> Arrival:
    return Arrival(file, Attachment(number=1, kind=kind, **said), Attachment(number=1, kind=kind, caption=offered))


def receive(database: Database, number: int, *arrivals: Arrival, **how: object) -> list[int]:
    with database.transaction(actor="Lan") as session:
        return attaching.receive(session, number, list(arrivals), **how)


def captions(bulletin: Bulletin) -> dict[str, str | None]:
    return {a.caption: a.file.digest[0] if a.file else None for a in bulletin.attachments}


def test_as_many_files_as_captions_fill_them_in_order(database: Database) -> None:
    number = add(database, "Lễ khai mạc", "Trao bằng khen")
    before = read(database, number)
    assert receive(database, number, arrival(photo("a")), arrival(photo("b"))) == [1, 2]
    after = read(database, number)
    assert captions(after) == {"Lễ khai mạc": "a", "Trao bằng khen": "b"}
    assert after.updated == before.updated
    assert after.version > before.version


def test_a_caption_that_reads_alike_takes_its_file_whatever_the_order(database: Database) -> None:
    number = add(database, "Lễ khai mạc hội nghị", "Trao bằng khen cho các tập thể", "Toàn cảnh")
    placed = receive(
        database,
        number,
        arrival(photo("a"), offered="TRAO BANG KHEN cho các tập thể."),
        arrival(photo("b"), caption="Lễ khai mạc Hội nghị"),
    )
    assert placed == [2, 1]
    # The editor's words stay where the file brings others; what somebody says now replaces them.
    assert captions(read(database, number)) == {
        "Lễ khai mạc Hội nghị": "b",
        "Trao bằng khen cho các tập thể": "a",
        "Toàn cảnh": None,
    }


def test_no_file_slips_under_a_foreign_caption(database: Database) -> None:
    number = add(database, "Lễ khai mạc", "Trao bằng khen")
    with pytest.raises(Conflict, match=r"1: Lễ khai mạc; 2: Trao bằng khen.* --for .*--in-order.*--new"):
        receive(database, number, arrival(photo("a")))
    assert receive(database, number, arrival(photo("a"), caption="Văn nghệ chào mừng")) == [3]
    assert receive(database, number, arrival(photo("b")), as_new=True) == [4]
    assert receive(database, number, arrival(photo("c")), chosen=2) == [2]
    assert captions(read(database, number)) == {
        "Lễ khai mạc": None,
        "Trao bằng khen": "c",
        "Văn nghệ chào mừng": "a",
        "": "b",
    }


def test_documents_fill_the_titles_that_wait_and_photos_do_not(database: Database) -> None:
    number = add(database, "Kế hoạch tổ chức hội nghị", kind=DOCUMENT)
    assert receive(database, number, arrival(photo("a"))) == [2]
    said = arrival(PDF, kind=DOCUMENT, reference="12/KH-UBND", offered="ke hoach")
    assert receive(database, number, said) == [1]
    plan, added = read(database, number).attachments
    assert (plan.caption, plan.reference, plan.file) == ("Kế hoạch tổ chức hội nghị", "12/KH-UBND", PDF)
    assert added.kind is PHOTO


def test_a_file_for_an_attachment_of_the_other_kind_is_refused(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    with pytest.raises(NotFound, match="document"):
        receive(database, number, arrival(PDF, kind=DOCUMENT), chosen=1)
    with pytest.raises(NotFound):
        receive(database, number, arrival(photo("a")), chosen=9)
    assert read(database, number).attachments[0].file is None


def test_another_photo_in_its_place_keeps_the_words_and_loses_the_focus(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a"), focus=Focus(10, 20), credit="Thu Trang"))
    receive(database, number, arrival(photo("b")), chosen=1)
    (replaced,) = read(database, number).attachments
    assert (replaced.caption, replaced.credit, replaced.focus) == ("Lễ khai mạc", "Thu Trang", None)
    with database.snapshot() as session:
        notes = [revision.note for revision in revisions.list_revisions(session, number)]
        first = revisions.bulletin_at(session, number, 2)
    assert "photo replaced" in notes
    assert first.attachments[0].focus == Focus(10, 20)


def test_what_is_said_of_a_photo_changes_without_announcing_the_bulletin_anew(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a")))
    before = read(database, number)
    said = replace(before.attachments[0], caption="Lễ bế mạc", alternative_text="Hội trường", focus=Focus(0, 100))
    with database.transaction(actor="Lan") as session:
        assert attaching.revise_attachment(session, number, said)
        assert not attaching.revise_attachment(session, number, said)
    after = read(database, number)
    assert after.attachments == (replace(said, file=after.attachments[0].file),)
    assert (after.updated, after.revision, after.version) == (before.updated, before.revision + 1, before.version + 1)


@pytest.mark.parametrize("focus", [Focus(-1, 0), Focus(0, 101)])
def test_a_focus_outside_the_photo_is_refused(database: Database, focus: Focus) -> None:
    number = add(database, "Lễ khai mạc")
    with pytest.raises(InputError, match="focus"):
        receive(database, number, arrival(photo("a"), focus=focus))
    assert read(database, number).attachments[0].file is None


def test_every_attachment_ever_added_has_its_own_number_and_its_act(database: Database) -> None:
    number = add(database)
    receive(database, number, arrival(photo("a"), caption="Một"))
    receive(database, number, arrival(PDF, kind=DOCUMENT, caption="Hai"))
    assert [a.number for a in read(database, number).attachments] == [1, 2]
    with database.snapshot() as session:
        acts = [act.action for act in audit.iter_acts(session)]
    assert {"photo added", "document added"} <= set(acts)


def test_nothing_comes_to_an_expunged_bulletin(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    with database.transaction() as session:
        expunging.expunge(session, number)
    for how in ({}, {"chosen": 1}):
        with pytest.raises((Conflict, NotFound)):
            receive(database, number, arrival(photo("a")), **how)


def test_a_photo_without_renditions_is_due_for_them_and_shows_them_when_they_come(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a", made=False)))
    before = read(database, number)
    with database.snapshot() as session:
        due = renditions.find_due(session)
    assert due is not None
    assert due.names == recipe.names_of(photo("a"))
    with database.transaction() as session:
        attaching.receive_renditions(session, photo("a"))
        assert renditions.find_due(session) is None
        # What is known already moves nothing.
        version = catalogue.get_bulletin(session, number).version
        attaching.receive_renditions(session, photo("a"))
        assert catalogue.get_bulletin(session, number).version == version
    after = read(database, number)
    assert {r.name for r in after.attachments[0].file.renditions} == due.names
    assert (after.version, after.updated) == (before.version + 1, before.updated)


def test_a_focus_set_later_is_due_for_its_card_alone(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a")))
    with database.transaction() as session:
        assert renditions.find_due(session) is None
        attached = catalogue.get_bulletin(session, number).attachments[0]
        attaching.revise_attachment(session, number, replace(attached, focus=Focus(30, 70)))
        due = renditions.find_due(session)
        assert due is not None
        assert due.names == {"card-30-70"}
        assert renditions.find_due(session, passing_over=[due.file.digest]) is None


def test_another_recipe_makes_every_photo_due_and_keeps_the_old_forms_served(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a")))
    old = photo("a").renditions[0]
    monkeypatch.setattr(recipe, "RECIPE", recipe.RECIPE + 1)
    with database.transaction() as session:
        renditions.ask_for_outdated(session)
        due = renditions.find_due(session)
        assert due is not None
        assert due.names == recipe.names_of(photo("a"))
        new = replace(old, digest="f" * 64, recipe=recipe.RECIPE)
        attaching.receive_renditions(session, replace(photo("a"), renditions=(new,)))
        assert files.find_visible_file(session, old.digest) is not None
        assert files.find_visible_file(session, new.digest) is not None
    (shown,) = read(database, number).attachments
    assert [r.digest for r in shown.file.renditions] == [new.digest]


def test_renditions_are_seen_exactly_while_their_photo_is(database: Database) -> None:
    number = add(database, "Lễ khai mạc", publish=False)
    receive(database, number, arrival(photo("a")))
    form = photo("a").renditions[0].digest
    with database.transaction() as session:
        assert files.find_visible_file(session, form) is None
        publication.publish(session, number, publisher_required=False)
        assert files.find_visible_file(session, form) is not None
        publication.withdraw(session, number, reason="Sai")
        assert files.find_visible_file(session, form) is None
        assert files.find_once_visible_file(session, form) is not None


def test_a_lost_file_leaves_its_caption_waiting_and_its_digest_in_the_log(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a")))
    with database.transaction() as session:
        attaching.detach_lost_file(session, number, 1)
    (waiting,) = read(database, number).attachments
    assert (waiting.caption, waiting.file) == ("Lễ khai mạc", None)
    with database.snapshot() as session:
        notes = [act.note for act in audit.iter_acts(session) if act.action == "photo lost"]
    assert notes == [f"attachment 1: {'a' * 64}"]


def test_a_known_photo_that_comes_with_renditions_changes_all_that_show_it(database: Database) -> None:
    first, second = add(database, "Lễ khai mạc"), add(database, "Lễ bế mạc")
    receive(database, first, arrival(photo("a", made=False)))
    before = read(database, first)
    receive(database, second, arrival(photo("a")))
    after = read(database, first)
    assert after.attachments[0].file.renditions
    assert after.version > before.version
    assert after.updated == before.updated


def test_an_edit_does_not_make_old_renditions_new(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a")))
    monkeypatch.setattr(recipe, "RECIPE", recipe.RECIPE + 1)
    with database.transaction() as session:
        kept = catalogue.get_bulletin(session, number).attachments
        bulletins.revise(session, number, draft(title="Khác", body="<p>Nội dung.</p>", attachments=kept))
        assert renditions.find_due(session).names == recipe.names_of(photo("a"))


def test_renditions_of_a_photo_that_was_expunged_meanwhile_go_with_it(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a", made=False)))
    with database.transaction() as session:
        expunging.expunge(session, number)
        assert renditions.find_due(session) is None
        attaching.receive_renditions(session, photo("a"))
        waiting = set(session.scalars(select(DbFileRemoval.digest)))
    assert waiting == {photo("a").digest, *(form.digest for form in photo("a").renditions)}


def test_a_focus_moved_while_its_card_is_cut_gets_another_card(database: Database) -> None:
    number = add(database, "Lễ khai mạc")
    receive(database, number, arrival(photo("a"), focus=Focus(10, 10)))
    card = replace(photo("a").renditions[0], name="card-10-10", digest="d" * 64)
    with database.transaction() as session:
        attached = catalogue.get_bulletin(session, number).attachments[0]
        attaching.revise_attachment(session, number, replace(attached, focus=Focus(90, 90)))
        attaching.receive_renditions(session, replace(photo("a"), renditions=(card,)))
        assert renditions.find_due(session).names == {"card-90-90"}


def test_captions_are_tied_to_files_only_beyond_doubt() -> None:
    waiting = [Attachment(number=4, caption="Lễ hội"), Attachment(number=7, caption="Lễ hội")]
    # Two that read alike cannot be told apart by their words.
    assert assign(waiting, ["Lễ hội", "Lễ hội"], said=False) == [4, 7]
    assert assign(waiting, ["Lễ hội"], said=False) == [4]
    with pytest.raises(Conflict):
        assign(waiting, ["", ""][:1], said=False)
    # As many files as captions are no proof where the files say something else.
    with pytest.raises(Conflict):
        assign(waiting, ["Khai giảng", "Bế giảng"], said=False)
    assert assign(waiting, ["Khai giảng", "Bế giảng"], said=False, in_order=True) == [4, 7]
    assert assign([], ["", "Bất kỳ"], said=False) == [None, None]
