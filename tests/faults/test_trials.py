"""A few of the trials that ``make torture`` makes by the thousand."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.faults.arena import Arena
from tests.faults.control.trial import killed_in_the_midst, undisturbed_control
from tests.faults.trials import doubt_trial, kill_trial, network_trial, outage_trial, pause_trial


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Arena(count=17) as made:
        yield made


@pytest.mark.xdist_group("arena")
@pytest.mark.parametrize(
    "trial", [kill_trial, network_trial, outage_trial, pause_trial, doubt_trial], ids=lambda trial: trial.__name__
)
def test_a_trial_is_survived(arena: Arena, trial: object) -> None:
    name = "in make test"
    done = trial(arena, random.Random(name), name)  # type: ignore[operator]
    assert done.verdict.findings == []
    assert done.verdict.polls > 50
    assert done.kills or done.faults


@pytest.mark.xdist_group("arena")
def test_the_control_is_whole_undisturbed_and_fails_when_killed() -> None:
    with Arena(count=200, leads_away=False, bare=True) as arena:
        assert undisturbed_control(arena).findings == []
        killed = killed_in_the_midst(arena, "control")
    assert killed.kills == 1
    assert killed.verdict.lost + killed.verdict.doubled + killed.verdict.torn > 0
