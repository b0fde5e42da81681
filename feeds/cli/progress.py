"""Shows how far long work is, on a terminal and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich import progress as rich_progress
from rich.console import Console

Progress = Callable[[str, int, int], None]


@contextmanager
def progress_shown(*, hidden: bool = False) -> Iterator[Progress]:
    """Give what is told of the work: what is being done, how much of it, and out of how much."""
    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield lambda *_: None
        return
    columns = (rich_progress.TextColumn("{task.description}"), rich_progress.BarColumn())
    with rich_progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        yield tell
