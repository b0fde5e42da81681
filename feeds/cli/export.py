"""`bantin export`: the whole site as files, for a web server that needs neither Bantin nor a database."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from feeds.cli.exits import say
from feeds.cli.progress import progress_shown
from feeds.cli.workspace import open_workspace, print_json
from feeds.export.exporting import Exported, Wanted, export
from store.errors import InputError

LISTED = 20


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--full", is_flag=True, help="Write everything anew, also what has not changed.")
@click.option(
    "--application",
    metavar="URL",
    help="Where this site is served by Bantin: the web server asks there for what can be no file, such as searches. "
    "Remembered for later exports.",
)
@click.option("--no-application", is_flag=True, help="Forget that address: there is no search then.")
@click.option("--dry-run", is_flag=True, help="Say what would be written and removed; write nothing.")
@click.option("--verbose", is_flag=True, help="List everything that is written and removed.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def export_command(
    folder: Path,
    full: bool,
    application: str | None,
    no_application: bool,
    dry_run: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Write every feed, page and file of the site to DIR, with a configuration for nginx that serves them.

    DIR is new, empty, or an earlier export of this store: then only what has changed since is written. Whoever reads
    sees the old state or the new one, and never half of it. Run it again, from a timer, after every publication.
    """
    if application is not None and no_application:
        raise click.UsageError("either --application or --no-application")
    if application is not None:
        _require_server(application)
    workspace = open_workspace()
    if not os.environ.get("BANTIN_BASE_URL"):
        say(f"warning: BANTIN_BASE_URL is not set; links lead to {workspace.settings.base_url}")
    wanted = Wanted(full=full, dry_run=dry_run, application_url="" if no_application else application)
    with progress_shown(hidden=as_json) as progress:
        done = export(workspace.settings, workspace.database, folder, wanted, progress=progress)
    if as_json:
        print_json(_as_json_value(done, folder, dry_run=dry_run))
    else:
        _print(done, folder, dry_run=dry_run, is_listed=verbose or dry_run)
    if done.withheld:
        _say_what_is_withheld(done)
    if done.is_configuration_changed:
        _say_how_to_serve(done, dry_run=dry_run)


def _require_server(text: str) -> None:
    if not _is_server(text):
        raise InputError(
            field="--application",
            value=text,
            reason="is no address of a server",
            accepted="http://HOST[:PORT], such as http://127.0.0.1:8000",
            vietnamese=f"“{text}” không phải địa chỉ máy chủ; ví dụ đúng: http://127.0.0.1:8000",
        )


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(text)
        is_server = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        is_server and not parts.path and text.isascii() and text.isprintable() and not set(text) & set("\"'\\$;{} @?#")
    )


def _print(done: Exported, folder: Path, *, dry_run: bool, is_listed: bool) -> None:
    for sign, addresses in (("+", done.written), ("-", done.removed)):
        for address in addresses if is_listed else ():
            click.echo(f"{sign} {address}")
    would = "would be " if dry_run else ""
    what = f"{len(done.written):,} {would}written, {len(done.removed):,} {would}removed"
    search = f"searches at {done.application_url}" if done.application_url else "no application, so no search"
    click.echo(
        f"{folder}: edition {done.edition}, {what if done.written or done.removed else 'nothing to do'}; {search}"
    )


def _say_what_is_withheld(done: Exported) -> None:
    say(
        f"warning: {len(done.withheld):,} cannot be rendered whole, because of damaged bulletins, which the log names; "
        "what was exported of them before stays"
    )
    for address in done.withheld[:LISTED]:
        say(f"  {address}")
    if len(done.withheld) > LISTED:
        say(f"  and {len(done.withheld) - LISTED:,} more")


def _say_how_to_serve(done: Exported, *, dry_run: bool) -> None:
    http, server = done.configurations
    if dry_run:
        say("the configuration for nginx would change")
        return
    say("the configuration for nginx has changed")
    say(f"  new site: http {{ include {http}; }} and server {{ include {server}; }}")
    say("  already included: nginx -t && nginx -s reload")


def _as_json_value(done: Exported, folder: Path, *, dry_run: bool) -> dict[str, object]:
    http, server = done.configurations
    return {
        "path": str(folder),
        "edition": done.edition,
        "full": done.is_full,
        "dry_run": dry_run,
        "written": list(done.written),
        "removed": list(done.removed),
        "withheld": list(done.withheld),
        "application": done.application_url or None,
        "nginx": {"http": str(http), "server": str(server), "changed": done.is_configuration_changed},
    }
