"""Knows from the journal alone what every channel had to show at any instant, and judges what was shown by that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.soak.polling_acts import AD_HOC, CHANNELS, Act, channel_of
from tests.soak.polling_documents import Shown

STALE_SECONDS = 2.0
"""A document that is answered later than this after a commit must show it."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a channel shows between an act and the next one that touches it."""

    began: float
    done: float
    window: Shown
    older: Mapping[str, str]

    def is_shown_by(self, shown: Shown, *, is_kept: bool) -> bool:
        """Compare; below its newest bulletins a kept channel may tell older ones again, in their order, as they are.

        What is gone from others need not be told.
        """
        newest, told = shown.entries[: len(self.window.entries)], shown.entries[len(self.window.entries) :]
        if newest != self.window.entries or (is_kept and shown.gone != self.window.gone):
            return False
        again = tuple(each for each in self.older.items() if each in set(told))
        return told == again if is_kept else not told


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of `time.monotonic` in which nothing newer can be asked for than what was there when it began.

    So it is while a database is away, and for as long afterwards as readers grant it for coming back.
    """

    began: float
    ended: float


class Oracle:
    """Judges documents whose channels show `most` entries.

    With `is_idle` nobody polled them between the outages: what is answered in one may be as old as it is.
    """

    def __init__(self, acts: Sequence[Act], most: int, outages: Sequence[Span] = (), *, is_idle: bool = False) -> None:
        self._is_idle = is_idle
        self._states = {channel: _states_of(channel, acts, most) for channel in CHANNELS}
        self._outages = _merged(outages)
        self.stalest_seconds = 0.0

    def find_fault(self, address: str, shown: Shown, sent_at: float, received_at: float, grace: float) -> str:
        """Say what is wrong with what an address showed to who asked between two instants; nothing where it is right.

        It must be one of the states that the channel had from STALE_SECONDS and `grace` seconds before the question
        up to the answer.
        """
        channel = channel_of(address)
        states = self._states[channel]
        # What was in the making when an outage began may never have been seen.
        begun = [each.began for each in self._outages if each.began <= received_at and sent_at <= each.ended]
        since = min([sent_at, *begun]) if not (begun and self._is_idle) else float("-inf")
        owed = _last(states, [state.done for state in states], since - STALE_SECONDS - grace)
        possible = _last(states, [state.began for state in states], received_at)
        is_kept = channel not in AD_HOC
        matching = [place for place, state in enumerate(states) if state.is_shown_by(shown, is_kept=is_kept)]
        if not matching:
            near = states[possible].window
            return f"shows what the channel never was: {_difference(near, shown)}"
        newest = max((place for place in matching if place <= possible), default=None)
        if newest is None:
            return "shows what was not yet written"
        late = sent_at - states[newest + 1].done if newest < len(states) - 1 else 0.0
        if newest < owed:
            after = [f", asked {sent_at - each.began:.1f} s after an outage began" for each in self._outages]
            return f"shows what was over for {late:.2f} s (granted were {STALE_SECONDS + grace:.2f} s{''.join(after)})"
        if since == sent_at:
            self.stalest_seconds = max(self.stalest_seconds, late)
        return ""


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Make one of those that overlap: who had not come back yet when the next began owes nothing of between."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: each.began):
        if merged and span.began <= merged[-1].ended:
            merged[-1] = Span(merged[-1].began, max(merged[-1].ended, span.ended))
        else:
            merged.append(span)
    return merged


def _last(states: Sequence[_State], instants: Sequence[float], until: float) -> int:
    return max((place for place in range(len(states)) if instants[place] <= until), default=0)


def _states_of(channel: str, acts: Sequence[Act], most: int) -> list[_State]:
    holds = CHANNELS[channel]
    there: dict[int, Act] = {}
    gone: set[str] = set()
    states = [_State(float("-inf"), float("-inf"), Shown((), frozenset()), {})]
    for act in acts:
        if not holds(act.filing):
            continue
        there.pop(act.number, None)
        gone.discard(act.id)
        if act.is_shown:
            there[act.number] = act
        else:
            gone.add(act.id)
        ordered = sorted(there.values(), key=lambda act: act.order, reverse=True)
        window = Shown(tuple((act.id, act.title) for act in ordered[:most]), frozenset(gone))
        states.append(_State(act.began, act.done, window, {act.id: act.title for act in ordered[most:]}))
    return states


def _difference(wanted: Shown, shown: Shown) -> str:
    missing = [title for id, title in wanted.entries if (id, title) not in shown.entries]
    extra = [title for id, title in shown.entries if (id, title) not in wanted.entries]
    order = "" if missing or extra else f"; in its order {[title for _, title in shown.entries]}"
    gone = f"; gone {len(shown.gone)} of {len(wanted.gone)}"
    return f"beside the newest state {missing or 'nothing'} missing, {extra or 'nothing'} too much{order}{gone}"
