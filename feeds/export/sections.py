"""The sections of an export: channels, bulletins, stored files, and the pages that there is one of.

Each asks the application for what the plan names, and for what the answers lead to.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path, PurePosixPath

from feeds.documents.model import Format
from feeds.export.links import Found
from feeds.export.run import Run
from feeds.export.samples import NO_PAGE
from feeds.export.writing import Place, ShardWriter
from store.inventory import Listed

FEEDS, BULLETINS, FILES, SITE = "feeds", "ban-tin", "files", "site"
IN_SHARD = 100
"""So many bulletins lie together: their shard is called by what is left of a number without its last two digits."""
PAGE = "html"
MISSING, MISSING_AT = "missing", "/@404"
LATEST = "archive/latest"
_ARCHIVE = re.compile(r"archive/([0-9]+)-([0-9]+)\.")
_NUMBER = re.compile(r"([0-9]+)\.html")

Told = Callable[[str, int, int], None]
PlaceFile = Callable[[str, Path], None]
"""Puts the bytes of a digest at a path."""


def export_channels(run: Run, paths: Collection[str], progress: Told) -> None:
    """Export the channels at `paths`, those that the plan names anew."""
    chosen = sorted(run.plan.channels)
    for path in sorted(set(paths) - run.plan.channels):
        run.reuse(f"{FEEDS}/{path}")
    for done, path in enumerate(chosen, 1):
        _export_channel(run, path)
        progress("channels", done, len(chosen))
    for path in sorted(run.plan.gone):
        run.drop(f"{FEEDS}/{path}")


def _export_channel(run: Run, path: str) -> None:
    writer = run.writer(f"{FEEDS}/{path}")
    waiting = [PAGE, *Format]
    while waiting:
        name = waiting.pop()
        document = run.renew(writer, name, channel_address(path, name), path)
        further = document.further if document else ()
        waiting += [each for each in further if each not in writer.documents and each not in waiting]
    # Whoever read the last form of the head may be on the way to the archive that it led to.
    for name, document in writer.old.documents.items():
        if name.startswith("archive/") and name not in writer.documents and not document.is_former:
            run.renew(writer, name, channel_address(path, name), path, is_former=True)
    for name, target in latest_archives(writer.documents):
        writer.add_link(name, target)
    run.complete(writer)


def latest_archives(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give a link, as (name, target), from every range of archives to the one of it that holds the most.

    Who was led to an earlier form of it, which may be there no more, is led on by that: it holds all of the earlier.
    """
    latest: dict[int, int] = {}
    for name in names:
        if found := _ARCHIVE.match(name):
            number, held = map(int, found.groups())
            latest[number] = max(held, latest.get(number, 0))
    for number, held in sorted(latest.items()):
        yield f"{LATEST}/{number}", f"../{number}-{held}.{next(iter(Format))}"


def channel_address(path: str, name: str) -> str:
    """Give the address of a document of the channel at `path`, by its name in the shard."""
    if name == PAGE:
        return f"/feeds/{path}"
    if name in set(Format):
        return f"/feeds/{path}.{name}"
    if name.startswith("before/"):
        return f"/feeds/{path}?before={name.removeprefix('before/')}"
    return f"/feeds/{path}/{name}"


