"""The lock pins what it installs by content and leaves the choice of a registry to npm's settings."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).with_name("package-lock.json")


def test_every_package_is_pinned_by_content_and_none_by_host() -> None:
    packages = {name: entry for name, entry in json.loads(LOCK.read_text())["packages"].items() if name}
    assert len(packages) > 3
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
