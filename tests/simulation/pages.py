"""The simulated site: pages that change at random moments, and questions that get an answer and go quiet. Pure.

All times are seconds since the start of the simulation.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from random import Random

DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Page:
    """``rate``: expected changes a second, of a question until its answer; ``born``: when it is first fetched;
    ``changed_at``: its changes after that, in order; ``answered_at``: when it has an answer (0: always had).
    """

    kind: str
    rate: float
    born: float
    changed_at: tuple[float, ...]
    answered_at: float = 0.0

    def first_change(self, since: float) -> float | None:
        """The first change after *since*; None where there is none any more."""
        place = bisect_right(self.changed_at, since)
        return self.changed_at[place] if place < len(self.changed_at) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """``share`` of the pages, with mean days between changes from ``shortest`` to ``longest``, log-uniform."""

    name: str
    share: float
    shortest: float
    longest: float


KINDS = (
    Kind("slow", 0.18, 60, 365),
    Kind("moderate", 0.12, 5, 60),
    Kind("fast", 0.05, 0.1, 3),
)
QUESTIONS = 0.25  # the share of questions that are asked during the simulation; all other pages never change
NEVER_ANSWERED = 0.2
ANSWER_DAYS = (2.0, 10.0)  # mean days until the answer, drawn for each question
FOLLOW_UP = 0.3  # the share of answered questions that change once more, some days after
FOLLOW_UP_DAYS = 4.0


def make_pages(count: int, days: float, random: Random, questions: float = QUESTIONS) -> list[Page]:
    """*count* pages that live through *days* days, *questions* of them (a share) asked meanwhile."""
    pages = []
    for kind in KINDS:
        for _ in range(round(count * kind.share)):
            mean = kind.shortest * (kind.longest / kind.shortest) ** random.random() * DAY
            pages.append(Page(kind.name, 1 / mean, 0.0, _poisson(mean, 0.0, days * DAY, random)))
    pages += [_question(days * DAY, random) for _ in range(round(count * questions))]
    pages += [Page("static", 0.0, 0.0, ()) for _ in range(count - len(pages))]
    random.shuffle(pages)
    return pages


def _poisson(mean: float, start: float, end: float, random: Random) -> tuple[float, ...]:
    changes = []
    at = start + random.expovariate(1 / mean)
    while at < end:
        changes.append(at)
        at += random.expovariate(1 / mean)
    return tuple(changes)


def _question(end: float, random: Random) -> Page:
    born = random.uniform(0, end)
    rate = 1 / (random.uniform(*ANSWER_DAYS) * DAY)
    if random.random() < NEVER_ANSWERED:
        return Page("question", rate, born, (), end)
    answered_at = born + random.expovariate(rate)
    changes = [answered_at]
    if random.random() < FOLLOW_UP:
        changes.append(answered_at + random.expovariate(1 / (FOLLOW_UP_DAYS * DAY)))
    return Page("question", rate, born, tuple(at for at in changes if at < end), answered_at)
