"""One export under way: what it asks, what it writes into, and what it has done so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from feeds.export.asking import Answer, Asker
from feeds.export.folder import Folder
from feeds.export.links import Finder, Found
from feeds.export.manifest import Document, Generation
from feeds.export.plan import Plan
from feeds.export.writing import ShardWriter

NOT_MODIFIED, UNAVAILABLE = 304, 503


@dataclass
class Run:
    """What the sections of an export share.

    `shards` grows to what is in use from now on. `wanted` are files that documents lead to which differ from the last
    time, `released` those that such documents led to before; both as `ab/DIGEST.EXT`. `is_fresh` takes nothing over.
    `withheld` are addresses of documents that cannot be had whole: as they were before, or not there.
    """

    asker: Asker
    finder: Finder
    folder: Folder
    plan: Plan
    last: Generation | None
    number: int
    now: int
    is_fresh: bool = False
    shards: dict[str, int] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)
    withheld: list[str] = field(default_factory=list)

    def known(self, section: str) -> list[str]:
        """List the paths of the last generation's shards in a section, such as `feeds/all` in `feeds`."""
        shards = self.last.shards if self.last is not None else {}
        return [path for path in shards if path.partition("/")[0] == section]

    def writer(self, path: str) -> ShardWriter:
        """Begin the next form of a shard."""
        last = self.last.shards.get(path) if self.last is not None else None
        return ShardWriter(self.folder, path, self.number, last=last, now=self.now, fresh=self.is_fresh)

    def reuse(self, path: str) -> None:
        """Take a shard over as it is."""
        if self.last is not None:
            self.shards[path] = self.last.shards[path]

    def complete(self, writer: ShardWriter) -> None:
        """Finish a shard, and note what differs."""
        documents = writer.documents
        for name in documents.keys() | writer.old.documents.keys():
            new, old = documents.get(name), writer.old.documents.get(name)
            if new != old or self.plan.is_full:
                self.wanted |= set(new.files) if new else set()
                self.released |= set(old.files) if old else set()
        self.written += writer.written
        self.removed += writer.removed
        number = writer.finish()
        if number is not None:
            self.shards[writer.path] = number

    def drop(self, path: str) -> None:
        """Leave a shard out, and all that was in it."""
        self.complete(self.writer(path))

    def ask(self, writer: ShardWriter, name: str, address: str) -> Answer | None:
        """Ask for a document; None where the last still holds. Where all is asked for, nothing is trusted.

        One that cannot be had whole is not taken: the last form holds, where there is one, else none is available.
        """
        old = writer.old.documents.get(name)
        etag = old.etag if old and not self.plan.is_full else ""
        answer = self.asker.ask(address, etag=etag, is_one_of_many=True)
        if answer.is_partial:
            self.withheld.append(address)
            return replace(answer, status=UNAVAILABLE) if old is None else None
        return None if answer.status == NOT_MODIFIED else answer

    def renew(
        self,
        writer: ShardWriter,
        name: str,
        address: str,
        selection: str | None = None,
        *,
        statuses: frozenset[int] = frozenset({200}),
        is_former: bool = False,
    ) -> Document | None:
        """Have a document in a shard as the application answers it now; None, and not in it, for any other status.

        `selection` is the path of the channel that it belongs to, whose further documents it may lead to.
        """
        answer = self.ask(writer, name, address)
        if answer is None:
            return writer.keep(name, is_former=is_former)
        if answer.status not in statuses:
            return None
        if selection is None:
            found = Found(self.finder.files_of(answer.body), ())
        else:
            found = self.finder.links_of(answer.body, selection)
        return writer.add_document(name, address, answer, found, is_former=is_former)
