"""A service that failed is left alone for longer and longer, and asked again by itself."""

from __future__ import annotations

import threading

import pytest

from feeds.http.breaker import Breaker
from tests.support.processes import wait_until


class Service:
    """A service that fails in the words of `fault`; each look at it is counted, and waits while it hangs."""

    def __init__(self) -> None:
        self.fault = ""
        self.looks = 0
        self.at = 100.0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.breaker = Breaker("the service", self.find_fault, monotonic=lambda: self.at)

    def find_fault(self) -> str:
        self.goes_on.wait(60)
        self.looks += 1
        return self.fault

    def looked(self, times: int) -> None:
        """Ask until the service was looked at so often, in all."""
        before = self.looks
        assert before < times

        def is_done() -> bool:
            _ = self.breaker.met
            return self.looks >= times and not any(each.name == "breaker" for each in threading.enumerate())

        wait_until(is_done, 30, lambda: f"looked at {self.looks} times")
        assert self.looks == times


@pytest.fixture
def service() -> Service:
    return Service()


def test_who_failed_is_asked_again_only_after_a_pause(service: Service) -> None:
    breaker = service.breaker
    assert breaker.is_whole
    breaker.fail("refused")
    assert not breaker.is_whole
    service.at += 0.4
    assert breaker.met == "refused"
    service.at += 0.2
    service.looked(1)
    assert breaker.is_whole
    assert breaker.met == ""


def test_each_pause_is_twice_as_long_up_to_ten_seconds(service: Service) -> None:
    service.fault = "still refused"
    service.breaker.fail("refused")
    for looks, pause in enumerate((0.5, 1, 2, 4, 8, 10, 10), 1):
        service.at += pause - 0.01
        assert not service.breaker.is_whole
        assert service.looks == looks - 1
        service.at += 0.02
        service.looked(looks)
        assert service.breaker.met == "still refused"


def test_nobody_waits_for_the_look(service: Service) -> None:
    service.goes_on.clear()
    service.breaker.fail("refused")
    service.at += 1
    # Would not come back if it looked itself.
    assert not service.breaker.is_whole
    assert sum(each.name == "breaker" for each in threading.enumerate()) == 1
    assert not service.breaker.is_whole
    assert sum(each.name == "breaker" for each in threading.enumerate()) == 1
    service.goes_on.set()
    wait_until(lambda: service.breaker.is_whole, 30, lambda: "it stays broken")


def test_one_that_answers_looks_but_fails_whoever_asks_is_left_alone_for_longer_each_time(service: Service) -> None:
    pauses = []
    for looks in range(1, 5):
        service.breaker.fail("slow")
        began = service.at
        while service.looks < looks:
            service.at += 0.25
            before = service.looks
            _ = service.breaker.met
            wait_until(lambda: not any(each.name == "breaker" for each in threading.enumerate()), 30, lambda: "looks")
            assert service.looks - before <= 1
        pauses.append(service.at - began)
    assert pauses == [0.5, 1, 2, 4]
    service.at += 20
    service.breaker.fail("slow")
    service.at += 0.5
    service.looked(5)


def test_only_the_first_fault_is_told(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        service.breaker.fail("refused")
        service.breaker.fail("refused once more")
        assert service.breaker.met == "refused"
        service.at += 1
        service.looked(1)
    assert [record.getMessage() for record in caplog.records] == [
        "refused; the service is not asked until it answers again",
        "the service answers again",
    ]
