"""When a page is worth another look, from what its checks have shown. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class History:
    """What the checks of a page have shown so far."""

    checks: int
    changes: int
    observed: float


def change_rate(history: History, prior_age: float) -> float:
    """Changes a second."""
    n, x = history.checks, history.changes
    if n == 0 or history.observed <= 0:
        return 1 / prior_age
    interval = history.observed / n
    return max(-math.log((n - x + 0.5) / (n + 0.5)) / interval, 0.25 / (prior_age + history.observed))


def revisit_age(rate: float, *, minimum: float, maximum: float, unanswered: bool) -> float:
    """Seconds until the next look."""
    age = 1 / rate
    return min(max(age / 4 if unanswered else age, minimum), maximum)


def expected_gain(rate: float, elapsed: float) -> float:
    """What fetching the page now is worth, 0 to 1."""
    x = rate * elapsed
    return 1 - (1 + x) * math.exp(-x)
