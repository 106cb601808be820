"""One rule at one budget on one site, and what came of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.simulation.pages import DAY, QUESTIONS, Page, make_pages
from tests.simulation.policies import POLICIES

RUNS_A_DAY = 4


@dataclass(frozen=True, slots=True)
class Result:
    """``budget``: requests a day that were allowed, as a share of the pages; ``requests``: those made, in all.

    ``freshness``: mean share of the stored copies that are current; ``gain``: that over never looking again;
    ``gain_per_request``: page-days of freshness that a request gained; ``noticed_per_request``: requests that saw a
    change; ``delay``: mean days from a change until a look, the end of the simulation counting as one.
    """

    policy: str
    budget: float
    requests: int
    freshness: float
    gain: float
    gain_per_request: float
    noticed_per_request: float
    delay: float


def simulate(pages: Sequence[Page], days: float, name: str, budget: float) -> Result:
    """What the rule *name* reaches with ``budget * len(pages)`` requests a day, in runs spread over the day."""
    policy = POLICIES[name](pages)
    end = days * DAY
    births = sorted((page.born, number) for number, page in enumerate(pages))
    looked = [page.born for page in pages]
    fresh = delays = 0.0
    requests = noticed = unborn = 0
    allowance = 0.0
    for tick in range(round(days * RUNS_A_DAY)):
        now = tick * DAY / RUNS_A_DAY
        while unborn < len(births) and births[unborn][0] <= now:
            born, number = births[unborn]
            policy.note(number, born, is_first=True, is_changed=False, is_answered=pages[number].answered_at <= born)
            unborn += 1
        allowance += budget * len(pages) / RUNS_A_DAY
        limit = int(allowance)
        allowance -= limit  # what a run leaves is not saved up, its fraction of a request is
        for number in policy.pick(now, limit):
            page, since = pages[number], looked[number]
            change = page.first_change(since)
            is_changed = change is not None and change <= now
            fresh += (change if change is not None and is_changed else now) - since
            delays += _delays(page, since, now)
            looked[number] = now
            requests += 1
            noticed += is_changed
            policy.note(number, now, is_first=False, is_changed=is_changed, is_answered=page.answered_at <= now)
    for page, since in zip(pages, looked, strict=True):
        change = page.first_change(since)
        fresh += (end if change is None else change) - since
        delays += _delays(page, since, end)
    lived = sum(end - page.born for page in pages)
    idle = sum((page.changed_at[0] if page.changed_at else end) - page.born for page in pages)
    changes = sum(len(page.changed_at) for page in pages)
    return Result(
        name,
        budget,
        requests,
        fresh / lived,
        (fresh - idle) / lived,
        (fresh - idle) / DAY / max(requests, 1),
        noticed / max(requests, 1),
        delays / DAY / max(changes, 1),
    )


def _delays(page: Page, since: float, now: float) -> float:
    """The seconds that the changes between two looks waited for the second, together."""
    changes = page.changed_at
    return sum(now - at for at in changes[bisect_right(changes, since) : bisect_right(changes, now)])


def compare(
    count: int,
    days: float,
    budgets: Sequence[float],
    seed: int,
    names: Sequence[str] = tuple(POLICIES),
    questions: float = QUESTIONS,
) -> list[Result]:
    """Every rule of *names* at every budget on the same *count* pages, *questions* of them (a share) new questions."""
    pages = make_pages(count, days, Random(seed), questions)
    return [simulate(pages, days, name, budget) for budget in budgets for name in names]
