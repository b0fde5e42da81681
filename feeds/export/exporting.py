"""Exports the whole site: reads one state of the store, asks for what changed since the last export, puts it in place.

Everything is asked of one snapshot, so that no document tells of what another does not know yet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import product
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from feeds.addresses import SelectionPath
from feeds.app import create_app
from feeds.directory import iter_channels, iter_pairs
from feeds.export.asking import Asker
from feeds.export.disk import Disk, NoDisk
from feeds.export.folder import Folder
from feeds.export.links import Finder
from feeds.export.manifest import LAYOUT, Generation
from feeds.export.nginx_locations import server_configuration
from feeds.export.nginx_maps import http_configuration
from feeds.export.nginx_server import Server
from feeds.export.plan import Plan, State, plan, written_instant
from feeds.export.run import Run
from feeds.export.samples import read_samples
from feeds.export.sections import export_bulletins, export_channels, export_files, export_site
from feeds.former_addresses import target_address
from feeds.http.validators import fingerprint
from feeds.settings import Settings
from feeds.site import Site, current_site
from store import changes, inventory, redirects, schema
from store.attachments.disk import DiskStorage
from store.attachments.kinds import EXTENSIONS
from store.attachments.storage import Storage
from store.database import Database
from store.errors import Conflict
from store.names import KIND_OF_CRITERION

HTTP, SERVER = "http.conf", "server.conf"
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: addresses below the base URL, sorted; `configurations` are the files that nginx includes.

    `is_configuration_changed` says that nginx has to be told; what is served changed without that. `application_url`
    is where it asks for what can be no file, empty for nowhere. `withheld` are documents that could not be had whole:
    they are as before, or not there, and asked for again the next time.
    """

    edition: int
    is_full: bool
    written: tuple[str, ...]
    removed: tuple[str, ...]
    is_configuration_changed: bool
    configurations: tuple[Path, Path]
    application_url: str = ""
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to export: everything anew, or only telling what would be done.

    `application_url` is asked for what can be no file; empty for nowhere, None for where it was the last time.
    """

    full: bool = False
    dry_run: bool = False
    application_url: str | None = None


def export(
    settings: Settings,
    database: Database,
    path: Path,
    wanted: Wanted | None = None,
    *,
    disk: Disk | None = None,
    progress: Told = lambda *_: None,
) -> Exported:
    """Bring the export in the folder at `path` to the state of the store; raises StoreError, with the last one in use.

    Raises Conflict for a folder of something else, while another export is at it, and for an export of other links.
    """
    wanted = wanted or Wanted()
    folder = Folder(path, NoDisk() if wanted.dry_run else disk or Disk())
    with database.still() as still, still.snapshot() as session:
        instance = str(schema.instance_uuid(session))
        with folder.held(instance, writing=not wanted.dry_run):
            last = folder.generation()
            _require_same_links(last, settings, wanted, folder)
            wanted = replace(wanted, application_url=_application_url(last, wanted))
            app = create_app(settings, database=still, has_search=bool(wanted.application_url))
            with app.app_context():
                return _Export(app, current_site(), session, folder, wanted, progress).run(last)


def _application_url(last: Generation | None, wanted: Wanted) -> str:
    if wanted.application_url is not None:
        return wanted.application_url
    return last.application_url if last is not None else ""


def _require_same_links(last: Generation | None, settings: Settings, wanted: Wanted, folder: Folder) -> None:
    """Refuse to have all links lead elsewhere than the last time, unless everything is wanted anew."""
    if last is None or wanted.full or last.base_url == settings.base_url:
        return
    raise Conflict(
        f"links in {folder.path} lead to {last.base_url}, and BANTIN_BASE_URL is {settings.base_url} now; "
        "nothing was touched; set it as before, or write everything anew with --full",
        vietnamese=f"liên kết trong “{folder.path}” dẫn đến {last.base_url}, nhưng BANTIN_BASE_URL nay là "
        f"{settings.base_url}; chưa thay đổi gì; hãy đặt lại như cũ, hoặc xuất lại toàn bộ bằng --full",
    )


class _Export:
    def __init__(
        self, app: Flask, site: Site, session: Session, folder: Folder, wanted: Wanted, progress: Told
    ) -> None:
        self._site, self._session, self._folder = site, session, folder
        self._wanted, self._progress = wanted, progress
        self._asker = Asker(app, site.settings.base_url)

    def run(self, last: Generation | None) -> Exported:
        edition = changes.current_edition(self._session)
        present = State(edition, self._fingerprint(), self._committed_at(edition))
        channels = dict(self._channels())
        run = self._begin(last, self._plan(last, present, channels))
        export_channels(run, {path.text for path in channels.values()}, self._progress)
        listed = inventory.iter_listed(
            self._session, after_edition=run.plan.after_edition, categories=run.plan.categories
        )
        export_bulletins(run, listed, self._progress)
        export_files(run, self._departed(run.plan), self._place, self._progress)
        export_site(run, self._site.asset_versions)
        application_url = self._wanted.application_url or ""
        generation = Generation(
            state=_covered(run, present),
            shards=run.shards,
            moved=self._moved(channels),
            base_url=self._site.settings.base_url,
            application_url=application_url,
        )
        configuration = self._configuration()
        is_changed = any(self._folder.configuration(name) != content for name, content in configuration.items())
        if generation != last or is_changed:
            self._folder.commit(run.number, generation, configuration)
        served = self._folder.path / "current" / "nginx"
        return Exported(
            edition=present.edition,
            is_full=run.plan.is_full,
            written=tuple(sorted(run.written)),
            removed=tuple(sorted(set(run.removed) - set(run.written))),
            is_configuration_changed=is_changed,
            configurations=(served / HTTP, served / SERVER),
            application_url=application_url,
            withheld=tuple(sorted(run.withheld)),
        )

    def _begin(self, last: Generation | None, planned: Plan) -> Run:
        return Run(
            asker=self._asker,
            finder=Finder(self._site.settings.base_url),
            folder=self._folder,
            plan=planned,
            last=last,
            number=self._folder.number() + 1,
            now=int(self._site.database.clock().timestamp()),
            is_fresh=self._wanted.full,
        )

    def _plan(self, last: Generation | None, present: State, channels: dict[str, SelectionPath]) -> Plan:
        since = changes.iter_since(self._session, last.state.edition) if last is not None else ()
        return plan(
            last.state if last is not None else None,
            present,
            since,
            channels={key: path.text for key, path in channels.items()},
            is_same_past=last is None or last.state.committed_at == self._committed_at(last.state.edition),
            exported=[path.partition("/")[2] for path in (last.shards if last else ()) if path.startswith("feeds/")],
            full=self._wanted.full,
        )

    def _committed_at(self, edition: int) -> str:
        return written_instant(changes.find_instant(self._session, edition))

    def _channels(self) -> Iterator[tuple[str, SelectionPath]]:
        settings = self._site.settings
        for group in iter_channels(self._session, settings, emptied=True):
            for channel in group.channels:
                yield channel.key, channel.path
        for pair in iter_pairs(self._session, settings, emptied=True):
            yield pair.key, pair.path

    def _moved(self, channels: dict[str, SelectionPath]) -> dict[str, str]:
        """Map every path that a channel had under former slugs, alone or together, to the one of today."""
        former = {kind: inventory.former_slugs(self._session, kind) for kind in set(KIND_OF_CRITERION.values())}
        moved: dict[str, str] = {}
        for path in channels.values():
            choices = [
                [(criterion, each) for each in (slug, *former[KIND_OF_CRITERION[criterion]].get(slug, ()))]
                for criterion, slug in path.criteria
            ]
            # The first is the path itself.
            for other in [tuple(chosen) for chosen in product(*choices)][1:]:
                moved[SelectionPath(other).text] = path.text
        return moved

    def _departed(self, planned: Plan) -> Iterator[str]:
        if planned.is_full and not self._site.settings.files_public_url:
            for digest, media_type in inventory.iter_departed_files(self._session):
                yield f"{digest[:2]}/{digest}.{EXTENSIONS[media_type]}"

    def _place(self, digest: str, path: Path) -> None:
        place_file(self._site.storage, self._folder.disk, digest, path)

    def _fingerprint(self) -> str:
        settings, look = self._site.settings, self._site.look_version
        seen = [LAYOUT, version("bantin"), look, fingerprint(settings), settings.entries, settings.max_age_seconds]
        return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()[:20]

    def _configuration(self) -> dict[str, bytes]:
        server = Server(
            folder=self._folder.path,
            base_url=self._site.settings.base_url,
            asset_versions=self._site.asset_versions,
            samples=read_samples(self._asker, self._site.asset_versions),
            application_url=self._wanted.application_url or "",
        )
        former = {
            redirect.path: target
            for redirect in redirects.iter_redirects(self._session)
            if (target := target_address(self._session, redirect, self._site.addresses))
        }
        return {HTTP: http_configuration(server, former).encode(), SERVER: server_configuration(server).encode()}


def _covered(run: Run, present: State) -> State:
    """Give the state up to which all is exported: where documents were withheld, no later one than before."""
    if not run.withheld:
        return present
    if run.plan.is_full or run.last is None:
        return State(0, present.fingerprint)
    return run.last.state


def place_file(storage: Storage, disk: Disk, digest: str, path: Path) -> None:
    """Put a stored file at a path: as another name of the same file where storage and path allow it, else a copy."""
    if isinstance(storage, DiskStorage):
        disk.publish(storage.path(digest), path)
        return
    with storage.open(digest) as opened:
        disk.copy(opened, path)
