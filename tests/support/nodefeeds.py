"""The feed parsers of the Node world, for tests: installed once from the lock file, run in a child process."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "node"
STAMP = FOLDER / "node_modules" / ".installed-from"

PARSERS = ("feedsmith", "rss-parser", "feed-parser")
"""Names for `read`. rss-parser and feed-parser read no JSON Feed."""

INSTALL_SECONDS = 240
READ_SECONDS = 180


@cache
def available() -> str | None:
    """Return why the parsers cannot be used here, or None once they are installed.

    The first call installs them, in one process at a time.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    with _one_process_at_a_time():
        return None if _is_installed() else _install()


def read(document: bytes, parser: str) -> dict[str, Any]:
    """Return the fields that `parser` finds in one document; their shape stands in read-feed.mjs."""
    answer: dict[str, Any] = json.loads(_run([parser], document))
    return answer


def read_raw(document: bytes, parser: str) -> str:
    """Return all that `parser` itself answers to one document, as JSON."""
    return _run([parser, "--raw"], document).decode()


def read_all(documents: Sequence[bytes], parser: str) -> list[dict[str, Any]]:
    """Return what `read` returns for each document, at the cost of one process."""
    batch = json.dumps([document.decode() for document in documents]).encode()
    answers: list[dict[str, Any]] = json.loads(_run([parser, "--batch"], batch))
    return answers


def _run(arguments: list[str], stdin: bytes) -> bytes:
    done = subprocess.run(
        ["node", "read-feed.mjs", *arguments],
        cwd=FOLDER,
        input=stdin,
        capture_output=True,
        timeout=READ_SECONDS,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{arguments[0]} cannot read the document: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _is_installed() -> bool:
    return STAMP.is_file() and STAMP.read_text() == _lock_digest()


def _install() -> str | None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"npm ci did not finish within {INSTALL_SECONDS} s"
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return "npm ci failed: " + (lines[0] if lines else f"exit code {done.returncode}")
    STAMP.write_text(_lock_digest())
    return None


def _lock_digest() -> str:
    return hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    # npm ci empties node_modules, so the lock stands outside of it, one for each checkout.
    name = "bantin-node-" + hashlib.sha256(os.fsencode(FOLDER)).hexdigest()[:16] + ".lock"
    with (Path(tempfile.gettempdir()) / name).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
