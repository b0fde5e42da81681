"""What is written while others poll: which bulletins there are, where they are filed, and the journal of each act.

A journal holds one line of JSON for each committed act, in the order of the commits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

CATEGORIES: tuple[tuple[str, str | None], ...] = (("Văn hóa", None), ("Lễ hội", "Văn hóa"), ("Y tế", None))
BODIES = ("Hội Nông dân tỉnh", "Sở Văn hóa tỉnh")
AUTHORS = ("Thu Trang", "Nông Văn Kim")
RARE_WORD = "lúa"
"""It stands in the title of every third bulletin, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a bulletin stands, by names."""

    category: str
    publisher: str
    author: str
    is_rare: bool

    @property
    def categories(self) -> frozenset[str]:
        """The category and those above it."""
        above = dict(CATEGORIES)[self.category]
        return frozenset({self.category} | ({above} if above else set()))


CHANNELS: Mapping[str, Callable[[Filing], bool]] = {
    "all": lambda _: True,
    "category/van-hoa": lambda filing: "Văn hóa" in filing.categories,
    "category/le-hoi": lambda filing: filing.category == "Lễ hội",
    "category/y-te": lambda filing: filing.category == "Y tế",
    "organisation/hoi-nong-dan-tinh": lambda filing: filing.publisher == BODIES[0],
    "publisher/so-van-hoa-tinh": lambda filing: filing.publisher == BODIES[1],
    "author/thu-trang": lambda filing: filing.author == AUTHORS[0],
    "category/van-hoa/organisation/hoi-nong-dan-tinh": lambda filing: (
        "Văn hóa" in filing.categories and filing.publisher == BODIES[0]
    ),
    "category/le-hoi_y-te": lambda filing: filing.category in {"Lễ hội", "Y tế"},
    "category/y-te?q=lua": lambda filing: filing.category == "Y tế" and filing.is_rare,
}
"""The channels that are polled, as they stand in addresses, and which bulletins belong there."""
AD_HOC = frozenset({"category/le-hoi_y-te", "category/y-te?q=lua"})
FORMATS = ("rss", "atom", "json")


def addresses(channels: Iterable[str] = CHANNELS) -> tuple[str, ...]:
    """Give the paths of all documents of channels."""
    parted = [channel.partition("?") for channel in channels]
    return tuple(f"/feeds/{path}.{extension}{mark}{query}" for path, mark, query in parted for extension in FORMATS)


def channel_of(address: str) -> str:
    """Give the channel of a path that `addresses` gave."""
    path, mark, query = address.removeprefix("/feeds/").partition("?")
    return path.rpartition(".")[0] + mark + query


@dataclass(frozen=True, slots=True)
class Act:
    """One committed transaction and what a reader must find of its bulletin afterwards.

    `began` and `done` are instants of `time.monotonic`, which all processes of a machine share: readers may see it from
    the first on, and must see it from the second on. `order` is that of channels, the newest last.
    """

    began: float
    done: float
    do: str
    id: str
    number: int
    title: str
    is_shown: bool
    order: tuple[str, int]
    filing: Filing


def write_act(path: Path, act: Act) -> None:
    """Add a line; only this process writes to the file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(act), ensure_ascii=False) + "\n")


def read_acts(path: Path) -> list[Act]:
    """Read all whole lines."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    told = [json.loads(line) for line in lines if line.endswith("\n")]
    return [
        Act(**{**each, "order": (each["order"][0], each["order"][1]), "filing": Filing(**each["filing"])})
        for each in told
    ]
