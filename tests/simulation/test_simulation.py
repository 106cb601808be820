"""A short run of the comparison, and that its figures mean what they say."""

from __future__ import annotations

import pytest

from tests.simulation.pages import DAY, Page
from tests.simulation.report import ratio, table
from tests.simulation.trial import Result, compare, simulate

BUDGETS = (0.01, 0.03, 0.1)
RULES = ("ours", "uniform", "nutch")


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return compare(400, 60, BUDGETS, seed=1, names=RULES)


@pytest.mark.parametrize(("budget", "margin"), [(0.01, 2.0), (0.03, 1.2), (0.1, 1.1)])
def test_the_scraper_gains_more_freshness_than_the_others(results: list[Result], budget: float, margin: float) -> None:
    ours, uniform, nutch = (result for result in results if result.budget == budget)
    assert ours.gain_per_request > margin * uniform.gain_per_request
    assert ours.freshness > uniform.freshness
    assert ours.freshness >= nutch.freshness


@pytest.mark.parametrize("budget", BUDGETS[:2])
def test_where_the_budget_binds_it_also_gains_more_a_request_than_nutch(results: list[Result], budget: float) -> None:
    assert ratio(results, budget, "ours", "nutch") > 1


def test_without_questions_that_get_an_answer_it_is_ahead_as_well() -> None:
    ours, uniform, nutch = compare(400, 90, [0.04], seed=1, names=RULES, questions=0.0)
    assert ours.freshness > max(uniform.freshness, nutch.freshness)


def test_no_rule_exceeds_its_budget(results: list[Result]) -> None:
    for result in results:
        assert 0 < result.requests <= result.budget * 400 * 60


def test_the_table_has_a_line_for_each_result(results: list[Result]) -> None:
    lines = table(results).splitlines()
    assert len(lines) == len(results) + 2
    assert {line.count("|") for line in lines} == {10}


def test_figures_of_a_site_that_can_be_reckoned_by_hand() -> None:
    """Round robin looks at the one page each day, in the last of the day's four runs, when the request is allowed."""
    page = Page("slow", 0.0, 0.0, (2.5 * DAY, 6.25 * DAY, 6.5 * DAY))
    result = simulate([page], 10, "uniform", 1.0)
    assert result.requests == 10
    assert result.noticed_per_request == pytest.approx(2 / 10)
    assert result.freshness == pytest.approx((10 - 0.25 - 0.5) / 10)
    assert result.gain == pytest.approx(result.freshness - 0.25)
    assert result.gain_per_request == pytest.approx(result.gain)
    assert result.delay == pytest.approx((0.25 + 0.5 + 0.25) / 3)
