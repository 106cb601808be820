"""The rules that are compared. Each knows of a page only what its own looks at it have shown."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from qa_scraper.refresh import RevisitPolicy
from qa_scraper.revisit import UNANSWERED_FACTOR, History, change_rate, evidence, expected_gain, revisit_age

from tests.simulation.pages import Page

BOUNDS = RevisitPolicy()
"""All rules keep to the shortest and the longest age that the scraper has by default, and start from its prior."""


class Policy(Protocol):
    """Pages are numbers; times are seconds."""

    def note(self, page: int, now: float, *, is_first: bool, is_changed: bool, is_answered: bool) -> None:
        """Takes in what a look at *page* showed."""

    def pick(self, now: float, limit: int) -> list[int]:
        """At most *limit* pages to look at now."""


class Uniform:
    """Round robin: whichever page was looked at longest ago."""

    def __init__(self) -> None:
        self._queue: deque[int] = deque()

    def note(self, page: int, now: float, *, is_first: bool, is_changed: bool, is_answered: bool) -> None:
        self._queue.append(page)

    def pick(self, now: float, limit: int) -> list[int]:
        return [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]


class Nutch:
    """AdaptiveFetchSchedule of Apache Nutch with its default rates, without sync delta; oldest due first."""

    increase = 0.4
    decrease = 0.2

    def __init__(self) -> None:
        self._interval: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []

    def note(self, page: int, now: float, *, is_first: bool, is_changed: bool, is_answered: bool) -> None:
        interval = BOUNDS.question_age
        if not is_first:
            interval = self._interval[page] * (1 - self.decrease if is_changed else 1 + self.increase)
        self._interval[page] = min(max(interval, BOUNDS.minimum_age), BOUNDS.maximum_age)
        heapq.heappush(self._due, (now + self._interval[page], page))

    def pick(self, now: float, limit: int) -> list[int]:
        picked = []
        while self._due and self._due[0][0] <= now and len(picked) < limit:
            picked.append(heapq.heappop(self._due)[1])
        return picked


class Ours:
    """The functions of ``qa_scraper.revisit``, called as the scraper calls them."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, int, float, float]] = {}
        self._rate: dict[int, tuple[float, float, bool]] = {}
        self._later: list[tuple[float, int]] = []
        self._due: set[int] = set()

    def note(self, page: int, now: float, *, is_first: bool, is_changed: bool, is_answered: bool) -> None:
        checks, changes, first, _ = self._seen.get(page, (-1, 0, now, now))
        checks, changes = checks + 1, changes + (is_changed and not is_first)
        self._seen[page] = (checks, changes, first, now)
        history = History(checks, changes, now - first)
        rate = change_rate(history, BOUNDS.question_age)
        age = revisit_age(rate, minimum=BOUNDS.minimum_age, maximum=BOUNDS.maximum_age, unanswered=not is_answered)
        self._rate[page] = (rate, evidence(history), is_answered)
        heapq.heappush(self._later, (now + age, page))

    def pick(self, now: float, limit: int) -> list[int]:
        while self._later and self._later[0][0] <= now:
            self._due.add(heapq.heappop(self._later)[1])
        picked = list(self._due)
        if len(picked) > limit:
            picked = heapq.nlargest(limit, picked, key=lambda page: (self._gain(page, now), page))
        self._due.difference_update(picked)
        return picked

    def _gain(self, page: int, now: float) -> float:
        rate, known_from, is_answered = self._rate[page]
        return expected_gain(rate, now - self._seen[page][3], known_from, unanswered=not is_answered)


class Informed:
    """What ``Ours`` would do if it knew each page's true rate, and that answered questions go quiet. It
    shows what is in reach. It learns nothing, uses up every budget, and never finds what follows an answer.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        self._looked: dict[int, float] = {}
        self._answered: set[int] = set()

    def note(self, page: int, now: float, *, is_first: bool, is_changed: bool, is_answered: bool) -> None:
        self._looked[page] = now
        if is_answered:
            self._answered.add(page)

    def pick(self, now: float, limit: int) -> list[int]:
        return heapq.nlargest(limit, self._looked, key=lambda page: (self._gain(page, now), page))

    def _gain(self, number: int, now: float) -> float:
        page, elapsed = self._pages[number], now - self._looked[number]
        if page.kind != "question":
            return expected_gain(page.rate, elapsed)
        if number in self._answered:
            return 0.0
        return expected_gain(page.rate / UNANSWERED_FACTOR, elapsed, unanswered=True)


POLICIES: dict[str, Callable[[Sequence[Page]], Policy]] = {
    "ours": lambda _: Ours(),
    "uniform": lambda _: Uniform(),
    "nutch": lambda _: Nutch(),
    "informed": Informed,
}
