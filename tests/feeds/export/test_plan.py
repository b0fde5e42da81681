"""The decision what to ask for again: a table of cases, and that nothing that a change touches is ever left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feeds.export.plan import Plan, State, plan
from store.types import CHANNEL_SET, Change

CHANNELS = {
    "all": "all",
    "c1": "category/van-hoa",
    "c2": "category/le-hoi",
    "o1": "organisation/so-van-hoa",
    "p1": "publisher/so-van-hoa",
    "c1.p1": "category/van-hoa/publisher/so-van-hoa",
    "c2.p1": "category/le-hoi/publisher/so-van-hoa",
    "a1": "author/thu-trang",
}
PATHS = frozenset(CHANNELS.values())
LAST, NOW = State(7, "x"), State(9, "x")


def change(*keys: str, bulletin: int | None = 5, kind: str = "published", edition: int = 8) -> Change:
    return Change(edition, kind, bulletin, frozenset(keys))


def planned(*changes: Change, last: State | None = LAST, present: State = NOW, **options: object) -> Plan:
    said: dict[str, object] = {"channels": CHANNELS, "exported": PATHS} | options
    return plan(last, present, changes, **said)  # type: ignore[arg-type]  # a test says what it means


def test_without_a_change_nothing_is_asked_for() -> None:
    assert planned() == Plan(False, frozenset(), frozenset(), 7)


def test_a_bulletin_touches_its_channels_alone() -> None:
    found = planned(change("all", "c1", "p1", "c1.p1"))
    assert found.channels == {"all", "category/van-hoa", "publisher/so-van-hoa", CHANNELS["c1.p1"]}
    assert found.after_edition == 7


def test_an_entity_touches_every_pair_that_names_it() -> None:
    found = planned(change("c1", bulletin=None, kind="category renamed"))
    assert found.channels == {"category/van-hoa", CHANNELS["c1.p1"]}


def test_settings_of_a_channel_touch_it_alone() -> None:
    found = planned(change("c1", bulletin=None, kind=CHANNEL_SET))
    assert (found.channels, found.categories) == ({"category/van-hoa"}, frozenset())


def test_a_category_touches_the_pages_below_it_and_a_bulletin_none_but_its_own() -> None:
    moved = change("c12", "c2", "c2.p1", "p1", bulletin=None, kind="category moved")
    assert planned(moved, change("c1")).categories == {12, 2}


def test_changes_add_up() -> None:
    found = planned(change("all", "c2"), change("a1"), change("o1", bulletin=None))
    assert found.channels == {"all", "category/le-hoi", "author/thu-trang", "organisation/so-van-hoa"}


def test_a_channel_that_is_new_or_called_otherwise_is_asked_for_and_the_former_one_goes() -> None:
    found = planned(exported=PATHS - {"author/thu-trang"} | {"category/cu"})
    assert (found.channels, found.gone) == ({"author/thu-trang"}, {"category/cu"})


def test_everything_is_asked_for() -> None:
    whole = Plan(True, PATHS, frozenset(), 0)
    assert planned(last=None) == whole
    assert planned(full=True) == whole
    assert planned(present=State(9, "another look")) == whole
    # Another past, which a backup was restored over, whatever its edition.
    assert planned(is_same_past=False) == whole
    assert planned(present=State(6, "x")) == whole


keys = st.frozensets(st.sampled_from([*CHANNELS, "c9", "c9.p1"]), max_size=4)
logs = st.lists(st.builds(Change, st.integers(8, 99), st.just("any"), st.none() | st.integers(1, 9), keys), max_size=6)


@given(logs, st.frozensets(st.sampled_from(sorted(PATHS))))
def test_nothing_that_a_change_touches_is_left_out(log: list[Change], exported: frozenset[str]) -> None:
    found = planned(*log, exported=exported)
    for change in log:
        for key in change.selection_keys & CHANNELS.keys():
            assert CHANNELS[key] in found.channels
            if change.bulletin is None and key != "all" and "." not in key:
                assert {path for each, path in CHANNELS.items() if key in each.split(".")} <= found.channels
    assert PATHS - exported <= found.channels <= PATHS
    assert planned(*log, *log, exported=exported) == found


@given(logs, logs)
def test_more_changes_never_ask_for_less(some: list[Change], more: list[Change]) -> None:
    assert planned(*some).channels <= planned(*some, *more).channels