def export_bulletins(run: Run, listed: Iterable[Listed], progress: Told) -> None:
    """Export the pages of bulletins, sorted by number; where not all are asked for, the others stay as they are."""
    shards = groupby(listed, key=lambda bulletin: bulletin.number // IN_SHARD)
    done = 0
    for number, bulletins in shards:
        writer = run.writer(f"{BULLETINS}/{number}")
        chosen = {bulletin.number: bulletin for bulletin in bulletins}
        if not run.plan.is_full:
            _keep_others(writer, chosen)
        for bulletin in chosen.values():
            _export_bulletin(run, writer, bulletin)
        run.complete(writer)
        done += len(chosen)
        progress("bulletins", done, 0)
    for path in run.known(BULLETINS):
        if path not in run.shards:
            if run.plan.is_full:
                run.drop(path)
            else:
                run.reuse(path)


def _keep_others(writer: ShardWriter, chosen: Collection[int]) -> None:
    for name in writer.old.documents:
        if _number_of(name) not in chosen:
            writer.keep(name)
    for name, target in writer.old.links.items():
        if int(name.removeprefix("by/")) not in chosen:
            writer.add_link(name, target)


def _number_of(name: str) -> int:
    found = _NUMBER.search(name)
    return int(found[1]) if found else 0


def _export_bulletin(run: Run, writer: ShardWriter, bulletin: Listed) -> None:
    address = f"/ban-tin/{bulletin.slug}-{bulletin.number}"
    if bulletin.is_gone:
        run.renew(writer, f"gone/{bulletin.number}.html", address, statuses=frozenset({410}))
        return
    name = f"{bulletin.slug}-{bulletin.number}.html"
    run.renew(writer, name, address)
    writer.add_link(f"by/{bulletin.number}", f"../{name}")


def export_files(run: Run, departed: Iterable[str], place: PlaceFile, progress: Told) -> None:
    """Export the files that documents lead to, and mark those that readers are told are gone.

    `departed` are files that may be gone, looked at where everything is.
    """
    candidates = run.wanted | run.released | set(departed)
    by_shard: defaultdict[str, set[str]] = defaultdict(set)
    for candidate in candidates:
        by_shard[f"{FILES}/{candidate[:2]}"].add(candidate.partition("/")[2])
    done = 0
    for path in sorted({*by_shard, *run.known(FILES)}):
        if path in by_shard or run.plan.is_full:
            _export_shard_of_files(run, path, by_shard[path], place)
        else:
            run.reuse(path)
        done += len(by_shard[path])
        progress("files", done, len(candidates))


def _export_shard_of_files(run: Run, path: str, chosen: set[str], place: PlaceFile) -> None:
    writer = run.writer(path)
    gone = {name.removeprefix("gone/") for name in writer.old.links if name.startswith("gone/")}
    if run.plan.is_full:
        chosen = chosen | gone | writer.old.files.keys()
    for name in writer.old.files.keys() - chosen:
        writer.keep_file(name)
    for name in gone - chosen:
        writer.add_link(f"gone/{name}", ".")
    for name in sorted(chosen):
        is_led_to = f"{path[len(FILES) + 1 :]}/{name}" in run.wanted
        # What a photo is sent with never changes; a document may be called otherwise by now.
        if is_led_to and not run.is_fresh and writer.old.files.get(name) == "":
            writer.keep_file(name)
        else:
            _export_file(run, writer, name, place)
    run.complete(writer)


def _export_file(run: Run, writer: ShardWriter, name: str, place: PlaceFile) -> None:
    address = f"/{writer.path}/{name}"
    answer = run.asker.ask(address, method="HEAD")
    if answer.status == 200:
        writer.add_file(name, address, answer.header("Content-Disposition"), _placing(name, place))
    elif answer.status == 410:
        writer.add_link(f"gone/{name}", ".")


def _placing(name: str, place: PlaceFile) -> Place:
    digest = PurePosixPath(name).stem

    def put(path: Path) -> None:
        place(digest, path)

    return put


def export_site(run: Run, assets: Mapping[str, str]) -> None:
    """Export the pages and documents that there is one of, and our own pictures, styles and scripts.

    They are asked for every time: what they show may change with the hour, or with no step of the edition.
    """
    writer = run.writer(SITE)
    for name, address in _site_addresses(assets):
        answer = run.ask(writer, name, address)
        if answer is None:
            writer.keep(name)
        elif answer.status == (404 if name == MISSING else 200):
            parts = run.finder.parts_of(answer.body) if name == "sitemap.xml" else ()
            writer.add_document(name, MISSING_AT if name == MISSING else address, answer, Found((), parts))
    for part in writer.documents["sitemap.xml"].further if "sitemap.xml" in writer.documents else ():
        answer = run.ask(writer, part, f"/{part}")
        if answer is None:
            writer.keep(part)
        elif answer.status == 200:
            writer.add_document(part, f"/{part}", answer, Found((), ()))
    run.complete(writer)


def _site_addresses(assets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "directory", "/feeds/"
    yield MISSING, NO_PAGE
    for name in ("feeds.opml", "sitemap.xml", "news-sitemap.xml", "robots.txt"):
        yield name, f"/{name}"
    for name, version in sorted(assets.items()):
        yield f"static/{name}", f"/static/{name}?v={version}"
