"""When a page is worth another look, from what its checks have shown. Pure.

Pages are taken to change at random moments at a rate of their own (a Poisson process), as Cho and Garcia-Molina found
of the web. Rates are changes a second, all else is seconds. Values that make no sense (a negative count, a clock that
ran backwards) are taken as the nearest that does: no finite input raises.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_PRIOR_CHANGES: Final = 0.4
"""How many changes what is expected of all pages counts for, beside those seen. Below one, because pages differ by
orders of magnitude: few checks of a page soon say more about it than all others do. Measured: ``make simulate``."""
_PIVOT: Final = 2 * 24 * 3600.0
"""A page that changes once in this time is looked at once in this time. Measured: ``make simulate``."""
UNANSWERED_FACTOR: Final = 4.0
"""How much sooner than its history says an unanswered question is expected to change."""
_GAIN_SCALE: Final = 7 * 24 * 3600.0
"""Seconds of freshness whose gain is 0.5; any scale gives the same order."""
_COUNT_MAX: Final = 2**53
_RATE_MAX: Final = 1e3
_ELAPSED_MAX: Final = 1e12
_SHAPE_MIN: Final = 0.01
_SHAPE_MAX: Final = 1e6
_QUIET_MIN: Final = 1e-9
"""Bounds within which the formulas keep their digits, far beyond what pages do."""


@dataclass(frozen=True, slots=True)
class History:
    """What the checks of a page have shown so far.

    ``checks``: looks after the first fetch; ``changes``: how many of them saw a change; ``observed``: seconds from the
    first fetch to the last check.
    """

    checks: int
    changes: int
    observed: float


def change_rate(history: History, prior_age: float) -> float:
    """Changes a second that are expected of a page, where one in *prior_age* seconds is expected of all such pages.

    A check shows whether a page changed, not how often. The changes behind the checks are estimated with the
    bias-reduced estimator of Cho and Garcia-Molina, "Estimating frequency of change" (ACM TOIT 3, 2003), section 4.2,
    whose ``-log((n - x + 0.5) / (n + 0.5))`` changes an interval stay finite where every check saw one. They join a
    gamma prior of ``_PRIOR_CHANGES`` changes, so a page that never changed is believed to change less and less.
    """
    observed = _PRIOR_CHANGES * max(prior_age, 1.0) + max(history.observed, 0.0)
    return evidence(history) / observed


def _estimated_changes(history: History) -> float:
    checks = min(max(history.checks, 0), _COUNT_MAX)
    changes = min(max(history.changes, 0), checks)
    return -checks * math.log((checks - changes + 0.5) / (checks + 0.5))


def revisit_age(rate: float, *, minimum: float, maximum: float, unanswered: bool) -> float:
    """Seconds until the next look, within [*minimum*, *maximum*]: the more changes a second, the sooner.

    The geometric mean of ``_PIVOT`` and the time between changes. Looks that are all worth the same by
    ``expected_gain`` lie ``sqrt(2 * worth / rate)`` apart as long as changes are rarer than looks.
    """
    expected = rate * UNANSWERED_FACTOR if unanswered else rate
    age = math.sqrt(_PIVOT / expected) if expected > 0 else math.inf
    return min(max(age, minimum), maximum)


def evidence(history: History) -> float:
    """How many changes the rate of a page is known from, the prior's included: the shape of its gamma posterior."""
    return _PRIOR_CHANGES + _estimated_changes(history)


def expected_gain(rate: float, elapsed: float, known_from: float = math.inf, *, unanswered: bool = False) -> float:
    """What a look at a page after *elapsed* seconds is worth, 0 to 1: for the order of looks that are limited.

    The freshest copies for a number of looks come from looking where ``(1 - (1 + x) exp(-x)) / rate`` seconds, with
    ``x = rate * elapsed``, are most: the marginal freshness of a look (Cho and Garcia-Molina, "Effective page refresh
    policies for web crawlers", ACM TODS 28, 2003; as a policy without a schedule, Azar et al., "Tractable near-optimal
    policies for crawling", PNAS 115, 2018). It never exceeds ``1 / rate``: a copy that is out of date again at once
    is worth little.

    A *rate* that is known from few changes (see ``evidence``) may be far off, so the mean over the gamma distribution
    of that shape is taken. Then the worth of a page that may be a slow one keeps growing, whatever is expected of it.

    An *unanswered* question mostly goes quiet with its answer, so that the copy which shows it stays current. Looks
    *t* apart until one finds the answer, which comes with the chance ``p(t)``, cost ``(price + t) / p(t)`` in looks
    and in time out of date. That is least at the price ``(exp(x) - 1 - x) / rate``: the formula above, divided by the
    chance that nothing changed.

    Scaled to [0, 1] without a cut, which would lose the order.
    """
    if rate <= 0 or elapsed <= 0:
        return 0.0
    rate, elapsed, shape = min(rate, _RATE_MAX), min(elapsed, _ELAPSED_MAX), max(known_from, _SHAPE_MIN)
    if unanswered:
        rate *= UNANSWERED_FACTOR
    x = rate * elapsed
    if x < 1e-6:
        seconds, quiet = elapsed * x / 2, 1.0  # the formulas below would lose their digits
    elif shape > _SHAPE_MAX:
        quiet = math.exp(-x)
        seconds = (1 - (1 + x) * quiet) / rate
    else:
        seconds, quiet = _uncertain_gain(rate, elapsed, shape)
    if unanswered:
        seconds /= max(quiet, _QUIET_MIN)
    return seconds / (seconds + _GAIN_SCALE)


def _uncertain_gain(rate: float, elapsed: float, shape: float) -> tuple[float, float]:
    """The mean of the formula of ``expected_gain`` over a gamma distribution of the rate; the chance of no change.

    Nothing changes for t seconds with the chance S(t) = (1 + t / scale) ** -shape. The mean is the integral of S from
    0 to *elapsed*, less ``elapsed * S(elapsed)``.
    """
    scale = shape / rate
    grown = math.log1p(elapsed / scale)
    quiet = math.exp(-shape * grown)
    rest = 1 - shape
    area = scale * (math.expm1(rest * grown) / rest if abs(rest) > 1e-9 else grown)
    return max(area - elapsed * quiet, 0.0), quiet
