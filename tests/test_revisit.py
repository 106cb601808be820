"""When a page is looked at again: bounds, order, and how near the estimated rate comes to the true one."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qa_scraper.revisit import History, change_rate, evidence, expected_gain, revisit_age

DAY = 24 * 3600.0
WEEK = 7 * DAY
finite = st.floats(allow_nan=False, allow_infinity=False)
ages = st.floats(0.01 * DAY, 1000 * DAY)
counts = st.integers(0, 1000)
rates = ages.map(lambda age: 1 / age)


def age_of(history: History, *, unanswered: bool = False) -> float:
    return revisit_age(change_rate(history, WEEK), minimum=DAY / 4, maximum=60 * DAY, unanswered=unanswered)


def test_without_a_check_the_prior_is_expected() -> None:
    assert change_rate(History(0, 0, 0.0), WEEK) == pytest.approx(1 / WEEK)


@given(st.integers(), st.integers(), finite, finite, finite, finite, finite, st.booleans())
def test_no_finite_input_raises(
    checks: int, changes: int, observed: float, prior: float, elapsed: float, low: float, high: float, unanswered: bool
) -> None:
    history = History(checks, changes, observed)
    rate = change_rate(history, prior)
    assert 0 <= rate < math.inf
    for number in (rate, low):
        assert DAY <= revisit_age(number, minimum=DAY, maximum=WEEK, unanswered=unanswered) <= WEEK
        assert 0 <= expected_gain(number, elapsed) <= 1
        assert 0 <= expected_gain(number, elapsed, evidence(history)) <= 1
        assert 0 <= expected_gain(number, elapsed, high, unanswered=unanswered) <= 1


@given(counts, counts, ages, ages, ages, st.booleans())
def test_an_age_keeps_to_its_bounds(
    checks: int, changes: int, observed: float, one: float, other: float, unanswered: bool
) -> None:
    low, high = sorted((one, other))
    rate = change_rate(History(checks, changes, observed), WEEK)
    assert low <= revisit_age(rate, minimum=low, maximum=high, unanswered=unanswered) <= high


@given(st.integers(1, 300), ages, st.floats(1.0, 100.0))
def test_a_page_that_never_changed_is_looked_at_less_and_less(checks: int, observed: float, more: float) -> None:
    before, after = History(checks, 0, observed), History(checks + 1, 0, observed * more + 1)
    assert change_rate(after, WEEK) < change_rate(before, WEEK)
    assert age_of(after) >= age_of(before)


@given(st.integers(1, 300), st.data(), ages)
def test_more_changes_bring_the_next_look_forward(checks: int, data: st.DataObject, observed: float) -> None:
    changes = data.draw(st.integers(0, checks - 1))
    fewer, more = History(checks, changes, observed), History(checks, changes + 1, observed)
    assert change_rate(more, WEEK) > change_rate(fewer, WEEK)
    assert age_of(more) <= age_of(fewer)


@given(counts, counts, ages)
def test_an_unanswered_question_is_looked_at_no_later(checks: int, changes: int, observed: float) -> None:
    history = History(checks, changes, observed)
    assert age_of(history, unanswered=True) <= age_of(history)


@given(rates, ages, st.floats(1.0, 10.0), st.floats(0.1, 50.0))
def test_waiting_makes_a_look_worth_more(rate: float, elapsed: float, longer: float, known_from: float) -> None:
    for known in (known_from, math.inf):
        now, later = expected_gain(rate, elapsed, known), expected_gain(rate, elapsed * longer, known)
        assert 0 <= now <= later * (1 + 1e-9) <= 1 + 1e-9


@given(rates, ages)
def test_a_rate_known_from_many_changes_is_taken_as_it_is(rate: float, elapsed: float) -> None:
    assert expected_gain(rate, elapsed, 9e5) == pytest.approx(expected_gain(rate, elapsed), rel=1e-3)


def test_a_page_that_changes_at_once_again_is_worth_less_than_a_slow_one() -> None:
    gains = [expected_gain(1 / age, 3 * DAY) for age in (DAY / 24, DAY, 2 * DAY, 30 * DAY, 1000 * DAY)]
    assert max(gains) == gains[2]
    assert min(gains) == gains[4]


def test_the_worth_of_a_page_of_doubtful_rate_keeps_growing() -> None:
    certain, doubtful = expected_gain(1 / DAY, 60 * DAY), expected_gain(1 / DAY, 60 * DAY, 0.25)
    assert doubtful > 2 * certain


@pytest.mark.parametrize("per_look", [0.05, 0.3, 1.0])
def test_the_estimate_is_nearly_unbiased(per_look: float) -> None:
    """Of simulated Poisson processes looked at every day, 100 times; the plain share of changed looks is 37% off."""
    random = Random(1)
    rate = per_look / DAY
    estimates = []
    for _ in range(1000):
        changes = sum(random.random() < -math.expm1(-per_look) for _ in range(100))
        estimates.append(change_rate(History(100, changes, 100 * DAY), WEEK))
    assert sum(estimates) / len(estimates) == pytest.approx(rate, rel=0.05)


def test_the_prior_fades() -> None:
    apart = []
    for n in (0, 10, 100, 1000):
        hasty, calm = (change_rate(History(n, n // 3, n * DAY), prior) for prior in (DAY, 30 * DAY))
        apart.append(hasty / calm - 1)
    assert apart == sorted(apart, reverse=True)
    assert apart[0] == pytest.approx(29)
    assert apart[-1] < 0.02


def test_an_answer_that_may_be_there_is_worth_more_than_a_change() -> None:
    for days in (1, 7, 30, 365):
        gains = [expected_gain(1 / WEEK, days * DAY, 0.4, unanswered=unanswered) for unanswered in (True, False)]
        assert gains[0] > gains[1]


def test_a_page_that_always_changed_has_a_finite_rate_that_grows_with_the_looks() -> None:
    few, many = (change_rate(History(n, n, n * DAY), WEEK) * DAY for n in (3, 100))
    assert 1 < few < many < 10
