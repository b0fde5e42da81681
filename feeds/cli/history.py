"""`bantin bulletin history|compare` and `bantin audit`: what was done, by whom, and what it changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import datetime

import click
from sqlalchemy.orm import Session

from feeds.channels import path_of
from feeds.cli.exits import say
from feeds.cli.workspace import NUMBER, open_workspace, print_json, print_table
from store import audit, catalogue, revisions
from store.audit import Act
from store.channel_settings import CHANNEL
from store.importers.manuscript import write_manuscript
from store.text.dates import format_rfc3339
from store.types import VIETNAM, Selection, Status

REVISING = frozenset({"drafted", "revised", "corrected"})
"""Acts that a revision tells already."""
_WORDS = re.compile(r"\s+|[^\s]+")


@click.command("history")
@click.argument("number", type=NUMBER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def history(number: int, as_json: bool) -> None:
    """List what happened to a bulletin, the first first: its revisions, and when readers saw it."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        found = catalogue.get_bulletin(session, number)
        made = revisions.list_revisions(session, number)
        acts = list(audit.iter_acts(session, kind=audit.BULLETIN, subject=number))
    corrected = {act.note for act in acts if act.action == "corrected"}
    events = [
        (revision.at, 0, revision.number, revision.actor, _revising(revision, corrected), revision.note)
        for revision in made
    ]
    events += [(act.at, 1, act.number, act.actor, act.action, act.note) for act in acts if act.action not in REVISING]
    events.sort(key=lambda event: event[:3])
    if as_json:
        print_json(
            [
                {
                    "at": format_rfc3339(at.astimezone(VIETNAM)),
                    "revision": serial if is_act == 0 else None,
                    "actor": actor,
                    "action": action,
                    "note": note,
                }
                for at, is_act, serial, actor, action, note in events
            ]
        )
        return
    print_table(
        ("WHEN", "REVISION", "WHO", "WHAT"),
        [
            (_when(at), serial if is_act == 0 else "", actor, f"{action}: {note}" if note else action)
            for at, is_act, serial, actor, action, note in events
        ],
    )
    if len(made) > 1 and found.status is not Status.EXPUNGED:
        say(f"see what changed with: bantin bulletin compare {number} [FROM TO]")


@click.command("compare")
@click.argument("number", type=NUMBER)
@click.argument("revision", metavar="[FROM [TO]]", nargs=-1, type=NUMBER)
def compare(number: int, revision: tuple[int, ...]) -> None:
    """Show what changed between two revisions of a bulletin, by default the last two.

    Lines begin with - and +; within a line, [-words that went-] and {+words that came+}.
    """
    if len(revision) > 2:
        raise click.UsageError("compare takes at most two revisions")
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        last = catalogue.get_bulletin(session, number).revision
        after = revision[1] if len(revision) == 2 else last
        before = revision[0] if revision else max(after - 1, 1)
        texts = [write_manuscript(revisions.bulletin_at(session, number, each)) for each in (before, after)]
        made = {each.number: each for each in revisions.list_revisions(session, number)}
    for sign, each in (("---", made[before]), ("+++", made[after])):
        click.echo(f"{sign} revision {each.number}, {_when(each.at)}, {each.actor}")
    lines = list(_differences(texts[0].splitlines(), texts[1].splitlines()))
    for line in lines:
        click.echo(line)
    if not lines:
        say("they say the same")


@click.command("audit")
@click.option("--bulletin", "number", type=NUMBER, help="Only what was done to this bulletin.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000_000), help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def audit_log(number: int | None, limit: int, as_json: bool) -> None:
    """List who did what, the latest first."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        kind = audit.BULLETIN if number is not None else None
        acts = list(audit.iter_acts(session, kind=kind, subject=number, limit=limit))
        subjects = [_subject(session, act) for act in acts]
    if as_json:
        print_json([_as_json_value(act) for act in acts])
        return
    print_table(
        ("NO", "WHEN", "WHO", "WHAT"),
        [
            (act.number, _when(act.at), act.actor, f"{act.kind} {subject} {act.action}" + _noted(act))
            for act, subject in zip(acts, subjects, strict=True)
        ],
    )
    if len(acts) == limit:
        say(f"the latest {limit}; see more with --limit")


def _revising(revision: revisions.Revision, corrected: set[str]) -> str:
    if revision.number == 1:
        return "drafted"
    return "corrected" if revision.significant and revision.note in corrected else "revised"


def _subject(session: Session, act: Act) -> str:
    """Name a channel by its address; what is called by a number keeps it."""
    if act.kind != CHANNEL or not act.subject:
        return act.subject
    selection = Selection.from_key(act.subject)
    path = path_of(session, selection)
    # An author who was expunged has no address any more.
    return path.text if len(path.criteria) == len(selection.ids) else act.subject


def _noted(act: Act) -> str:
    return f": {act.note}" if act.note else ""


def _as_json_value(act: Act) -> dict[str, object]:
    return {
        "number": act.number,
        "at": format_rfc3339(act.at.astimezone(VIETNAM)),
        "actor": act.actor,
        "action": act.action,
        "kind": act.kind,
        "subject": act.subject,
        "note": act.note,
        "edition": act.edition,
    }


def _when(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def _differences(before: list[str], after: list[str]) -> Iterator[str]:
    """Stream the lines that differ; a line that was changed is shown once, with its words marked."""
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            continue
        old, new = before[start:end], after[new_start:new_end]
        paired = min(len(old), len(new)) if len(old) == len(new) else 0
        for left, right in zip(old[:paired], new[:paired], strict=True):
            yield "~ " + _marked(left, right)
        yield from (f"- {line}" for line in old[paired:] if line)
        yield from (f"+ {line}" for line in new[paired:] if line)


def _marked(before: str, after: str) -> str:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    said: list[str] = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            said.append("".join(old[start:end]))
            continue
        if end > start:
            said.append(f"[-{''.join(old[start:end])}-]")
        if new_end > new_start:
            said.append(f"{{+{''.join(new[new_start:new_end])}+}}")
    return "".join(said)
